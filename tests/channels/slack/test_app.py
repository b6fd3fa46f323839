"""People type and press in Slack; the real Bolt client answers over the wire, by socket and by HTTP alike."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from bot.channels.slack.blocks import buttons
from bot.core.commands.table import Role
from bot.core.messages.buttons import under
from bot.core.model.card import Action
from tests.fakes.slack.workspace import labels
from tests.support.contract import CARD
from tests.support.situations import INCIDENT
from tests.support.slack import answered, app_on, asked, reached

QUESTION = "answer to 'status claude-api'"


async def test_a_command_is_acknowledged_at_once_and_answered_privately(fake, app, clerk):
    """The ack is empty, the answer ephemeral, with its age and the way to show it to all; nothing in it steers."""
    reply = await fake.person("U1").types("status claude-api")
    assert reply.acked.ok
    assert reply.acked.after_s < 1.0
    (answer,) = await answered(fake, reply)
    assert answer.said["response_type"] == "ephemeral"
    assert answer.headline == QUESTION
    assert "<!channel>" not in str(answer.said)
    assert "Claude API" in answer.shown
    assert answer.element("Share in channel")["value"] == "status claude-api"
    asker = clerk.asked[0][1]
    assert (asker.person.platform, asker.person.place, asker.person.user) == ("slack", "T0TEAM", "U1")
    assert (asker.here, asker.role) == ("slack:C1", Role.RESPONDER)


async def test_a_slow_desk_does_not_delay_the_ack(fake, app, clerk):
    """Slack's three seconds are not the desk's."""
    clerk.may_answer.clear()
    reply = await fake.person("U1").types("status")
    assert reply.acked.ok
    assert reply.acked.after_s < 1.0
    clerk.may_answer.set()
    await answered(fake, reply)


async def test_sharing_asks_again_and_shows_it_to_all(fake, app, clerk):
    """What is shown is fresh, and says who asked."""
    ann = fake.person("U1")
    (answer,) = await answered(fake, await ann.types("status claude-api"))
    shared = await ann.presses(answer, "Share in channel")
    await answered(fake, shared)
    assert clerk.lines == ["status claude-api", "status claude-api"]
    (public,) = fake.workspace.standing("C1")
    assert public.headline == QUESTION
    assert "asked by u1" in public.shown


async def test_a_button_is_a_line_for_the_desk(fake, app, clerk):
    """Pressed under an answer or on an incident, it is answered privately."""
    ann = fake.person("U1")
    (answer,) = await answered(fake, await ann.types("status"))
    (done,) = await answered(fake, await ann.presses(answer, "Acknowledge"))
    assert done.headline == "ack: done by u1"
    assert done.said["response_type"] == "ephemeral"
    assert not any(element["action_id"] == "share" for element in done.elements())
    (quiet,) = await answered(fake, await ann.presses(answer, "Silence", "4 h"))
    assert quiet.headline == "silence: done by u1"
    assert clerk.lines == ["status", "ack 4F7K", "silence 4F7K 4h"]


async def test_what_is_asked_less_is_chosen_from_one_menu(fake, app, clerk):
    """Behind ⋯; a button of an earlier version's message asks the same."""
    await app.post("C1", replace(CARD, actions=under(INCIDENT)), "k1")
    (root,) = fake.workspace.standing("C1")
    assert [labels(one) for one in root.elements()] == [
        ["Acknowledge"], ["I'm affected"], ["🔔 Tell me when it's over", "Silence…", "Why?", "Tips", "Works for me"]
    ]  # fmt: skip
    ann = fake.person("U1")
    await answered(fake, await ann.presses(root, "Tips"))
    await answered(fake, await ann.presses(root, "🔔 Tell me when it's over"))
    root.said["attachments"][0]["blocks"] = buttons(under(INCIDENT))
    root.said["attachments"][0]["blocks"][0]["block_id"] = "root.m.b0"
    await answered(fake, await ann.presses(root, "Why?"))
    assert clerk.lines == ["tips 4F7K", "notify 4F7K", "why 4F7K"]


async def test_silencing_from_the_menu_asks_for_how_long(fake, app, clerk):
    """Privately, with the durations to choose from; the desk hears of it once one is chosen."""
    await app.post("C1", replace(CARD, actions=under(INCIDENT)), "k1")
    (root,) = fake.workspace.standing("C1")
    ann = fake.person("U1")
    (asked,) = await answered(fake, await ann.presses(root, "Silence…"))
    assert asked.headline == "For how long?"
    assert asked.said["response_type"] == "ephemeral"
    assert clerk.lines == []
    await answered(fake, await ann.presses(asked, "Silence", "4 h"))
    assert clerk.lines == ["silence 4F7K 4h"]


async def test_a_duplicate_root_works_once_and_then_leads_to_the_one_that_is_kept(fake, app, clerk):
    """The answer to its post was lost, so it is known only when somebody presses on it."""
    ann, press = fake.person("U1"), replace(CARD, actions=(Action("ack", "Acknowledge", CARD.subject),))
    await app.post("C1", press, "lost")
    root = await app.post("C1", press, "kept")
    first, kept = fake.workspace.standing("C1")
    (done,) = await answered(fake, await ann.presses(first, "Acknowledge"))
    assert done.headline == "ack: done by u1"
    await fake.workspace.until(lambda: first.elements() == [])
    assert first.said["text"] == f"Continued at <{root['permalink']}|the message that is kept up to date>"
    await answered(fake, await ann.presses(kept, "Acknowledge"))
    assert kept.headline == CARD.headline
    assert clerk.lines == ["ack 4F7K", "ack 4F7K"]


async def test_the_same_press_delivered_twice_acts_once(fake, app, clerk):
    """Slack repeats; every deed has an id, and the desk is given the same one."""
    ann = fake.person("U1")
    first = await ann.types("ack 4F7K")
    again = await ann.again(first)
    assert again.acked.ok
    await ann.types("help")
    await asked(fake, clerk, "help")
    assert clerk.lines == ["ack 4F7K", "help"]
    assert clerk.asked[0][1].id.startswith("slack:")


async def test_two_presses_are_two_questions(fake, app, clerk):
    """The second one is told by the desk who was first; it is not swallowed here."""
    ann, ben = fake.person("U1"), fake.person("U2")
    (answer,) = await answered(fake, await ann.types("status"))
    for one in (ann, ben):
        assert await answered(fake, await one.presses(answer, "Acknowledge"))
    assert clerk.lines[1:] == ["ack 4F7K", "ack 4F7K"]
    assert len({asker.id for _, asker in clerk.asked}) == 3


async def test_a_person_without_the_role_is_told_so_privately(fake, app):
    """Elsewhere than in a channel that gets alerts one only looks."""
    fake.workspace.room("C9")
    (answer,) = await answered(fake, await fake.person("U9").types("ack 4F7K", channel="C9"))
    assert "needs the role responder" in answer.headline
    assert answer.said["response_type"] == "ephemeral"


async def test_where_an_alert_was_posted_people_may_act(fake, app, clerk):
    """A channel that subscribed is a place of work as much as a configured one; for every replica."""
    await app.post("C2", CARD, "k")
    (answer,) = await answered(fake, await fake.person("U9").types("ack 4F7K", channel="C2"))
    assert answer.headline == "ack: done by u9"


async def test_a_talk_with_the_bot_gives_nobody_a_role(fake, app, clerk):
    """Whoever subscribed their own conversation is not thereby on duty."""
    fake.workspace.room("D5")
    await app.post("D5", CARD, "k")
    (answer,) = await answered(fake, await fake.person("U5").types("ack 4F7K", channel="D5"))
    assert "needs the role responder" in answer.headline


@pytest.mark.parametrize(
    ("given", "scopes", "role"),
    [
        ({}, set(), Role.VIEWER),
        ({"responder": ["U5"]}, set(), Role.RESPONDER),
        ({"admin": ["S5"]}, set(), Role.ADMIN),
        ({"responder": ["S404"]}, set(), Role.VIEWER),
        ({}, {"users:read"}, Role.ADMIN),
    ],
    ids=["nobody", "listed", "by group", "unknown group", "workspace admin"],
)
async def test_roles_come_from_ids_groups_and_the_workspace(fake, store, clerk, given, scopes, role):
    """In a conversation with the bot, which gives nobody a role."""
    fake.workspace.groups["S5"] = ["U5"]
    fake.workspace.scopes |= scopes
    async with app_on(fake, store, clerk, roles=given) as app:
        await reached(fake, app)
        person = fake.person("U5", is_admin=True)
        await person.types("help", channel="D5")
        assert (await asked(fake, clerk, "help")).role is role


async def test_the_store_away_is_said(fake, app, clerk):
    """Never silence."""
    clerk.away = True
    (answer,) = await answered(fake, await fake.person("U1").types("status"))
    assert "cannot read my store" in answer.headline


async def test_what_breaks_here_is_said_too(fake, app, clerk):
    """A person who pressed hears something, and the log has the rest."""
    ann = fake.person("U1")
    (answer,) = await answered(fake, await ann.types("status"))
    clerk.broken = LookupError("a mistake of ours")
    for reply in (await ann.types("status"), await ann.presses(answer, "Acknowledge")):
        (sorry,) = await answered(fake, reply)
        assert "something broke on my side" in sorry.headline
        assert "mistake" not in str(sorry.said)


async def test_an_answer_that_is_refused_is_tried_plainly_and_then_by_the_api(fake, app):
    """A response_url fails more often than one thinks."""
    fake.answering.broken = 1
    (answer,) = await answered(fake, await fake.person("U1").types("status"))
    assert not answer.blocks
    assert "answer to" in answer.text
    fake.answering.broken = 2
    await fake.person("U1").types("status")
    await fake.workspace.until(lambda: fake.calls["chat.postEphemeral"])


async def test_what_was_typed_arrives_as_typed(fake, app, clerk):
    """Slack escapes what people type."""
    await answered(fake, await fake.person("U1").types("explain &lt;html&gt; 529 &amp; more"))
    assert clerk.lines == ["explain <html> 529 & more"]


@pytest.mark.parametrize(
    ("command", "values", "line"),
    [
        (
            "report",
            {
                "what": {"v": {"selected_option": {"value": "claude-api"}}},
                "voice": {"v": {"selected_option": {"value": "report"}}},
                "words": {"v": {"value": "login\nloops"}},
            },
            "report claude-api login loops",
        ),
        (
            "maintenance",
            {
                "what": {"v": {"selected_option": {"value": "claude-ai"}}},
                "length": {"v": {"selected_option": {"value": "2h"}}},
                "words": {"v": {"value": None}},
            },
            "maintenance claude-ai 2h",
        ),
        (
            "maintenance",
            {
                "what": {"v": {"selected_option": {"value": "claude-ai"}}},
                "length": {"v": {"selected_option": {"value": "1h"}}},
                "start": {"v": {"value": " 2026-05-01 22:00 "}},
                "words": {"v": {"value": "gateway upgrade"}},
            },
            "maintenance claude-ai 1h start=2026-05-01T22:00 gateway upgrade",
        ),
    ],
)
async def test_a_form_is_filled_in_and_answered(fake, app, clerk, command, values, line):
    """Without words, `report` and `maintenance` open a form; its answer comes where the command was typed."""
    ann = fake.person("U1")
    reply = await ann.types(command)
    await fake.workspace.until(lambda: fake.workspace.modals)
    view = fake.workspace.modals[0]
    assert [one["value"] for one in view["blocks"][0]["element"]["options"]] == ["claude-api", "claude-ai"]
    assert clerk.lines == []
    sent = await ann.submits(view, values)
    assert sent.acked.ok
    await answered(fake, reply)
    assert clerk.lines == [line]
    assert clerk.asked[0][1].here == "slack:C1"


async def test_a_form_without_known_names_takes_any(fake, app, clerk):
    """The store may be away while the form opens."""
    clerk.away = True
    await fake.person("U1").types("report")
    await fake.workspace.until(lambda: fake.workspace.modals)
    assert fake.workspace.modals[0]["blocks"][0]["element"]["type"] == "plain_text_input"


async def test_the_home_shows_everything_and_its_buttons_answer(fake, app, clerk):
    """There is no channel there, so an answer to a press is a window."""
    ann = fake.person("U1")
    await ann.opens_home()
    await fake.workspace.until(lambda: "U1" in fake.workspace.homes)
    assert clerk.lines == ["status", "subscriptions"]
    home = fake.workspace.homes["U1"]
    assert any(block["type"] == "actions" for block in home["blocks"])
    await ann.presses_at_home("ask:0:why", "why 4F7K")
    await fake.workspace.until(lambda: fake.workspace.modals)
    assert clerk.lines[-1] == "why 4F7K"
    await ann.presses_at_home("home:refresh", "status")
    await fake.workspace.until(lambda: fake.calls["views.publish"] == 2)


async def test_an_event_that_comes_again_is_answered_once(fake, app, clerk):
    """By its event id, whatever the retry's number."""
    ann = fake.person("U1")
    first = await ann.opens_home()
    again = await ann.again(first)
    assert again.acked.ok
    assert again.acked.tries == 1
    await ann.types("help")
    await asked(fake, clerk, "help")
    assert clerk.lines.count("subscriptions") == 1


@pytest.mark.parametrize("mode", ["socket", "http"])
async def test_two_replicas_answer_each_deed_once(fake, store, clerk, mode):
    """Each request comes to any one of them, a repeat to the other; together they answer once."""
    async with contextlib.AsyncExitStack() as stack:
        apps = [
            await stack.enter_async_context(app_on(fake, store, clerk, mode=mode, listen="127.0.0.1:0"))
            for _ in range(2)
        ]
        await reached(fake, *apps)
        ann = fake.person("U1")
        for number in range(6):
            reply = await ann.types(f"ack 4F7{number}")
            assert (await ann.again(reply)).acked.ok
            await answered(fake, reply)
        await ann.types("help")
        await asked(fake, clerk, "help")
    assert clerk.lines == [*(f"ack 4F7{number}" for number in range(6)), "help"]


async def test_leaving_lets_answers_end(fake, store, clerk):
    """What was acknowledged is answered before the process goes."""
    clerk.may_answer.clear()
    async with app_on(fake, store, clerk) as app:
        await reached(fake, app)
        reply = await fake.person("U1").types("status")
        await asked(fake, clerk, "status")
        asyncio.get_running_loop().call_later(0.1, clerk.may_answer.set)
    assert [answer.headline for answer in reply.answers] == ["answer to 'status'"]
    assert fake.sockets.open == []
