"""Quiet hours: when somebody does not want to be told, and until when that lasts. Pure.

Hours are those of the clock on the wall. A night belongs to the day on which it begins: `mon-fri` from 22:00 to 07:00
ends on Saturday morning. Where clocks change, an hour that comes twice begins quiet at its first time and ends it at
its second, and an hour that does not come is the one after it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo

from bot.core.model.severity import SEVERITY
from probes.model import State

DAY_M = 24 * 60
LONGEST_S = 8 * 86_400.0
"""Quiet that would last longer than this is none: a week always has a time to tell."""


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From one minute of the day to another (equal: all day) on days that begin it (0 is Monday), in a time zone.

    What is at least as bad as `unless` is told all the same.
    """

    begins_m: int = 0
    ends_m: int = 0
    days: frozenset[int] = frozenset(range(7))
    zone: tzinfo = UTC
    unless: State | None = None

    def on(self, day: date) -> tuple[float, float]:
        """Where it begins and ends (Unix seconds) when it begins on this day."""
        last = day + timedelta(days=1) if self.ends_m <= self.begins_m else day
        begins, ends = _at(day, self.begins_m, self.zone), _at(last, self.ends_m, self.zone)
        return begins.timestamp(), max(ends.timestamp(), ends.replace(fold=1).timestamp())

    def spares(self, severity: int | None) -> bool:
        """Whether something as bad as this is told all the same; None for what has no severity."""
        return self.unless is not None and severity is not None and severity >= SEVERITY[self.unless]


def quiet_until(hours: Iterable[QuietHours], severity: int | None, now: float) -> float | None:
    """When the quiet ends that is at `now` (both Unix seconds), or None where it is not quiet.

    Quiet times that follow each other are one: a night before a quiet weekend ends with the weekend.
    """
    end = _end([quiet for quiet in hours if not quiet.spares(severity)], now)
    return end if 0.0 < end - now < LONGEST_S else None


def endless(hours: Sequence[QuietHours], now: float) -> bool:
    """Whether no time of the week is left to tell what they hold back, as seen from `now` (Unix seconds)."""
    return _end(hours, now) - now >= LONGEST_S


def _end(hours: Sequence[QuietHours], now: float) -> float:
    """When the quiet ends that is at `now`, looked at for `LONGEST_S`; `now` where there is none."""
    end = now
    while end - now < LONGEST_S:
        later = max((until for quiet in hours for until in _ends(quiet, end)), default=end)
        if later <= end:
            break
        end = later
    return end


def _ends(quiet: QuietHours, now: float) -> Iterable[float]:
    """The ends of those of its times that it is now."""
    today = datetime.fromtimestamp(now, quiet.zone).date()
    for day in (today - timedelta(days=1), today):
        if day.weekday() in quiet.days:
            begins, ends = quiet.on(day)
            if begins <= now < ends:
                yield ends


def _at(day: date, minutes: int, zone: tzinfo) -> datetime:
    return datetime(day.year, day.month, day.day, minutes // 60, minutes % 60, tzinfo=zone)
