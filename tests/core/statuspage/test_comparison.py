"""When page and measurement disagree, and when they stop."""

from dataclasses import replace

import pytest

from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.statuspage import PageMention, PageStatus
from bot.core.statuspage.comparison import Compared, Comparison
from bot.core.statuspage.discrepancy import Case, disagreement
from probes.model import Page, State

OPEN = Incident("4F7K", "claude", "failures", IncidentStatus.OPEN, ("api",), State.PARTIAL, 31.0, 34.0, active=("api",))


def case(
    measured=State.PARTIAL,
    claimed=State.OPERATIONAL,
    incident=OPEN,
    read_at=60.0,
    since=10.0,
    unreadable="",
    failures=5,
):
    """One component's facts."""
    heard = PageStatus(claimed, "All Systems Operational", read_at, since, None, unreadable)
    return Case("api", Measurement("api", "Claude API", measured), heard, incident, failures)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        (case(), DiscrepancyKind.UNACKNOWLEDGED),
        (case(failures=1), None),
        (case(incident=replace(OPEN, state=State.DEGRADED)), None),
        (case(claimed=State.MAINTENANCE), None),
        (case(claimed=State.UNKNOWN), None),
        (case(unreadable="HTTP 403"), None),
        (case(State.MAJOR, State.DEGRADED), DiscrepancyKind.UNDERSTATED),
        (case(State.PARTIAL, State.DEGRADED), None),
        (case(State.PARTIAL, State.MAJOR), None),
        (case(State.OPERATIONAL, State.MAJOR, None), DiscrepancyKind.OVERSTATED),
        (case(State.OPERATIONAL, State.DEGRADED, None), None),
        (case(State.OPERATIONAL, State.OPERATIONAL, None), None),
        (case(State.UNKNOWN, State.MAJOR, None), None),
    ],
)
def test_kinds(facts, expected):
    """Which facts are a disagreement, and of which kind."""
    assert expected == disagreement(facts)


def test_one_reading_is_no_notice_and_two_are():
    """The same reading looked at twice counts once."""
    comparison = Comparison("claude", Compared())
    comparison.compare([case(read_at=60.0)], 61.0)
    comparison.compare([case(read_at=60.0)], 62.0)

    assert comparison.take() == []

    comparison.compare([case(read_at=120.0)], 121.0)
    [(record, line)] = comparison.take()

    assert (record.kind, record.since, record.opened_at) == (DiscrepancyKind.UNACKNOWLEDGED, 61.0, 121.0)
    assert (record.first_failure_at, record.alerted_at, record.incident, line) == (31.0, 34.0, "4F7K", None)


def test_a_flapping_page_makes_no_noise():
    """Green, red, green, red: never two readings of one disagreement in a row."""
    comparison = Comparison("claude", Compared())
    for number in range(40):
        claimed = State.MAJOR if number % 2 else State.OPERATIONAL
        comparison.compare([case(State.OPERATIONAL, claimed, None, read_at=60.0 * number)], 60.0 * number)

    assert comparison.take() == []


def disagreeing():
    """A comparison in which the unacknowledged disagreement has been said."""
    comparison = Comparison("claude", Compared())
    comparison.compare([case(read_at=60.0)], 61.0)
    comparison.compare([case(read_at=120.0)], 121.0)
    comparison.take()
    return comparison


def test_it_closes_with_the_page_s_first_seen_time():
    """The lag is measured to the reading on which we first saw the page agree."""
    comparison = disagreeing()
    comparison.compare([case(claimed=State.PARTIAL, read_at=180.0, since=180.0)], 181.0)
    [(record, line)] = comparison.take()

    assert (record.outcome, record.closed_at, record.page_seen_at) == ("page now agrees", 181.0, 180.0)
    assert line.text == "page now agrees"


def test_trouble_that_ends_first_was_never_acknowledged():
    """Our incident resolves while the page is still green."""
    comparison = disagreeing()
    comparison.compare([case(State.OPERATIONAL, incident=None, read_at=240.0)], 241.0)
    [(record, _)] = comparison.take()

    assert (record.outcome, record.page_seen_at) == ("never admitted", None)


def test_what_cannot_be_known_closes_nothing():
    """An unreadable page or our own blindness leaves a disagreement standing."""
    comparison = disagreeing()
    comparison.compare([case(unreadable="HTTP 403", read_at=180.0)], 181.0)
    comparison.compare([case(State.UNKNOWN, incident=None, read_at=240.0)], 241.0)

    assert comparison.take() == []


def test_a_page_unreadable_three_times_is_said_once_and_closed_when_readable():
    """Unreadable is a notice about the page as a whole."""
    comparison = Comparison("claude", Compared())
    for at in (60.0, 120.0, 180.0, 240.0):
        comparison.read(Page("u", unreadable="HTTP 403 challenge"), at)
    [(record, _)] = comparison.take()

    assert (record.kind, record.since, record.opened_at) == (DiscrepancyKind.UNREADABLE, 60.0, 180.0)

    comparison.read(Page("u"), 300.0)
    [(ended, _)] = comparison.take()

    assert (record.id, 300.0, "readable again") == (ended.id, ended.closed_at, ended.outcome)


def test_another_process_goes_on_where_this_one_stopped():
    """The state is all there is: a doubt of one reading survives."""
    before = Comparison("claude", Compared())
    before.compare([case(read_at=60.0)], 61.0)
    after = Comparison("claude", before.state())
    after.compare([case(read_at=120.0)], 121.0)

    assert len(after.take()) == 1


def test_ids_are_short_stable_and_differ():
    """Four characters without letters that look alike."""
    ids = {short_id("claude", str(n)) for n in range(2000)}

    assert short_id("a", "b") == short_id("a", "b") != short_id("ab", "")
    assert len(ids) > 1990
    assert all(len(i) == 4 and not set(i) & set("ILOU") for i in ids)


def test_people_bring_it_forward_and_vouch_for_the_page():
    """Reports beyond the usual: one reading is enough, and a red page is not called wrong."""
    crowd = Reports(affected=7, usual=0.4)
    comparison = Comparison("claude", Compared())
    comparison.compare([replace(case(read_at=60.0), reports=crowd)], 61.0)
    [(record, _)] = comparison.take()

    assert (record.reports, record.kind) == (7, DiscrepancyKind.UNACKNOWLEDGED)
    assert disagreement(replace(case(State.OPERATIONAL, State.MAJOR, None), reports=crowd)) is None
    few = replace(case(State.OPERATIONAL, State.MAJOR, None), reports=Reports(affected=3, usual=2.0))
    assert disagreement(few) is DiscrepancyKind.OVERSTATED


def mentioning(facts):
    """The same under an open incident that marks no component."""
    said = PageMention("Elevated errors", 180.0, 175.0)
    return replace(facts, heard=replace(facts.heard, mention=said))


def test_an_incident_that_marks_nothing_is_noted_once_and_is_no_agreement():
    """The standing notice gets a line; the end is "in words only"."""
    comparison = disagreeing()
    comparison.compare([mentioning(case(read_at=180.0))], 181.0)
    comparison.compare([mentioning(case(read_at=240.0))], 241.0)
    [(record, line)] = comparison.take()

    assert (record.closed_at, record.mention.words, line.event) == (None, "Elevated errors", "mentioned")
    comparison.compare([mentioning(case(State.OPERATIONAL, incident=None, read_at=300.0))], 301.0)
    [(ended, _)] = comparison.take()
    assert (ended.outcome, ended.resolved_at) == ("admitted in words only", 301.0)


def test_a_word_from_the_start_is_an_understatement_until_trouble_ends_or_the_mark_comes():
    """Green under an open incident is less than what we measure, and stays so while it is green."""
    comparison = Comparison("claude", Compared())
    for at in (60.0, 120.0):
        comparison.compare([mentioning(case(read_at=at))], at + 1)
    [(record, _)] = comparison.take()
    comparison.compare([case(read_at=180.0)], 181.0)

    assert (record.kind, record.page_seen_at) == (DiscrepancyKind.UNDERSTATED, None)
    assert comparison.take() == []
    comparison.compare([case(claimed=State.PARTIAL, read_at=240.0, since=240.0)], 241.0)
    [(ended, _)] = comparison.take()
    assert (ended.outcome, ended.page_seen_at) == ("page now agrees", 240.0)


RED_ROW = LedgerEntry("claude", ("api",), Source.MEASURED, "4F7K", 31.0, 34.0, 800.0, 900.0, 500.0)


@pytest.mark.parametrize(
    ("entry", "end", "flavours"),
    [
        (RED_ROW, case(State.OPERATIONAL, State.OPERATIONAL, None, 300.0, 300.0), ("lingering", "lingering")),
        (None, case(State.OPERATIONAL, State.OPERATIONAL, None, 300.0, 300.0), ("", "elsewhere")),
        (None, case(State.PARTIAL, State.MAJOR, OPEN, 300.0), ("", "early")),
    ],
)
def test_flavours_of_a_page_that_is_red_alone(entry, end, flavours):
    """Left standing after our end, ahead of us, or about something we do not measure; its times tell the story."""
    comparison = Comparison("claude", Compared())
    for at in (60.0, 120.0, 180.0):
        facts = case(State.OPERATIONAL, State.MAJOR, None, read_at=at, since=50.0)
        comparison.compare([replace(facts, entry=entry)], at + 1)
    [(opened, _)] = comparison.take()
    comparison.compare([replace(end, entry=entry)], 301.0)
    [(ended, _)] = comparison.take()

    assert (opened.flavour.value, ended.flavour.value) == flavours
    assert opened.page_seen_at == ended.page_seen_at == 50.0
    assert ended.resolved_at == (900.0 if entry else None)
    assert opened.ended_at == ended.ended_at == (800.0 if entry else None)
    assert ended.page_resolved_at == (300.0 if end.heard.state is State.OPERATIONAL else None)


def test_less_on_our_side_is_not_the_page_s_merit():
    """An understatement that ends because we measure less says so."""
    comparison = Comparison("claude", Compared())
    for at in (60.0, 120.0):
        comparison.compare([case(State.MAJOR, State.DEGRADED, read_at=at)], at + 1)
    comparison.take()
    comparison.compare([case(State.PARTIAL, State.DEGRADED, read_at=180.0)], 181.0)
    [(ended, _)] = comparison.take()

    assert ended.outcome == "we now measure less"
