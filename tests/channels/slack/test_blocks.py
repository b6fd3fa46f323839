"""Whatever a card or an answer says, Slack would take it, and nothing in it steers."""

import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.channels.slack import answers, blocks
from bot.channels.slack.mrkdwn import escape, link, literal, moment, unescape
from bot.channels.slack.sections import sections
from bot.core.model.card import Action, Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.model.person import Person
from bot.core.text import inline
from bot.core.text.truncation import SLACK, width
from tests.fakes.slack import rules
from tests.fakes.slack.workspace import Message
from tests.support.cards import ANSWERS, CARDS, HARD, NOW
from tests.support.contract import HOSTILE

OURS = re.compile(r"<!date\^\d+\^[^|<>]*\|[^<>]*>|<https?://[^\s<>|]+\|[^<>]*>")


ANN = Person("slack", "T1", "U123", "Ann")


def accepted(said: blocks.SlackMessage) -> None:
    """Both forms are taken, the headline is in both places, and only our own links and times are markup."""
    for form in (said.arguments(), said.plainly()):
        rules.message(form, update=True)
        assert len(form["text"]) <= SLACK.plain
        for text in (form["text"], *rules.texts(Message("C1", "1", form).blocks)):
            assert not re.search(r"[<>]", OURS.sub("", text)), text
            assert not re.search(r"&(?!amp;|lt;|gt;)", text)
    json.dumps(said.arguments())


@settings(max_examples=150, deadline=None)
@given(CARDS)
def test_every_card_is_a_message_slack_takes(card):
    said = blocks.card(card, "m", NOW)
    accepted(said)
    message = Message("C1", "1", said.arguments())
    assert message.text[:20] == message.headline[:20]


@settings(max_examples=150, deadline=None)
@given(ANSWERS)
def test_every_answer_is_a_message_slack_takes(it):
    accepted(answers.answer(it, NOW, share="status", by="ann"))


@settings(max_examples=100, deadline=None)
@given(HARD, HARD, st.floats())
def test_every_trail_line_is_one_line(event, text, at):
    said = blocks.trail(TimelineEntry(at, event, text), NOW)
    assert "\n" not in said
    assert width(said) < 4_000
    assert not re.search(r"[<>]", OURS.sub("", said))


@given(st.text())
def test_what_people_typed_comes_back(text):
    assert unescape(escape(text)) == text


def test_hostile_words_are_letters():
    """Nothing pings, and a person reads exactly what the vendor wrote."""
    said = blocks.card(Card("x", "incident", Colour.RED, "🔴", HOSTILE, lines=(("Status page", HOSTILE),)), "m", NOW)
    sent = json.dumps(said.arguments(), ensure_ascii=False)
    assert "<!channel>" not in sent
    assert "&lt;!channel&gt; @everyone &lt;/a&gt; **x** &amp; &lt;script&gt;" in said.blocks[0]["text"]["text"]
    assert said.blocks[0]["text"] | {"text": ""} == {"type": "plain_text", "text": "", "emoji": False}
    assert Message("C1", "1", said.arguments()).headline.startswith("<!channel> @everyone </a> **x** & <script>")


@pytest.mark.parametrize(
    ("given_", "shown"),
    [
        ("a & b <c>", "a &amp; b &lt;c&gt;"),
        ("*bold* _it_ ~no~ `code`", "*\u200bbold* _\u200bit_ ~\u200bno~ `\u200bcode`"),
        ("req_011CabC_x claude-3_5", "req_011CabC_x claude-3_5"),
        (":smile: 15:31:04 a:b", ":\u200bsmile: 15:31:04 a:b"),
        ("2 * 3 = 6", "2 * 3 = 6"),
        ("API ~62%, claude.ai ~46%, *.example.com, _private", "API ~62%, claude.ai ~46%, *.example.com, _private"),
        ("~62%, not ~46~", "~\u200b62%, not ~\u200b46~"),
        ("**x** ```y", "*\u200b*\u200bx** `\u200b`\u200b`\u200by"),
    ],
)
def test_marks_are_kept_from_marking(given_, shown):
    assert literal(given_) == shown


def test_times_are_in_the_readers_zone_with_utc_beside():
    assert moment(1_776_094_200, NOW) == "<!date^1776094200^{date_short_pretty} at {time}|15:30 UTC>"
    assert moment(float("inf"), NOW) == "at an unknown time"


def test_only_addresses_become_links():
    assert link("https://status.claude.com/x?a=1&b=2", "vendor page") == (
        "<https://status.claude.com/x?a=1&amp;b=2|vendor page>"
    )
    assert link("javascript:alert(1)", "page") == "page"
    assert link("https://a.b|<!channel>", "page") == "page"


def test_a_card_as_it_is_meant_to_look():
    """Headline in `text` and first block, facts as blocks, the buttons alone under the bar of colour."""
    card = Card(
        "4F7K", "incident", Colour.ORANGE, "🟠", "🟠 Claude API: ~18% of requests failing",
        lines=(("", "29 of 160 requests failed"), ("", "claude.ai: 3 of 40"), ("Status page", '🟢 "All fine"')),
        footer=f"Started {inline.moment(NOW - 720, inline.Style.AGO)} · {inline.mention(ANN)} · #4F7K",
        links=(("Status page", "https://status.claude.com"),),
        actions=(Action("ack", "Acknowledge", "4F7K"), Action("silence", "Silence", "4F7K")),
    )  # fmt: skip
    said = blocks.card(card, "m", NOW).arguments()
    assert said["text"] == card.headline
    assert said["blocks"][0]["text"]["text"] == card.headline
    assert [block["type"] for block in said["blocks"]] == ["header", "section", "section", "context"]
    assert [block["text"]["text"] for block in said["blocks"][1:3]] == [
        "29 of 160 requests failed\nclaude.ai: 3 of 40",
        '*Status page*  🟢 "All fine" <https://status.claude.com|↗>',
    ]
    assert said["blocks"][3]["elements"][0]["text"] == (
        f"Started <!date^{int(NOW - 720)}^{{time}} ({{ago}})|15:19 UTC> · <@U123> · #4F7K"
    )
    (bar,) = said["attachments"]
    assert bar["color"] == "#e8762d"
    assert [block["type"] for block in bar["blocks"]] == ["actions"]
    ack, silence = bar["blocks"][0]["elements"]
    assert (ack["value"], ack["style"]) == ("ack 4F7K", "primary")
    assert [one["value"] for one in silence["options"]][:2] == ["silence 4F7K 30m", "silence 4F7K 1h"]


def test_markdown_becomes_slacks_own():
    """Headings, bold, lists and links; code is left alone, and stays code when it is cut."""
    text = "# Report *x*\n\n**Impact** [page](https://x.example/a)\n- one <!channel>\n```\nif a < b && **c**:\n```"
    assert sections(text, 2_900, 9_000) == [
        (
            "*Report x*\n\n*Impact* <https://x.example/a|page>\n• one &lt;!channel&gt;\n"
            "```\nif a &lt; b &amp;&amp; **c**:\n```"
        )
    ]
    table = "| what | figure |\n|---|:--|\n| a \\| b | 3 < 4 |\n| | only |"
    assert sections(table, 500, 900) == ["what  ·  figure\na | b  ·  3 &lt; 4\nonly"]
    parts = sections("```\n" + "line\n" * 500 + "```", 500, 1_500)
    assert all(part.count("```") == 2 for part in parts)
    assert parts[-1].endswith("more lines)")
