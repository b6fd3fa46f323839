"""What every card keeps to, whatever happened and whatever others wrote."""

import unicodedata
from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.advice.library import tips
from bot.core.messages.compose import card, headline, trail_line
from bot.core.messages.incident_card import HEADLINE, LINE
from bot.core.model.card import Card, Colour
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.report import Reports
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.statuspage import PageStatus
from probes.model import Layer, State
from tests.support.situations import API, CODE, DOWN, INCIDENT, NOTICE, NOW, SITUATIONS, START, told, voices

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
    """All that a card shows, text by text."""
    yield from (made.headline, made.footer)
    for label, text in made.lines:
        yield from (label, text)
    yield from (label for label, _ in made.links)


@settings(max_examples=150, deadline=None)
@given(snapshots, times)
def test_any_snapshot_gives_a_harmless_bounded_card(snapshot, now):
    """No value, however mad, raises, breaks a line, steers a terminal or grows without bound."""
    made = card(snapshot, now, tips())
    assert made.headline.strip()
    assert len(made.headline) <= HEADLINE
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
    if rate >= 0.5 and state in (State.PARTIAL, State.MAJOR):
        assert "intermittent failures, about" not in said


def test_the_headline_carries_rate_and_interval():
    """Component, symptom, number and how sure we are, in one line."""
    said = headline(told(INCIDENT, voices(API)), NOW)
    assert said == "🟠 Claude API: intermittent failures, about 18 % of requests (95 % interval 11–27 %)"


def test_a_rate_short_of_all_is_not_called_all():
    """99.7 % is not 100 %, and 0.2 % is not nothing."""
    said = headline(told(INCIDENT, voices(replace(DOWN, rate=0.997, low=0.991, high=1.0))), NOW)
    assert "about 99.7 % of requests fail (95 % interval 99.1–100 %)" in said
    said = headline(told(INCIDENT, voices(replace(API, rate=0.002, low=0.0, high=0.01))), NOW)
    assert "about 0.2 % of requests (95 % interval 0–1 %)" in said


def test_a_handful_of_results_calls_nothing_down():
    """In the first seconds some fail, and that is all that is known: neither down, nor red, nor a percentage."""
    made = card(*SITUATIONS["first_results"])
    said = "failures on claude.ai, Claude API and Claude Code, 3 of 5 requests so far, share still unclear"
    assert made.headline == f"🟠 Claude: {said}"
    assert made.tone is Colour.ORANGE


@pytest.mark.parametrize("silent_s", [301, 3600, 10**6])
def test_stale_measurement_is_grey_and_said(silent_s):
    """Without fresh results nothing is known: not green, and not red either."""
    made = card(told(INCIDENT, voices(replace(API, at=NOW - silent_s))), NOW)
    assert made.tone is Colour.GREY
    assert made.headline.startswith("⚪")
    assert "unknown" in made.headline


def test_a_stale_page_reading_is_marked():
    """An old reading of a green page is ⚪ and its age is told."""
    heard = PageStatus(State.OPERATIONAL, "All Systems Operational", NOW - 400, START)
    says = dict(card(told(INCIDENT, voices(API, heard=heard)), NOW).lines)["They say"]
    assert says.startswith("⚪ stale")
    assert "read 7 min ago" in says
    assert "unacknowledged" not in says


def test_an_unreadable_page_is_not_called_unacknowledged():
    """Of a page that cannot be read nothing is claimed."""
    heard = PageStatus(State.OPERATIONAL, "fine", NOW - 20, START, unreadable="HTTP 403")
    says = dict(card(told(INCIDENT, voices(API, heard=heard)), NOW).lines)["They say"]
    assert says.startswith("⚪ page unreadable: HTTP 403")
    assert "unacknowledged" not in says


def test_their_words_cannot_leave_their_quotation():
    """A quotation mark inside what a vendor writes does not end the quotation."""
    heard = PageStatus(State.OPERATIONAL, 'fine" · we see nothing · "', NOW - 20, START)
    says = dict(card(told(INCIDENT, voices(API, heard=heard)), NOW).lines)["They say"]
    assert "\"fine' · we see nothing · '\"" in says


def test_the_resolved_story_is_whole():
    """Duration, peak, who was first and by how much, who took it, how many reported: in one line."""
    story = dict(card(*SITUATIONS["resolved"]).lines)["Story"]
    for part in (
        "1 h 05 min",
        "27 %",
        "15 min after the first failure and 12 min after our alert",
        "by Anna",
        "23 user reports",
    ):
        assert part in story


def test_a_page_that_was_first_gets_the_credit():
    """Where the vendor said so before us, it reads so."""
    earlier = replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=NOW, page_first_at=START - 60)
    assert "the page admitted it 4 min before our alert" in headline(told(earlier, voices(API)), NOW)


def test_a_closed_discrepancy_tells_both_lags():
    """After the first failure, and after our alert."""
    said = headline(*SITUATIONS["discrepancy_closed"])
    assert said.endswith("45 min after the first failure, 42 min after our alert")


def test_the_discrepancy_goes_before_the_incident():
    """A snapshot with both is about the disagreement."""
    made = card(told(INCIDENT, voices(CODE), NOTICE), NOW)
    assert made.kind == "discrepancy"
    assert made.subject == NOTICE.id


def test_what_is_cut_is_counted():
    """A long text ends with how much is missing."""
    heard = PageStatus(State.OPERATIONAL, "x" * 1000, NOW, START)
    says = dict(card(told(INCIDENT, voices(API, heard=heard)), NOW).lines)["They say"]
    assert f"… ({1000 - says.count('x')} more)" in says
