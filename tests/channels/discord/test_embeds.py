"""Anything at all becomes a message that Discord takes, reads as it stands, and pings nobody."""

import discord
import pytest
from discord import app_commands
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.discord import components, embeds, slash_commands
from bot.channels.discord.answers import reply, sentence
from bot.channels.discord.markdown import escape
from bot.channels.discord.rate_limits import EVERY_S, Spacing
from bot.core.answers.answer import Answer, Table
from bot.core.commands.table import COMMANDS, Command
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.model.person import Person
from bot.core.text import inline
from bot.core.text.quoting import clean
from tests.channels.discord.reading import shown
from tests.fakes.discord.rules import check_commands, check_message, check_modal, pings
from tests.support.contract import HOSTILE

MARKS = st.sampled_from(
    [
        "**",
        "__",
        "`",
        "```",
        "||",
        "<@1>",
        "<@&2>",
        "@everyone",
        "@here",
        "[a](https://x.y)",
        "# ",
        "> ",
        "- ",
        "1. ",
        "\n",
        "\\",
        "🟠",
        "https://x.y",
        "~~",
        "é́",
        "\u202e",
        " ",
    ]
)
TEXT = st.lists(st.one_of(MARKS, st.text(max_size=30)), max_size=12).map("".join)
HUGE = st.one_of(TEXT, TEXT.map(lambda text: text * 200))
LINES = st.lists(st.tuples(HUGE, HUGE), max_size=8).map(tuple)
ACTIONS = st.lists(
    st.builds(Action, st.sampled_from([*COMMANDS, "x y", ""]), HUGE, st.one_of(TEXT, st.just("4F7K"))), max_size=30
)
CARDS = st.builds(
    Card, subject=HUGE, kind=TEXT, tone=st.sampled_from(Colour), emoji=TEXT, headline=HUGE, lines=LINES, footer=HUGE,
    actions=ACTIONS.map(tuple), links=LINES, times=st.lists(st.tuples(TEXT, st.floats()), max_size=3).map(tuple),
    trail=st.lists(st.builds(TimelineEntry, st.floats(allow_nan=False), HUGE, HUGE), max_size=4).map(tuple),
)  # fmt: skip


@given(TEXT)
def test_what_is_escaped_reads_as_it_stands(text):
    """No markup is left, and taking the escapes away gives the text back."""
    words = clean(text, 300)
    said = escape(words)
    assert shown(said).replace("\\", "") == words.replace("\\", "")
    assert "everyone" not in pings(said, None)


@given(CARDS, st.booleans())
@settings(max_examples=40, deadline=None)
def test_any_card_is_a_message(card, threaded):
    """Within every documented limit, as embed and as plain text, and it always says something."""
    for payload in (embeds.root(card, threaded=threaded), embeds.plainly(card)):
        check_message(payload, new=True)
        assert pings(payload["content"], payload["allowed_mentions"]) == set()
    check_message(embeds.trail(TimelineEntry(1.0, card.headline, card.footer)), new=True)
    check_message(embeds.news(card), new=True)
    assert 1 <= len(embeds.thread_name(card)) <= 100


@given(HUGE, LINES, HUGE, HUGE, st.lists(st.lists(HUGE, max_size=6).map(tuple), max_size=6), ACTIONS)
@settings(max_examples=40, deadline=None)
def test_any_answer_is_a_message(title, lines, footer, text, rows, actions):
    """With table, long body and buttons; what does not fit is in the file."""
    shape = Table(tuple(map(str, range(6))), tuple(rows))
    said = reply(Answer(title, 1.0, lines, shape, footer, text=text, actions=tuple(actions)))
    view = components.dressed("report", "4F7K")(said)
    check_message({"embeds": [said.embed.to_dict()], "components": view.to_components()}, new=True)
    assert said.body or len(text) <= 2_400


@pytest.mark.parametrize("command", COMMANDS.values(), ids=str)
async def test_any_command_s_form_is_one(command):
    """Also with a subject that is long."""
    made = components.form(command, "x" * 64)
    if any(made.children):
        check_modal({"title": made.title, "custom_id": made.custom_id, "components": made.to_dict()["components"]})


async def test_a_table_beyond_discord_s_number_is_set_aside_and_stays_whole():
    """Of any size up to what two groups take; help stays at the top."""
    for size in (3, 25, 26, 27, 40):
        commands = [Command(f"c{n}", "does a thing", f"c{n}") for n in range(size - 1)] + [COMMANDS["help"]]
        near, aside = slash_commands.parted(commands)
        assert len(near) + bool(aside) <= 25
        assert {c.name for c in (*near, *aside)} == {c.name for c in commands}
        assert "help" in {c.name for c in near}


async def test_the_commands_fit_and_change_their_fingerprint_when_they_change():
    """By Discord's limits of names, descriptions, numbers and 8,000 characters in all."""
    client = discord.Client(intents=discord.Intents.none())
    commands = app_commands.CommandTree(client)
    commands.add_command(slash_commands.group(None))  # type: ignore[arg-type]
    check_commands([c.to_dict(commands) for c in commands.get_commands()])
    before = slash_commands.fingerprint(commands)
    assert before == slash_commands.fingerprint(commands)
    commands.get_commands()[0].description = "another"  # type: ignore[union-attr]
    assert slash_commands.fingerprint(commands) != before


def test_a_sentence_of_ours_cannot_be_shared():
    assert not sentence(HOSTILE).shareable


@given(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from("12345"), st.floats(0, 30)), max_size=200))
def test_edits_of_a_channel_are_never_closer_than_the_pace(asks):
    """However many ask, and however late they come."""
    spacing, now = Spacing(), 1_000.0
    last: dict[str, float] = {}
    for channel, message, passed in asks:
        now += passed
        wait = spacing.wait(channel, message, now)
        assert 0 <= wait <= 10 * EVERY_S
        if wait == 0:
            assert now - last.get(channel, 0.0) >= EVERY_S - 1e-6
            last[channel] = now


@given(st.lists(st.tuples(st.sampled_from("12345"), st.floats(0, 12), st.booleans()), max_size=200))
def test_presses_and_figures_together_are_never_more_than_two_in_the_pace(asks):
    """Whoever asks and however urgent it is; figures are never close to anything before them."""
    spacing, now = Spacing(), 1_000.0
    edits: list[float] = []
    for message, passed, urgent in asks:
        now += passed
        if spacing.wait("c", message, now, urgent=urgent) == 0:
            edits.append(now)
            assert urgent or len(edits) < 2 or now - edits[-2] >= EVERY_S - 1e-6
            assert len(edits) < 3 or now - edits[-3] >= EVERY_S - 1e-6


ANN = Person("discord", "G1", "123", "Ann")


def test_the_headline_is_the_message_s_own_text():
    """Telephones show no preview of embeds; the link to the page stands at the end of its line."""
    card = Card("4F7K", "incident", Colour.RED, "🔴", "🔴 Claude *API* is down", lines=(("Status page", "🟢 fine"),),
                links=(("Status page", "https://status.example"),))  # fmt: skip
    sent = embeds.root(card)
    assert sent["content"] == r"**🔴 Claude \*API\* is down**"
    assert sent["embeds"][0]["description"].split("\n") == [
        "**Status page** 🟢 fine [↗](https://status.example)",
        "-# 4F7K",
    ]
    assert "title" not in sent["embeds"][0]
    assert sent["components"] == []


def test_what_goes_on_without_a_label_stands_below_its_label():
    """One step a line under one label; numbers keep their units; what a label of a time says is shown as it stands."""
    lines = (("Do now", "1. retry in 4 s"), ("", "2. wait"), ("Status page", "fine"), ("", "x" * 2_000))
    foot = f"Started {inline.moment(9.0, inline.Style.AGO)} · {inline.mention(ANN)}"
    card = Card("4F7K", "incident", Colour.RED, "🔴", "🔴 down", lines=lines, footer=foot)
    do_now, second, page, more, small = embeds.embed(card)["description"].split("\n")
    assert small == "-# Started <t:9:t> (<t:9:R>) · <@123> · 4F7K"
    assert (do_now, second) == ("**Do now** 1\\. retry in 4\u00a0s", "2\\. wait")
    assert (page, more[:9]) == ("**Status page** fine", "x" * 9)
