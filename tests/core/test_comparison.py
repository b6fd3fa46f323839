"""When page and measurement disagree, and when they stop."""

from dataclasses import replace

import pytest

from bot.core.comparison import Compared, Comparison
from bot.core.discrepancy import Case, disagreement, short_id
from bot.core.incident import DiscrepancyKind, Heard, Incident, IncidentStatus, Measured
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
    heard = Heard(claimed, "All Systems Operational", read_at, since, None, unreadable)
    return Case("api", Measured("api", "Claude API", measured), heard, incident, failures)


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

    assert (record.outcome, record.page_seen_at) == ("never acknowledged", None)


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
