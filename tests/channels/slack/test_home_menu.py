"""The subscription menu of the App Home, and what asks before it acts."""

import pytest

from bot.channels.slack.blocks import buttons
from bot.core.model.card import Action
from tests.support.slack import app_on, reached

CHANNEL = {"to": {"v": {"type": "conversations_select", "selected_conversation": "C2"}}}
API = {"what": {"v": {"selected_option": {"value": "claude-api"}}}}
ANY = {"what": {"v": {"selected_option": None}}}
MAJOR = {"severity": {"v": {"selected_option": {"value": "major"}}}}


async def opened(fake, command):
    ann = fake.person("U1")
    await ann.opens_home()
    await fake.workspace.until(lambda: "U1" in fake.workspace.homes)
    await ann.presses_at_home(f"home:form:{command}", command)
    await fake.workspace.until(lambda: fake.workspace.modals)
    return ann, fake.workspace.modals[0]


@pytest.mark.parametrize("mode", ["socket", "http"])
@pytest.mark.parametrize(
    ("command", "values", "line"),
    [
        ("subscribe", CHANNEL | API | MAJOR, "subscribe claude-api major to=slack:C2"),
        ("subscribe", CHANNEL | ANY | MAJOR, "subscribe major to=slack:C2"),
        ("unsubscribe", CHANNEL | API, "unsubscribe claude-api to=slack:C2"),
    ],
)
async def test_an_admin_subscribes_a_channel_from_the_home(fake, store, clerk, mode, command, values, line):
    """The desk is asked the same line as in a channel; its answer is a window, and the page is shown again."""
    async with app_on(fake, store, clerk, mode=mode, listen="127.0.0.1:0", roles={"admin": ["U1"]}) as app:
        await reached(fake, app)
        ann, form = await opened(fake, command)
        assert form["callback_id"] == f"form:{command}"
        assert form["blocks"][0]["element"]["type"] == "conversations_select"
        shown = fake.calls["views.publish"]
        await ann.submits(form, values)
        await fake.workspace.until(lambda: fake.calls["views.publish"] > shown)
        assert line in clerk.lines
        assert f"{command}: done" in str(fake.workspace.modals[-1])


async def test_others_hear_what_it_takes(fake, app, clerk):
    """The role stands on the page, and a press of somebody without it gets the refusal of the desk."""
    _, window = await opened(fake, "subscribe")
    assert "callback_id" not in window
    assert "this needs the role" in str(window)
    assert "subscribing and unsubscribing need the role admin" in str(fake.workspace.homes["U1"])


def test_resolving_asks_first():
    """A thumb slips; nothing else asks."""
    verbs = ("ack", "resolve", "release", "silence", "report")
    (row,) = buttons([Action(verb, verb, "4F7K") for verb in verbs])
    asking = [element for element in row["elements"] if "confirm" in element]
    assert [element["value"] for element in asking] == ["resolve 4F7K"]
    sure = asking[0]["confirm"]
    assert all(
        len(sure[part]["text"]) <= most for part, most in (("title", 100), ("text", 300), ("confirm", 30), ("deny", 30))
    )
