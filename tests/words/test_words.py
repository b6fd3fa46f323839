"""What people read: no retired word, no time in another zone than theirs, nothing longer than a glance."""

import json
import re
from dataclasses import replace
from textwrap import wrap

import pytest

from bot.core.answers.actions import together
from bot.core.commands.table import COMMANDS
from bot.core.messages.compose import card
from bot.core.model.action import ActionResult
from bot.core.model.person import Person
from bot.core.text.inline import mention, moment
from bot.core.text.quoting import CLOSE, OPEN
from tests.support.situations import NOW, SITUATIONS
from tests.words.answered import gathered
from tests.words.pages import PLATFORMS, WIDTHS, cards, page, seen, texts

RETIRED = {
    r"\bjust now\b": "a time that the platform writes",
    r"\bthey say\b": "Status page",
    r"\bpeople say\b": "7 people affected",
    r"\bfrom all \d+ vantages\b": "3 of 3 locations",
    r"\bshare (?:still )?unclear\b": "6 of our last 33 requests failed",
    r"\bsome users\b": "how many",
    r"\bwatching before we call it over\b": "not over yet",
    r"\bas of\b": "updated",
    r"\d %": "18%",
    r"\d h \d\d min": "1h 5m",
    r"\bcalled over\b": "resolved by",
    r"\bstanding for\b": "since",
    r"\bedition\b": "updated 6 times",
    r"\bhave messages of their own\b": "go on by themselves",
    r"\b95% interval\b": "that is behind Why?",
    r"\bpeople report trouble:": "14 reports in 15 min (normally 0–1) · far more than usual",
    r"\bstands in\b": "posted to",
    r"\bnever fine\b": "no fresh result",
    r"\bbear the mark\b": "came through Cloudflare",
    r"\bmeasured down on\b": "a full outage",
    r"\beditions\b": "updates",
    r"\bspeaks after\b": "usually admits trouble after",
    r"\bsays Ann\b": "by Ann",
    r"\bthe component is operational\b": "its name",
    r"\bhad said so before\b": "You'd already said so",
    r"\bwhat is behind it\b": "the app behind it",
    r"\bwhat is in front of it\b": "edge and gateway respond",
    r"\bspoke(?:n)? of\b": "admitted",
    r"\b\d+ troubles\b": "cases",
    r"\banswers so\b": "gives this answer",
    r"\bcomes? about\b|\bcame about\b": "can be made, could be made",
    r"\bat the worst\b": "at worst",
    r"\bwhat fits\b": "everything that matches",
    r"\bknown are\b": "choose from",
    r"\bthat belongs to it\b": "the first failure",
    r"\bis concerned\b": "is involved",
    r"\bother vantages\b|\bonly vantage\b": "locations",
    r"\bleads anywhere\b": "no route matches",
    r"\u200b": "nothing invisible in what people copy",
    r"(?<![\d.])0 (?:s|min)\b": "less than 1 s, or nothing",
    r"\bnothing read yet\b": "nothing is said of a page that was never read",
}
"""Words no message has any more, and what it says instead."""
BEHIND_WHY = {r"\b95% interval\b", r"\bjust now\b", r"\bas of\b"}
"""In answers: an interval belongs to the evidence, and a terminal's answer is of the moment it was asked."""
MESSAGES = list(cards())
ZONED = ("Slack", "Discord")
DATED = re.compile(r"<!date\^\d+\^[^|>]*\|[^>]*>|<t:\d+:[tTR]>")
TORN = re.compile(r"[tsar]17\d{8}")
"""A time whose marks were taken off."""
AT_TEN = "announce 4h We move our gateway tonight at 22:00 UTC"
"""A sentence that a person writes."""
AGO = re.compile(r"\bjust now\b|\b\d+ (?:s|min) ago\b")


def messages(platform):
    return {name: text for name, text in texts(platform).items() if not name.startswith("answer")}


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_message_has_a_retired_word(platform):
    found = [
        f"{name}: {word} -> {instead}"
        for name, text in messages(platform).items()
        for word, instead in RETIRED.items()
        if re.search(word, text.replace("\u00a0", " "), re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_answer_has_a_retired_word(platform):
    """What is behind Why? may have figures that no message shows."""
    found = [
        f"{name}: {word} -> {instead}"
        for name, text in texts(platform).items()
        for word, instead in RETIRED.items()
        if name.startswith("answer") and word not in BEHIND_WHY
        if re.search(word, text.replace("\u00a0", " "), re.IGNORECASE)
    ]
    assert found == []


@pytest.mark.parametrize("name", MESSAGES)
def test_a_message_is_a_glance(name):
    """The headline stays within a lock screen, the whole within a phone's screen; every link is a whole one."""
    it = cards()[name]
    assert len(it.headline) <= 60
    assert sum(len(label) + len(text) for label, text in it.lines) <= 700
    assert all(url.startswith("https://") for _, url in it.links)


@pytest.mark.parametrize("name", ["intermittent", "acknowledged", "silenced_and_acknowledged", "three_components"])
@pytest.mark.parametrize("platform", ["Slack", "Discord"])
def test_an_incident_fits_a_phone(platform, name):
    """In 38 columns; `python -m tests.pictures.heights` has the pixels."""
    rows = seen(PLATFORMS[platform][0](cards()[name])).replace("⟨11:42⟩", "11:42").split("\n")
    shown = [re.sub(r"<https[^>]*>|\(https[^)]*\)|\*\*?|-# |<@|>", "", row) for row in rows]
    assert sum(len(wrap(row, 38)) for row in shown) <= 14, shown


@pytest.mark.parametrize("name", SITUATIONS)
@pytest.mark.parametrize("after_s", [0.0, 0.3, 0.7, 5.0])
def test_no_headline_lasts_no_time(name, after_s):
    """At the very moment at which it began, or was read with another clock: a headline leaves such a time out."""
    snapshot, _ = SITUATIONS[name]
    began = (
        *((snapshot.incident.started_at,) if snapshot.incident else ()),
        *((d.since, d.first_failure_at or d.since, d.closed_at or d.since) if (d := snapshot.discrepancy) else ()),
    )
    for at in began:
        it = card(replace(snapshot, at=at + after_s), at + after_s)
        assert not re.search(r"(?<![\d.])0 (?:s|min)\b|less than 1 s", it.headline), it.headline
        assert not re.search(r"(?<![\d.])0 (?:s|min)\b", "\n".join(text for _, text in it.lines))


@pytest.mark.parametrize("platform", ZONED)
def test_every_time_is_the_reader_s_own(platform):
    """No zone is named where the platform shows the reader's; no time is frozen."""
    for name, text in texts(platform).items():
        said = DATED.sub("", text).replace(AT_TEN, "")
        if not name.startswith("answer to postmortem"):
            # That is a document to be kept, and says once that its times are UTC.
            assert "UTC" not in said, (name, said)
        if not name.startswith("answer to help"):
            assert not AGO.search(said), (name, AGO.findall(said))


@pytest.mark.parametrize("platform", PLATFORMS)
def test_no_token_is_left_or_torn(platform):
    """What stands for a time, a person or a place reaches nobody as it is, nor without its marks."""
    for name, text in texts(platform).items():
        said = DATED.sub("", text)
        assert OPEN not in said, name
        assert CLOSE not in said, name
        assert not TORN.search(said), (name, TORN.findall(said))


def test_no_token_is_left_in_the_data_of_an_answer():
    """For programs: `--json` and the API."""
    for line, answer in gathered().items():
        told = json.dumps(dict(answer.plainly().data), ensure_ascii=False)
        assert OPEN not in told, line
        assert not TORN.search(told), (line, TORN.findall(told))


@pytest.mark.parametrize("platform", ZONED)
def test_what_was_refused_of_several_acts_names_people_and_times(platform):
    """An act on all incidents of one message at once; the reason of a refusal may have both."""
    why = f"Ann is on it since {moment(NOW)}, says {mention(Person('slack', 'T1', 'U1', 'Ann'))}"
    said = together("ack", "slack@G1", [ActionResult(ok=False, text=why)], NOW)
    answers = PLATFORMS[platform][2]
    assert answers is not None
    shown = answers(said)
    assert DATED.search(shown)
    assert "Ann" in shown
    assert OPEN not in shown
    assert not TORN.search(DATED.sub("", shown))
    told = said.plainly().data["refused"]
    assert [OPEN in key for key in told] == [False]


@pytest.mark.parametrize("platform", PLATFORMS)
def test_every_command_is_on_the_page(platform):
    """What people can ask is what a reader goes through."""
    if PLATFORMS[platform][2] is not None:
        asked = {name.removeprefix("answer to ").split()[0] for name in texts(platform) if name.startswith("answer")}
        assert set(COMMANDS) <= asked


@pytest.mark.parametrize("platform", PLATFORMS)
@pytest.mark.parametrize("width", WIDTHS)
def test_a_page_keeps_to_its_columns(platform, width):
    """A reader can go through all of it on a narrow screen."""
    assert max(map(len, page(platform, width).split("\n"))) <= width


@pytest.mark.parametrize("word", RETIRED)
def test_each_rule_finds_its_word(word):
    """A rule that matches nothing would guard nothing."""
    said = (
        "just now, they say, People say, looks like, from all 3 vantages, share still unclear, some users, edition 7, "
        "watching before we call it over, as of 15:42, 18 %, 1 h 05 min, called over, standing for 8 min, "
        "have messages of their own, 95% interval, nothing read yet, people report trouble: 14, a test stands in C1, "
        "unknown is never fine, bear the mark of it, measured down on x, editions, speaks after 15 min, "
        "right, says Ann, the component is operational, had said so before, or what is behind it, after 0 s, "
        "what is in front of it, never spoken of, 12 troubles, a gateway answers so, no connection came about, "
        "at the worst, what fits it, known are a and b, the failure that belongs to it, nobody is concerned, "
        "from the other vantages, no route leads anywhere, \u200b"
    )
    assert re.search(word, said, re.IGNORECASE)
