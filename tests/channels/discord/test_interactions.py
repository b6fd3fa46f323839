"""People on Discord: commands, buttons, menus and forms, through the real discord.py and a gateway of our own."""

import asyncio
from dataclasses import replace

import pytest

from bot.channels.discord.embeds import buttons
from bot.core.answers.charts import charts
from bot.core.commands.table import COMMANDS, Role
from bot.core.messages.buttons import under
from bot.core.model.card import Action
from bot.core.model.incident import TimelineEntry
from bot.errors import StoreError
from tests.channels.discord.reading import told
from tests.fakes.discord.shapes import custom_ids, words
from tests.fakes.discord.world import PERMISSIONS
from tests.support.contract import CARD
from tests.support.pasts import pasts
from tests.support.situations import INCIDENT

ACTIONS = (
    Action("ack", "Acknowledge", "4F7K"),
    Action("report", "I'm affected", "4F7K"),
    Action("silence", "Silence", "4F7K"),
)

LINE = TimelineEntry(1_776_094_000.0, "changed", "Claude Code fails too")


@pytest.fixture
async def place(fake):
    return fake.world.channel("alerts")


@pytest.fixture
async def bot(replicas, place):
    opened = await replicas.start(channels=[place.id])
    await replicas.listening()
    return opened


@pytest.fixture
def desk(replicas):
    return replicas.desk


async def test_every_command_of_the_table_is_registered_once(fake, bot):
    """One `/avail`, no command missing, within Discord's limits (the fake checks them); in direct messages too."""
    [avail] = fake.world.commands
    names = {o["name"] for o in avail["options"]}
    aside = {o["name"] for group in avail["options"] if group["name"] == "more" for o in group["options"]}
    assert (names - {"more"}) | aside == set(COMMANDS)
    assert avail["contexts"] == [0, 1, 2]
    assert fake.world.syncs == 1


async def test_a_command_is_answered_privately_and_literally(fake, bot, desk, place):
    """What was filled in becomes the line; hostile words of the answer stay words."""
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail status", what="claude-api")).settled()
    assert desk.asked[0][0] == "status claude-api"
    assert asked.ephemeral
    assert asked.answered_s < 1
    assert "<!channel> @everyone </a> **x**" in told(asked.text)
    assert not asked.replies[0].pinged


async def test_where_only_a_person_installed_it_everybody_is_a_viewer(fake, bot, desk, place):
    """Rights in somebody else's server give none here."""
    fake.world.by_user = True
    olga = fake.user("Olga", permissions=PERMISSIONS["MANAGE_GUILD"])
    await (await fake.people.slash(olga, place, "avail status")).settled()
    assert desk.asked[0][1].role is Role.VIEWER
    assert desk.asked[0][1].direct == f"discord:@{olga.id}"


async def test_the_asker_is_the_person_with_role_and_place(fake, bot, desk, place):
    """Platform, server, user, the role by Discord's roles, the target that is here, the id of the interaction."""
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail status")).settled()
    _, who = desk.asked[0]
    assert (who.person.platform, who.person.place, who.person.name) == ("discord", fake.world.guild, "Ann")
    assert (who.here, who.id) == (f"discord:{place.id}", f"discord-{asked.id}")


@pytest.mark.parametrize(("named", "has", "expected"), [
    ({}, 0, Role.RESPONDER),
    ({}, PERMISSIONS["MANAGE_GUILD"], Role.ADMIN),
    ({"responder": [7]}, 0, Role.VIEWER),
    ({"responder": [7], "admin": [8]}, 7, Role.RESPONDER),
    ({"responder": [7], "admin": [8]}, 8, Role.ADMIN),
])  # fmt: skip
async def test_roles(fake, replicas, place, named, has, expected):
    """Named roles count; unnamed, those in an alert channel act, and Manage Server is admin."""
    await replicas.start(channels=[place.id], roles=named)
    await replicas.listening()
    person = fake.user("Ann", *([str(has)] if has in (7, 8) else []), permissions=has if has > 8 else None)
    await (await fake.people.slash(person, place, "avail status")).settled()
    assert replicas.desk.asked[0][1].role is expected


@pytest.mark.parametrize(("named", "expected"), [({}, Role.RESPONDER), ({"responder": [7]}, Role.VIEWER)])
async def test_people_where_alerts_were_posted_may_act(fake, replicas, named, expected):
    """A channel that subscribed by command counts like a configured one, its threads too, on every replica."""
    subscribed, other = fake.world.channel("subscribed"), fake.world.channel("other")
    poster = await replicas.start("one", roles=named)
    await replicas.listening()
    await poster.post(subscribed.id, CARD, "k1")
    await poster.follow({"channel": subscribed.id, "message": subscribed.messages[0].id}, LINE, "k1#1")
    await poster.__aexit__(None, None, None)
    await replicas.start("two", roles=named)
    await replicas.listening()
    for place in (subscribed, fake.world.channels[subscribed.messages[0].id], other):
        await (await fake.people.slash(fake.user("Ann"), place, "avail status")).settled()
    assert [who.role for _, who in replicas.desk.asked] == [expected, expected, Role.VIEWER]


async def test_while_the_notes_are_away_whoever_asks_is_a_viewer_and_answered(fake, replicas, place):
    """In less than a second and a half, and never more rights than are known."""
    bot = await replicas.start(channels=[])
    await replicas.listening()
    await bot.post(place.id, CARD, "k1")
    replicas.notes.away = True
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail status")).settled()
    assert replicas.desk.asked[0][1].role is Role.VIEWER
    assert asked.answered_s < 2.5


async def test_somebody_without_the_role_is_told_what_is_missing(fake, replicas, place):
    """By the desk where it is an act, by the room where even asking is for some; privately both times."""
    await replicas.start(channels=[place.id], roles={"viewer": [5], "responder": [7]})
    await replicas.listening()
    stranger = await (await fake.people.slash(fake.user("Eve"), place, "avail status")).settled()
    viewer = await (await fake.people.slash(fake.user("Vic", "5"), place, "avail ack", incident="4F7K")).settled()
    assert "only some roles" in stranger.text
    assert "needs the role responder" in viewer.text
    assert stranger.ephemeral
    assert viewer.ephemeral
    assert len(replicas.desk.asked) == 1


async def test_options_complete_themselves(fake, bot, place):
    """Names by the desk, lengths from the table, 25 at most."""
    ann = fake.user("Ann")
    names = await (await fake.people.typing(ann, place, "avail why", "what", "cla")).settled()
    lengths = await (await fake.people.typing(ann, place, "avail silence", "duration", "1", what="x")).settled()
    assert names.choices[0] == {"name": "why cla 0", "value": "value-0"}
    assert len(names.choices) == 25
    assert [c["value"] for c in lengths.choices] == ["1h", "1d"]


async def test_a_slow_desk_is_announced_within_three_seconds(fake, bot, desk, place):
    """Deferred privately, then answered in the same message."""
    desk.slow_s = 2.0
    asked = await fake.people.slash(fake.user("Ann"), place, "avail status")
    async with asyncio.timeout(8):
        while not asked.replies:
            asked.changed.clear()
            await asked.changed.wait()
    assert asked.callback == 5
    assert asked.answered_s < 2.5
    assert asked.ephemeral
    assert "29 of 160" in asked.text


@pytest.mark.parametrize(("error", "said"), [(StoreError("away"), "store is away"), (KeyError("bug"), "is in the log")])
async def test_a_broken_desk_is_said(fake, bot, desk, place, error, said):
    """A person never sees "This interaction failed"."""
    desk.broken = error
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail status")).settled()
    assert said in asked.text


async def test_the_same_interaction_twice_is_answered_once(fake, bot, desk, place):
    """Two gateways or a resumed one may both hear it."""
    ann = fake.user("Ann")
    asked = await (await fake.people.slash(ann, place, "avail status")).settled()
    await fake.people.again(asked)
    await (await fake.people.slash(ann, place, "avail help")).settled()
    assert [text for text, _ in desk.asked] == ["status", "help"]


async def test_buttons_of_a_message_posted_before_this_process_work(fake, bot, desk, place):
    """All they mean is in their ids; two presses are two questions, each answered privately."""
    await bot.post(place.id, replace(CARD, actions=ACTIONS), "k1")
    [root] = place.messages
    ann = fake.user("Ann")
    assert custom_ids(root) == ["gt:ack:4F7K", "gt:report:4F7K", "gt:silence:4F7K"]
    for _ in range(2):
        pressed = await (await fake.people.press(ann, root, "gt:ack:4F7K")).settled()
        assert pressed.ephemeral
        assert pressed.answered_s < 1
    chosen = await (await fake.people.press(ann, root, "gt:silence:4F7K", ("4h",))).settled()
    assert chosen.ephemeral
    assert [text for text, _ in desk.asked] == ["ack 4F7K", "ack 4F7K", "silence 4F7K 4h"]


async def test_what_has_no_button_is_behind_the_last_one(fake, bot, desk, place):
    """Its id names them all: a message of another process, or of an earlier version with a button each, works too."""
    await bot.post(place.id, replace(CARD, actions=under(INCIDENT)), "k1")
    [root] = place.messages
    ann = fake.user("Ann")
    assert custom_ids(root) == ["gt:ack:4F7K", "gt:report:4F7K", "gt:more:4F7K:notify,silence,why,tips,works"]

    more = await (await fake.people.press(ann, root, custom_ids(root)[-1])).settled()
    assert more.ephemeral
    assert desk.asked == []
    offered = ["gt:notify:4F7K", "gt:why:4F7K", "gt:tips:4F7K", "gt:works:4F7K", "gt:silence:4F7K"]
    assert custom_ids(more.replies[0]) == offered
    await (await fake.people.press(ann, more.replies[0], "gt:tips:4F7K")).settled()
    await (await fake.people.press(ann, more.replies[0], "gt:silence:4F7K", ("4h",))).settled()
    root.components = buttons(under(INCIDENT))
    await (await fake.people.press(ann, root, "gt:why:4F7K")).settled()
    assert [text for text, _ in desk.asked] == ["tips 4F7K", "silence 4F7K 4h", "why 4F7K"]


async def test_an_answer_is_shared_with_its_button(fake, bot, place):
    """What the person saw, once, for all, with who shared it; the button goes."""
    ann = fake.user("Ann <@1>")
    asked = await (await fake.people.slash(ann, place, "avail status")).settled()
    private = asked.replies[0]
    shared = await fake.people.press(ann, private, "gt:share:answer")
    async with asyncio.timeout(5):
        while not shared.replies:
            shared.changed.clear()
            await shared.changed.wait()
    assert not shared.ephemeral
    assert place.messages[-1].embeds[0]["title"] == private.embeds[0]["title"]
    assert "shared by Ann" in words(place.messages[-1])
    assert custom_ids(private) == []


async def test_a_report_is_counted_at_once_and_told_more_of_in_a_form(fake, bot, desk, place):
    """The form's answer goes to the desk in one line, also when another process opened it."""
    await bot.post(place.id, replace(CARD, actions=ACTIONS), "k1")
    ann = fake.user("Ann")
    pressed = await (await fake.people.press(ann, place.messages[0], "gt:report:4F7K")).settled()
    form = await (await fake.people.press(ann, pressed.replies[0], "gt:form-report:4F7K")).settled()
    sent = await (await fake.people.submit(ann, form, text="login\nloops @everyone")).settled()
    assert sent.ephemeral
    assert [text for text, _ in desk.asked] == ["report 4F7K", "report 4F7K login loops @everyone"]


async def test_what_needs_more_than_a_press_opens_a_form(fake, bot, desk, place):
    """Maintenance wants a duration."""
    desk.answer = replace(desk.answer, actions=(Action("maintenance", "Announce work", "claude-api"),))
    ann = fake.user("Ann")
    asked = await (await fake.people.slash(ann, place, "avail status")).settled()
    form = await (await fake.people.press(ann, asked.replies[0], "gt:maintenance:claude-api")).settled()
    await (await fake.people.submit(ann, form, duration="90m", reason="gateway upgrade")).settled()
    assert desk.asked[-1][0] == "maintenance claude-api 90m gateway upgrade"


CHARTS = charts(pasts([(50, 0), (40, 10)]), "Claude")


async def test_charts_come_into_an_answer_that_stands(fake, bot, desk, place):
    """The words are not held up; then one picture is in the embed, described, and goes along when it is shared."""
    desk.answer = replace(desk.answer, charts=CHARTS)
    ann = fake.user("Ann")
    asked = await (await fake.people.slash(ann, place, "avail history")).settled()
    assert asked.answered_s < 1
    await bot.gateway._reception.drained(20)
    private = asked.replies[0]
    assert private.files["charts.png"].startswith(b"\x89PNG")
    assert private.embeds[0]["image"]["url"] == "attachment://charts.png"
    assert "% of checks failed" in private.described["charts.png"]
    assert "<!channel> @everyone </a> **x**" in told(private.embeds[0]["description"])

    shared = await fake.people.press(ann, private, "gt:share:answer")
    async with asyncio.timeout(5):
        while not shared.replies:
            shared.changed.clear()
            await shared.changed.wait()
    assert place.messages[-1].files == private.files


async def test_without_charts_the_answer_is_the_words(fake, replicas, desk, place):
    """`charts: false`: nothing is drawn."""
    desk.answer = replace(desk.answer, charts=CHARTS)
    opened = await replicas.start(channels=[place.id], charts=False)
    await replicas.listening()
    asked = await (await fake.people.slash(fake.user("Ann"), place, "avail history")).settled()
    await opened.gateway._reception.drained(3)
    assert not asked.replies[0].files
    assert "image" not in asked.replies[0].embeds[0]
