"""The pictures show what is really sent: nothing in a card becomes markup, and nothing of a message is left out."""

import re
import struct
import zlib
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.discord import embeds
from bot.channels.slack import answers, blocks, views
from bot.core.answers.answer import Answer, Table
from bot.core.messages.compose import card
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import parts
from tests.pictures import discord, page, slack
from tests.pictures.__main__ import MOST, ROOT
from tests.pictures.mrkdwn import mrkdwn
from tests.pictures.palette import SIGNATURE, reduced
from tests.pictures.shots import SHOTS, recorded
from tests.support.cards import ANSWERS, CARDS
from tests.support.contract import HOSTILE
from tests.support.situations import SITUATIONS

NOW = 1_776_094_260.0
TAGS = {"html", "head", "meta", "style", "body", "script", "div", "span", "b", "i", "s", "code", "pre"}
ACTIONS = (Action("ack", HOSTILE, "4F7K"), Action("silence", HOSTILE, "4F7K"), Action("why", "Why?", "4F7K"))
EVIL = Card(
    "4F7K", "incident", Colour.RED, "🔴", HOSTILE, lines=(("We measure", HOSTILE), (HOSTILE, "x")), footer=HOSTILE,
    actions=ACTIONS, links=((HOSTILE, "https://status.example/<b>"),), times=(("Began", NOW),),
)  # fmt: skip

LINE = TimelineEntry(NOW, HOSTILE, HOSTILE)


class Reader(HTMLParser):
    """The elements of a page and the text between them, as a browser finds them."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.text, self.styles, self._within = [], "", [], ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        self._within = tag
        self.styles += [name for name, _ in attrs if name not in {"class", "style"}]

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        self.text += data if self._within not in {"style", "script"} else ""


def literally(text):
    """As people read it: what keeps a mark from marking is not seen."""
    return re.sub("[\u200b\\s]", "", text)


@pytest.mark.parametrize(
    "made",
    [
        lambda: slack.show(slack.message(blocks.card(EVIL, "m", NOW).arguments(), NOW, NOW)),
        lambda: slack.show(slack.message(blocks.card(EVIL, "m", NOW).plainly(), NOW, NOW)),
        lambda: slack.show(slack.replies([(blocks.trail(TimelineEntry(NOW, HOSTILE, HOSTILE), NOW), NOW)], NOW)),
        lambda: discord.show(discord.message(embeds.root(EVIL), NOW, NOW)),
        lambda: discord.show(discord.message(embeds.plainly(EVIL), NOW, NOW)),
        lambda: discord.show(
            discord.thread(HOSTILE, [embeds.trail(TimelineEntry(NOW, HOSTILE, HOSTILE))["content"]], NOW)
        ),
    ],
)
def test_a_hostile_card_is_letters(made):
    """The words stand there as they were written, and the page has our own elements and one script only."""
    read = Reader(made())

    assert "<!channel>@everyone</a>**x**&<script>" in literally(read.text)
    assert set(read.tags) <= TAGS
    assert read.tags.count("script") == 1
    assert set(read.styles) <= {"lang", "charset", "http-equiv", "content"}


@settings(max_examples=60, deadline=None)
@given(CARDS)
def test_every_card_can_be_shown(it):
    """Every block, element and mark that is sent is understood, whatever the card says; the names of times are ours."""
    ours = replace(it, times=tuple(("Began", at) for _, at in it.times))
    for shown in (
        slack.show(slack.message(blocks.card(it, "m", NOW).arguments(), NOW, NOW)),
        discord.show(discord.message(embeds.root(ours, threaded=False), NOW, NOW)),
    ):
        assert set(Reader(shown).tags) <= TAGS


@settings(max_examples=60, deadline=None)
@given(ANSWERS)
def test_every_answer_can_be_shown(it):
    shown = slack.private(answers.answer(it, NOW, share="status", by="ann").arguments(), NOW)
    home = [slack.block(one, NOW) for one in views.home(it, it, NOW)["blocks"]]
    assert set(Reader(page.joined(shown, *home)).tags) <= TAGS


@pytest.mark.parametrize("name", SITUATIONS)
def test_every_situation_can_be_shown(name):
    """What is said of the outage is in the picture, to the last line."""
    made = card(*SITUATIONS[name])
    now = SITUATIONS[name][1]
    for shown in (
        slack.show(slack.message(blocks.card(made, "m", now).arguments(), now, now)),
        discord.show(discord.message(embeds.root(made), now, now)),
    ):
        text = literally(Reader(shown).text)
        assert literally(made.headline) in text
        words = [part for pair in made.lines for said in pair for part in parts(said) if isinstance(part, str)]
        assert all(literally(said) in text for said in words)


def test_every_kind_of_block_is_known():
    """What the renderer sends today is a part of what can be shown, and all of what can be shown is sent."""
    table = Table(("name", "state"), (("a", "b"),))
    it = Answer("t", NOW, (("l", "x"),), table, "f", actions=ACTIONS, text="# h\n**b** `c`\n```\nd\n```")
    sent = blocks.card(EVIL, "m", NOW).arguments()
    every = [*sent["blocks"], *sent["attachments"][0]["blocks"], *views.home(it, it, NOW)["blocks"]]
    every += answers.answer(Answer("short", NOW), NOW).arguments()["blocks"]

    assert {one["type"] for one in every} == set(slack.BLOCKS)
    assert all(slack.block(one, NOW) for one in every)


@pytest.mark.parametrize(
    "bad",
    [
        {"type": "markdown", "text": "x"},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x"}, "accessory": {}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<!channel> look"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "a & b"}},
        {"type": "header", "text": {"type": "plain_text", "text": "<b>"}},
        {"type": "actions", "elements": [{"type": "datepicker"}]},
    ],
)
def test_what_is_not_known_is_an_error(bad):
    with pytest.raises(ValueError, match=r"unknown|not ours|not escaped"):
        slack.block(bad, NOW)


@pytest.mark.parametrize("bad", ["**bold**", "a_b_", "<@&12>", "[x](https://a.example)", "`c`", "~~x~~"])
def test_bare_markdown_is_an_error(bad):
    with pytest.raises(ValueError, match="not escaped"):
        discord.markdown(bad, NOW)


def test_slacks_marks_are_shown():
    """Marks mark where Slack would let them, and a moment is the reader's."""
    moment = f"<!date^{int(NOW)}^{{date_short_pretty}} at {{time}}|x>"
    said = mrkdwn(f"*b* _i_ ~s~ `c&lt;d` 2*3*4 *\u200bno* {moment}", NOW)

    assert said == (
        '<b>b</b> <i>i</i> <s>s</s> <code>c&lt;d</code> 2*3*4 *\u200bno* <span class="date">Today at 15:31</span>'
    )


def _png(rows, width, filters):
    """A picture whose rows are filtered as the numbers say."""
    raw, above = b"", bytes(width * 3)
    for how, row in zip(filters, rows, strict=True):
        said = bytearray()
        for n, value in enumerate(row):
            left, up, corner = (row[n - 3] if n > 2 else 0), above[n], (above[n - 3] if n > 2 else 0)
            paeth = min((left, up, corner), key=lambda one: abs(left + up - corner - one))
            said.append((value - (0, left, up, (left + up) // 2, paeth)[how]) % 256)
        raw, above = raw + bytes([how]) + said, row
    head = struct.pack(">IIBBBBB", width, len(rows), 8, 2, 0, 0, 0)
    parts = ((b"IHDR", head), (b"IDAT", zlib.compress(raw)), (b"IEND", b""))
    return SIGNATURE + b"".join(
        struct.pack(">I", len(d)) + n + d + struct.pack(">I", zlib.crc32(n + d)) for n, d in parts
    )


@settings(max_examples=50)
@given(st.data(), st.integers(1, 6), st.integers(1, 6))
def test_fewer_bytes_show_the_same(data, width, height):
    """By whatever filters the browser wrote it, a picture of few colours keeps every pixel."""
    rows = [data.draw(st.binary(min_size=width * 3, max_size=width * 3)) for _ in range(height)]
    filters = [data.draw(st.integers(0, 4)) for _ in range(height)]

    made = reduced(_png(rows, width, filters))

    at = made.index(b"PLTE")
    (length,) = struct.unpack_from(">I", made, at - 4)
    colours = [made[at + 4 + n : at + 7 + n] for n in range(0, length, 3)]
    at = made.index(b"IDAT", at + 4 + length)
    lines = zlib.decompress(made[at + 4 :][: struct.unpack_from(">I", made, at - 4)[0]])
    step = width + 1
    assert [b"".join(colours[i] for i in lines[y * step + 1 : (y + 1) * step]) for y in range(height)] == rows


@pytest.mark.parametrize("name", SHOTS)
def test_the_picture_is_there_and_its_page_can_be_made(name):
    make, width = SHOTS[name]
    assert f"body{{margin:0;width:{width}px}}" in make()
    assert 1_000 < (ROOT / name).stat().st_size <= MOST


def _form(sent):
    """What a payload is made of, whatever it says: blocks, buttons and menus, and what they do."""
    every = [*sent.get("blocks", ()), *(b for a in sent.get("attachments", ()) for b in a["blocks"])]
    pressed = [e for b in every if b["type"] == "actions" for e in b["elements"]]
    pressed += [one for row in sent.get("components", ()) for one in row["components"]]
    does = [
        re.sub(r":[A-Z0-9]{4,6}(?=:|$)", "", one.get("action_id") or one.get("custom_id", "a link")) for one in pressed
    ]
    return sorted({b["type"] for b in every}), does, sorted(sent), [sorted(e) for e in sent.get("embeds", ())]


@pytest.mark.parametrize(
    ("name", "situation"),
    [("incident", "three_components"), ("acknowledged", "acknowledged"), ("resolved", "resolved"),
     ("discrepancy", "discrepancy_open")],
)  # fmt: skip
def test_what_was_recorded_has_the_form_that_is_posted_now(name, situation):
    """Otherwise record anew: `python -m tests.pictures.recording`."""
    made, now = card(*SITUATIONS[situation]), SITUATIONS[situation][1]
    here, there = recorded()["slack"][name], recorded()["discord"][name]

    assert _form(here["said"]) == _form(blocks.card(made, "m", now).arguments())
    posted = {key: value for key, value in embeds.root(made).items() if key != "allowed_mentions"}
    assert _form(there["said"]) == _form(posted)


def test_a_thread_names_who_and_what():
    """In the recorded outage: every line says what it is about, and people are mentions."""
    lines = recorded()["slack"]["resolved"]["thread"]

    assert any("<@U0ANNA123> acknowledged Claude (claude.ai, API and Claude Code)" in line for line in lines)
    assert all(re.search(r"claude|api", line.partition(">")[2], re.IGNORECASE) for line in lines)
    assert all(re.match(r"<!date\^\d+\^\{time\}\|", line) for line in lines)
