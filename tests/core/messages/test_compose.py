"""What every card keeps to, whatever happened and whatever others wrote."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advice.library import tips
from bot.core.incidents import lifecycle
from bot.core.messages.compose import card, headline, trail_line
from bot.core.messages.headline import LONGEST
from bot.core.messages.incident_card import LINE
from bot.core.model.card import Card, Colour
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.report import Reports
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.statuspage import PageStatus
from bot.core.text.inline import utc
from probes.model import Layer, State
from tests.support.situations import API, CODE, DOWN, INCIDENT, MIN, NOTICE, NOW, SITUATIONS, START, told, voices

nasty = st.one_of(
    st.text(max_size=60),
    st.sampled_from(
        ["", "\x1b[2J\x1b]0;title\x07", "a\nb\r\nc", "\u202e\u2066\u200b", "x" * 5000, "z̷" * 300, '"', "\ud800"]
    ),
)
times = st.floats(allow_nan=True, allow_infinity=True)
counts = st.integers(-5, 10**12)
shares = st.floats(allow_nan=True, allow_infinity=True)
states = st.sampled_from(State)

measureds = st.builds(
    Measurement,
    component=nasty,
    name=nasty,
    state=states,
    rate=shares,
    low=shares,
    high=shares,
    failed=counts,
    total=counts,
    window_s=times,
    at=st.none() | times,
    symptoms=st.lists(st.tuples(nasty, counts), max_size=5).map(tuple),
    layer=st.sampled_from([*Layer, "nonsense"]),
    request_ids=st.lists(nasty, max_size=6).map(tuple),
    vantages=st.lists(nasty, max_size=3).map(tuple),
    all_vantages=st.lists(nasty, max_size=3).map(tuple),
    why=nasty,
    latency_ms=st.none() | times,
    usual_latency_ms=st.none() | times,
    monitoring=st.booleans(),
    slow=st.booleans(),
)
heards = st.builds(PageStatus, states, nasty, st.none() | times, st.none() | times, st.none() | times, nasty, nasty)
reports = st.builds(Reports, counts, counts, times, times)
entries = st.builds(TimelineEntry, times, nasty, nasty)
incidents = st.builds(
    Incident,
    id=nasty,
    service=nasty,
    kind=st.sampled_from(["failures", "slowness", "odd"]),
    status=st.sampled_from(IncidentStatus),
    components=st.lists(nasty, max_size=12).map(tuple),
    active=st.lists(nasty, max_size=3).map(tuple),
    state=states,
    started_at=times,
    opened_at=times,
    scope=st.sampled_from(["service", "component", "vantage"]),
    vantage=nasty,
    worst=states,
    peak_rate=shares,
    resolved_at=st.none() | times,
    acknowledged_at=st.none() | times,
    acknowledged_by=st.none() | st.builds(Person, nasty, nasty, nasty, nasty),
    page_first_at=st.none() | times,
    reports=counts,
    why=nasty,
    timeline=st.lists(entries, max_size=3).map(tuple),
)
discrepancies = st.builds(
    Discrepancy,
    id=nasty,
    service=nasty,
    component=nasty,
    kind=st.sampled_from(DiscrepancyKind),
    since=times,
    opened_at=times,
    incident=nasty,
    claimed=states,
    claimed_words=nasty,
    measured=states,
    first_failure_at=st.none() | times,
    alerted_at=st.none() | times,
    page_seen_at=st.none() | times,
    page_posted_at=st.none() | times,
    closed_at=st.none() | times,
    outcome=nasty,
)
snapshots = st.builds(
    Snapshot,
    at=times,
    service=nasty,
    service_name=nasty,
    incident=st.none() | incidents,
    discrepancy=st.none() | discrepancies,
    voices=st.lists(st.builds(ComponentStatus, measureds, heards, reports), max_size=9).map(tuple),
    reason=nasty,
    page_url=nasty,
    usual_lag_s=st.none() | st.tuples(times, times),
)


def every_text(made: Card) -> Iterator[str]:
    """All that a card shows, text by text, as a channel without zones shows it."""
    yield from (made.headline, utc(made.footer, made.at))
    for label, text in made.lines:
        yield from (label, utc(text, made.at))
    yield from (label for label, _ in made.links)


@settings(max_examples=150, deadline=None)
@given(snapshots, times)
def test_any_snapshot_gives_a_harmless_bounded_card(snapshot, now):
    """No value, however mad, raises, breaks a line, steers a terminal or grows without bound."""
    made = card(snapshot, now, tips())
    assert made.headline.strip()
    assert len(made.headline) <= (LONGEST if made.kind != "notice" else 250)
    assert len(made.lines) <= 20
    for text in every_text(made):
        assert len(text) <= LINE
        assert not {unicodedata.category(c) for c in text} & {"Cc", "Cs", "Zl", "Zp"}
        assert not set(text) & set("\u202e\u202d\u2066\u2067\u2068\u200b")


@settings(max_examples=100, deadline=None)
@given(entries, times)
def test_any_trail_line_is_one_line(entry, now):
    """A line of the trail is a line."""
    line = trail_line(entry, now)
    assert line.strip()
    assert len(line) < 500
    assert line.isprintable()


@settings(max_examples=100, deadline=None)
@given(st.floats(0, 1), st.floats(0, 1), st.floats(0, 1), states, st.booleans())
def test_down_is_said_only_when_nearly_all_fails(rate, low, high, state, slow):
    """Never "down" for intermittent failure, never "intermittent" for a full one."""
    measured = replace(API, rate=rate, low=low, high=high, state=state, slow=slow)
    said = headline(told(replace(INCIDENT, state=state, peak_rate=0.2), voices(measured)), NOW)
    if "down" in said:
        assert rate >= 0.9
        assert high - low <= 0.6
        assert state is State.MAJOR
    for word in ("share", "unclear", "intermittent", "some users"):
        assert word not in said


@pytest.mark.parametrize(
    ("situation", "said"),
    [
        ("intermittent", "🟠 Claude API: ~18% of requests failing"),
        ("three_components", "🟠 Claude: claude.ai ~26%, Claude Code ~22%, API ~18% failing"),
        ("first_results", "🟠 Claude: 3 of our last 5 requests failed"),
        ("slow", "🟡 Claude API is slow: 4.1 s, usually 0.9 s"),
        ("stale", "⚪ Claude API: unknown, no usable result for 15 min"),
        ("one_vantage", "🟡 Claude API: failing from office only"),
        ("resolved", "🟢 Claude (3 components) recovered after 1h 5m"),
        ("resolved_by_a_person", "🟢 Claude (3 components) resolved by Ben after 1h 5m"),
    ],
)
def test_the_headline_suffices_alone(situation, said):
    """Emoji, name, symptom and number; on a lock screen nothing else is seen."""
    assert headline(*SITUATIONS[situation]) == said


@pytest.mark.parametrize(
    ("measured", "said"),
    [
        (replace(API, rate=0.997, low=0.991, high=1.0), "🟠 Claude API: ~99.7% of requests failing"),
        (replace(API, rate=0.002, low=0.0, high=0.01), "🟠 Claude API: ~0.2% of requests failing"),
        (replace(API, low=0.02, high=0.9, failed=6, total=33), "🟠 Claude API: 6 of our last 33 requests failed"),
        (replace(API, low=0.2, high=1.0, failed=3, total=3), "🟠 Claude API: all of our last 3 requests failed"),
        (
            replace(DOWN, rate=1.0, failed=200, total=200, window_s=1200.0, down=True),
            "🔴 Claude API is down: every request has failed for 20 min",
        ),
        (replace(DOWN, down=True), "🔴 Claude API is down: ~98% of requests failing"),
    ],
)
def test_the_number_says_no_more_than_is_known(measured, said):
    """99.7% is not all and 0.2% not nothing; a few results are counted; only a total failure is called one."""
    assert headline(told(INCIDENT, voices(measured)), NOW) == said


def test_a_handful_of_results_calls_nothing_down():
    """In the first seconds some fail, and that is all that is known: neither down, nor red, nor a percentage."""
    made = card(*SITUATIONS["first_results"])
    assert made.tone is Colour.ORANGE


@pytest.mark.parametrize("who", ["ack", "silence"])
def test_what_people_do_never_changes_the_colour(who):
    """It stands in the last line."""
    before = card(*SITUATIONS["intermittent"])
    made = card(*SITUATIONS["acknowledged" if who == "ack" else "silenced"])
    assert (made.tone, made.emoji, made.headline) == (before.tone, before.emoji, before.headline)
    assert made.footer.startswith("👀" if who == "ack" else "🔕 until")


def test_advice_says_whom_it_is_for():
    """Users of the web page, of the API and of Claude Code are told each their own."""
    steps = dict(card(*SITUATIONS["unequal_components"], tips()).lines)["Do now"]
    assert [name for name in ("claude.ai: ", "Claude API: ", "Claude Code: ") if name not in steps] == []


def test_nothing_is_said_of_a_page_that_was_never_read():
    """Nor of one that there is not."""
    unread = card(told(INCIDENT, voices(API, heard=PageStatus())), NOW)
    without = card(replace(told(INCIDENT, voices(API)), page_url=""), NOW)
    assert "Status page" not in dict(unread.lines)
    assert "Status page" not in dict(without.lines)


def test_one_failure_has_one_name():
    """Statuses stand together, each once."""
    mixed = replace(API, symptoms=(("http_500", 27), ("timeout", 3), ("http_529", 2), ("HTTP 500", 1)))
    facts = dict(card(told(INCIDENT, voices(mixed)), NOW).lines)[""]
    assert "(HTTP 500, 529, timeout)" in facts


@pytest.mark.parametrize("silent_s", [301, 3600, 10**6])
def test_stale_measurement_is_grey_and_said(silent_s):
    """Without fresh results nothing is known: not green, and not red either."""
    made = card(told(INCIDENT, voices(replace(API, at=NOW - silent_s))), NOW)
    assert made.tone is Colour.GREY
    assert made.headline.startswith("⚪")
    assert "unknown" in made.headline


def page(heard, now=NOW, incident=INCIDENT):
    """What the card says of the status page."""
    return utc(dict(card(told(incident, voices(API, heard=heard)), now).lines)["Status page"], now)


def test_a_stale_page_reading_is_marked():
    """An old reading of a green page is ⚪ and its age is told."""
    says = page(PageStatus(State.OPERATIONAL, "All Systems Operational", NOW - 400, START))
    assert says == '⚪ not read since 15:36 UTC; it said 🟢 "All Systems Operational"'


def test_an_unreadable_page_is_not_called_late():
    """Of a page that cannot be read nothing is claimed."""
    says = page(PageStatus(State.OPERATIONAL, "fine", NOW - 20, START, unreadable="HTTP 403"))
    assert says == "⚪ can't be read: HTTP 403"


@pytest.mark.parametrize(
    ("heard", "more", "said"),
    [
        ({}, {}, '🟢 "All Systems Operational", not admitted yet (usually 15 min late)'),
        ({}, {"page_first_at": NOW - 300}, '🟢 "All Systems Operational", says resolved; we still measure 18%'),
        (
            {"state": State.PARTIAL, "words": "Elevated errors"},
            {"page_first_at": NOW},
            '🟠 "Elevated errors", admitted 15:43 UTC, 9 min after our alert',
        ),
        (
            {"state": State.PARTIAL, "words": ""},
            {"page_red_since": START - 3600},
            "🟠 partial outage, red since 14:31 UTC, before our first failure",
        ),
    ],
)
def test_the_page_and_whether_it_has_admitted_it(heard, more, said):
    """In its own words, beside what it has not said."""
    held = replace(PageStatus(State.OPERATIONAL, "All Systems Operational", NOW - 20, START), **heard)
    assert page(held, incident=replace(INCIDENT, **more)) == said


def test_a_page_that_is_later_than_usual_is_said_to_be():
    """With how long it has been."""
    later = START + 55 * 60
    measured = replace(API, at=later)
    heard = PageStatus(State.OPERATIONAL, "All Systems Operational", later - 20, START)
    lines = dict(card(told(INCIDENT, voices(measured, heard=heard)), later).lines)
    assert lines["Status page"].endswith("not admitted after 55 min (usually 15 min late)")


def test_the_first_answers_after_a_total_outage_turn_it_yellow():
    """A quiet spell of intermittent failures does so after five minutes."""
    quiet = lifecycle.watched(replace(INCIDENT, shade=State.MAJOR), quiet=True, now=NOW - 20)
    total = replace(API, state=State.MAJOR, monitoring=True, failed=16, total=22, well=6, failed_at=NOW - 50)
    assert card(told(quiet, voices(total)), NOW).tone is Colour.YELLOW
    assert card(told(quiet, voices(replace(total, failed=15))), NOW).tone is Colour.RED
    later = replace(total, failed=15, at=NOW + 5 * MIN)
    assert card(told(quiet, voices(later)), NOW + 5 * MIN).tone is Colour.YELLOW


def test_their_words_cannot_leave_their_quotation():
    """A quotation mark inside what a vendor writes does not end the quotation."""
    says = page(PageStatus(State.OPERATIONAL, 'fine" · we see nothing · "', NOW - 20, START))
    assert "\"fine' · we see nothing · '\"" in says


def test_the_resolved_story_is_whole():
    """Duration, peak, who was first and by how much, who took it, how many were affected."""
    made = card(*SITUATIONS["resolved"])
    assert made.headline.endswith("recovered after 1h 5m")
    assert made.lines[0][1] == (
        "Worst ~27% · we alerted 3 min after it began, the status page 12 min later · 23 people affected"
    )
    assert "👀 Anna on Slack" in utc(made.footer, NOW)


def test_a_page_that_was_first_gets_the_credit():
    """Where the vendor said so before us, it reads so."""
    earlier = replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW, page_first_at=START - 60)
    assert "the status page 4 min earlier" in card(told(earlier, voices(API)), NOW).lines[0][1]


def test_a_closed_discrepancy_tells_both_lags():
    """After the first failure; and the times by which one can count."""
    made = card(*SITUATIONS["discrepancy_closed"])
    assert made.headline == "⚖️ Claude's status page admitted Claude Code after 45 min"
    assert utc(made.lines[0][1], NOW) == (
        "first failure 15:31:00 UTC · our alert 15:34:00 UTC · posted on the page 16:15:54 UTC"
        " · first read by us 16:16:00 UTC"
    )


def test_a_page_that_admitted_one_of_two_is_not_said_to_have_admitted_both():
    """The component that it never showed counts too."""
    never = replace(NOTICE, closed_at=START + 59 * MIN)
    shown = replace(
        NOTICE, id="D2", component="claude-api", claimed=State.MAJOR, closed_at=START + 45 * MIN,
        page_seen_at=START + 45 * MIN,
    )  # fmt: skip
    made = card(replace(told(INCIDENT, voices(API, CODE), shown), discrepancies=(shown, never)), START + 60 * MIN)
    assert made.headline == "⚖️ Status page admitted API after 45 min, never Claude Code"


def test_a_page_that_is_green_for_a_part_is_not_called_green():
    """Another component of it is red."""
    incident = replace(INCIDENT, components=("claude-api", "claude-code"), page_first_at=NOW - MIN)
    made = card(told(incident, voices(CODE), NOTICE), NOW)
    assert made.headline == "⚖️ Status page is still green for Claude Code after 12 min"


def test_the_discrepancy_goes_before_the_incident():
    """A snapshot with both is about the disagreement."""
    made = card(told(INCIDENT, voices(CODE), NOTICE), NOW)
    assert made.kind == "discrepancy"
    assert made.subject == NOTICE.id


def test_what_is_cut_is_counted():
    """A long text ends with how much is missing."""
    says = page(PageStatus(State.OPERATIONAL, "x" * 1000, NOW, START))
    assert f"… ({1000 - says.count('x')} more)" in says
