"""A heartbeat by the rules of Healthchecks: missed, failing, long-running, and what could not come in."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.heartbeats import TROUBLE, Health, Rhythm, lines, standing, told
from bot.core.model.ping import ClosedSpan, PingEvent, PingRecord

NOW = 1_776_094_980.0
HOUR = 3600.0
HOURLY = Rhythm(lambda last: last + HOUR, 600.0, 600.0)


def at(record: PingRecord, later: float, *closed: ClosedSpan, rhythm: Rhythm = HOURLY) -> Health:
    """How it stands so long after `NOW`."""
    return standing(record, rhythm, closed, NOW + later).health


WELL = PingRecord(last_at=NOW, ok_at=NOW)


def test_nothing_is_missed_before_the_first_ping() -> None:
    """A job that was never heard of is waited for without end: it is unknown, not in trouble."""
    assert at(PingRecord(), 1e9) is Health.NEW


@pytest.mark.parametrize(
    ("later", "health"),
    [(HOUR, Health.UP), (HOUR + 1, Health.LATE), (HOUR + 600, Health.LATE), (HOUR + 601, Health.MISSED)],
)
def test_a_ping_is_missed_once_its_grace_is_over(later: float, health: Health) -> None:
    """Due an hour after the last success, waited for ten minutes more."""
    assert at(WELL, later) is health


def test_a_failure_stands_until_a_success() -> None:
    """However long ago, and whatever else would be due."""
    failed = replace(WELL, last_at=NOW + 5, failed_at=NOW + 5, code=3, took_s=65.0, body='disk "full"\n', failures=1)
    assert at(failed, 60) is Health.FAILED
    assert at(failed, 10 * HOUR) is Health.FAILED
    assert told(failed, standing(failed, HOURLY, (), NOW + 60), NOW + 60) == (
        "the last run failed with exit code 3 after 65 s: \"disk 'full'\""
    )
    assert at(replace(failed, last_at=NOW + 9, ok_at=NOW + 9), 60) is Health.UP


def test_a_run_may_take_so_long_and_no_longer() -> None:
    """Also the first one ever; while it may still run the ping that it will bring is not missed."""
    assert at(PingRecord(started_at=NOW), 600) is Health.NEW
    assert at(PingRecord(started_at=NOW), 601) is Health.LONG
    long = replace(HOURLY, run_s=2 * HOUR)
    running = replace(WELL, started_at=NOW + HOUR)
    assert at(running, 2.9 * HOUR, rhythm=long) is Health.RUNNING
    assert at(running, 3.1 * HOUR, rhythm=long) is Health.LONG


def test_a_ping_that_was_due_while_our_door_was_closed_is_not_called_missed() -> None:
    """It counts as come when we were back: the next one is due a turn later, and then it is missed."""
    closed = ClosedSpan(NOW + HOUR - 60, NOW + HOUR + 900)
    assert at(WELL, HOUR + 1200, closed) is Health.UNSURE
    assert at(WELL, HOUR + 900 + HOUR + 600, closed) is Health.UNSURE
    assert at(WELL, HOUR + 900 + HOUR + 601, closed) is Health.MISSED


def test_a_closed_door_that_was_open_again_in_time_excuses_nothing() -> None:
    """A gap at the beginning of the hour took no ping away."""
    assert at(WELL, HOUR + 601, ClosedSpan(NOW + 60, NOW + 120)) is Health.MISSED


def test_while_the_door_is_closed_nothing_is_missed() -> None:
    """The gap has no end yet."""
    assert at(WELL, 100 * HOUR, ClosedSpan(NOW + HOUR, None)) is Health.UNSURE


def test_the_end_of_a_run_may_be_lost_too() -> None:
    """A run that should have ended while we were away is not called too long."""
    running = replace(WELL, started_at=NOW + 10)
    assert at(running, 900, ClosedSpan(NOW + 300, NOW + 400)) is not Health.LONG


def test_the_account_has_what_is_due_and_quotes_what_came() -> None:
    """The latest first; what a job sent cannot break out of its quotation."""
    events = (PingEvent(NOW - 70, "start"), PingEvent(NOW, "fail", 2, 70.0, "<!channel>\u202e boom"))
    record = PingRecord(last_at=NOW, ok_at=NOW, events=events)
    said = lines(record, standing(record, HOURLY, (), NOW), NOW)
    assert said == [
        ("Heartbeat", "the last run succeeded; the next ping is due at 16:43 UTC, missed after 16:53 UTC"),
        ("Pings", '15:43:00 UTC  failed with exit code 2 after 70 s: "<!channel> boom"'),
        ("", "15:41:50 UTC  started"),
    ]


SPANS = st.lists(st.tuples(st.floats(0, 50), st.floats(0.01, 20)), max_size=6)


@given(SPANS, st.floats(0, 200))
def test_more_gaps_never_make_more_trouble(spans: list[tuple[float, float]], later: float) -> None:
    """A door that was closed can only excuse: what is missed with gaps is missed without them. It always ends."""
    closed = sorted((ClosedSpan(NOW + b * HOUR, NOW + (b + n) * HOUR) for b, n in spans), key=lambda s: s.begins)
    if at(WELL, later * HOUR, *closed) in TROUBLE:
        assert at(WELL, later * HOUR) in TROUBLE
