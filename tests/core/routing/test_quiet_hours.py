"""Quiet hours against the clock on the wall, through nights, weekends and the days on which clocks change."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from bot.core.routing.quiet_hours import LONGEST_S, QuietHours, endless, quiet_until
from probes.model import State

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(22 * 60, 7 * 60, frozenset(range(5)), BERLIN, State.MAJOR)
WEEKEND = QuietHours(days=frozenset({5, 6}), zone=BERLIN)
MOMENTS = st.floats(1_700_000_000, 1_900_000_000).map(int).map(float)
ZONES = st.sampled_from([UTC, BERLIN, ZoneInfo("America/New_York"), ZoneInfo("Asia/Kolkata"), ZoneInfo("Pacific/Apia")])
HOURS = st.builds(
    QuietHours, st.integers(0, 1439), st.integers(0, 1439), st.frozensets(st.integers(0, 6), min_size=1), ZONES
)


def at(year, month, day, hour, minute=0, fold=0):
    return datetime(year, month, day, hour, minute, tzinfo=BERLIN, fold=fold).timestamp()


def test_a_night_belongs_to_the_day_on_which_it_begins():
    """Friday's ends on Saturday morning; none begins on Saturday."""
    assert quiet_until([NIGHT], 1, at(2026, 11, 27, 23)) == at(2026, 11, 28, 7)
    assert quiet_until([NIGHT], 1, at(2026, 11, 28, 6, 59)) == at(2026, 11, 28, 7)
    assert quiet_until([NIGHT], 1, at(2026, 11, 28, 7)) is None
    assert quiet_until([NIGHT], 1, at(2026, 11, 28, 23)) is None


def test_a_night_before_a_quiet_weekend_ends_with_it():
    """Quiet times that touch are one."""
    assert quiet_until([NIGHT, WEEKEND], 1, at(2026, 11, 27, 23)) == at(2026, 11, 30, 0)


def test_what_is_bad_enough_is_told_at_night():
    """And what has no severity waits."""
    assert quiet_until([NIGHT], 3, at(2026, 11, 27, 23)) is None
    assert quiet_until([NIGHT], 2, at(2026, 11, 27, 23)) is not None
    assert quiet_until([NIGHT], None, at(2026, 11, 27, 23)) is not None


def test_the_nights_on_which_clocks_change_end_at_the_same_time_of_day():
    """One has an hour less, one an hour more."""
    every = QuietHours(22 * 60, 7 * 60, zone=BERLIN)
    spring, autumn = at(2026, 3, 28, 22), at(2026, 10, 24, 22)
    assert quiet_until([every], 1, spring) == spring + 8 * 3600
    assert quiet_until([every], 1, autumn) == autumn + 10 * 3600


def test_an_hour_that_comes_twice_ends_quiet_at_its_second_time():
    """Half past two on the night of 25 October."""
    early = QuietHours(60, 150, zone=BERLIN)
    assert quiet_until([early], 1, at(2026, 10, 25, 2, 45)) == at(2026, 10, 25, 2, 30, fold=1)


def test_quiet_without_end_is_none():
    """Somebody must hear in the end."""
    assert quiet_until([QuietHours()], 1, 1_700_000_000.0) is None


def test_only_what_leaves_no_minute_of_the_week_is_endless():
    """One all day and every day, or several that share the week; a week but for a minute is not."""
    day, night = QuietHours(7 * 60, 22 * 60, zone=BERLIN), QuietHours(22 * 60, 7 * 60, zone=BERLIN)
    workdays = QuietHours(days=frozenset(range(5)), zone=BERLIN)
    now = at(2026, 1, 5, 1)
    for every in ([QuietHours()], [day, night], [workdays, WEEKEND], [replace(NIGHT, days=night.days), day]):
        assert endless(every, now)
    for some in ([], [day], [night], [NIGHT, WEEKEND], [QuietHours(ends_m=1439)], [workdays]):
        assert not endless(some, now)


@given(st.lists(HOURS, max_size=4), st.floats(1_767_571_200, 1_768_176_000))
def test_what_is_endless_is_endless_from_any_moment(hours, now):
    """In a week without a change of clocks."""
    assert endless(hours, now) == (quiet_until(hours, None, now) is None and endless(hours, 1_767_571_200.0))


@given(HOURS, MOMENTS)
def test_it_is_as_the_clock_on_the_wall_says(quiet, now):
    """But for the nights on which clocks change."""
    wall = datetime.fromtimestamp(now, quiet.zone)
    if any((wall + timedelta(days=d)).utcoffset() != wall.utcoffset() for d in (-2, 2)):
        return
    minute, crossing = wall.hour * 60 + wall.minute, quiet.ends_m <= quiet.begins_m
    today, yesterday = wall.weekday() in quiet.days, (wall.weekday() - 1) % 7 in quiet.days
    if crossing:
        expected = (today and minute >= quiet.begins_m) or (yesterday and minute < quiet.ends_m)
    else:
        expected = today and quiet.begins_m <= minute < quiet.ends_m
    until = quiet_until([quiet], 1, now)
    endless = quiet.begins_m == quiet.ends_m and len(quiet.days) == 7
    assert (until is not None) is (expected and not endless)


@given(st.lists(HOURS, max_size=3), MOMENTS)
def test_it_ends_later_and_is_over_then(hours, now):
    """Its end is a time at which somebody may be told."""
    until = quiet_until(hours, 1, now)
    if until is not None:
        assert now < until < now + LONGEST_S + 2 * 86_400
        assert quiet_until(hours, 1, until) is None
