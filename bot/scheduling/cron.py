"""Times that come again by cron: the windows of planned work. APScheduler reads the cron and knows the calendar."""

import math
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from apscheduler.triggers.cron import CronTrigger

SKIPPED = 1_000
"""Windows looked through for those that matter now: a cron of every minute has 1,440 a day."""


@dataclass(frozen=True, slots=True)
class Recurring:
    """Work on services and components, by id, that begins by `cron` (five fields) on the clock of `zone`."""

    about: tuple[str, ...]
    cron: str
    zone: str
    lasts_s: float
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Window:
    """One time of it, Unix seconds."""

    begins: float
    ends: float


WEEK = ("sun", "mon", "tue", "wed", "thu", "fri", "sat")
"""Crontab's weekdays by number; 7 is Sunday again."""


def trigger(cron: str, zone: str) -> CronTrigger:
    """When a cron of five fields is due, its weekday numbers as crontab means them. Raises ValueError."""
    *rest, weekday = cron.split()
    named = ",".join(map(_weekdays, weekday.split(",")))
    return CronTrigger.from_crontab(" ".join([*rest, named]), timezone=zone)


def _weekdays(part: str) -> str:
    """`0-2`, `1`, `5-7`, `*/2` by names, for APScheduler's numbers begin at Monday; names stay as they are."""
    found = re.fullmatch(r"(?:(\*)|(\d+)(?:-(\d+))?)(?:/(\d+))?", part)
    if found is None or part == "*":
        return part
    every, first, last, step = found.groups()
    begins = 0 if every else int(first)
    ends = 6 if every else int(last) if last else 6 if step else begins
    if not 0 <= begins <= ends <= 7 or step == "0":
        raise ValueError("weekdays are 0 (Sunday) to 7 (Sunday again)")
    return ",".join(dict.fromkeys(WEEK[day % 7] for day in range(begins, ends + 1, int(step or 1))))


def windows(work: Recurring, now: float, most: int) -> tuple[Window, ...]:
    """Those that are not over at `now` (Unix seconds), in order.

    A time of day that the clock skips comes an hour later, one that it shows twice counts once, but for hourly ones.

    https://apscheduler.readthedocs.io/en/3.x/modules/triggers/cron.html#daylight-saving-time-behavior
    """
    due = trigger(work.cron, work.zone)
    hourly = "*" in work.cron.split()[1]
    start = datetime.fromtimestamp(now - work.lasts_s, UTC)
    found: list[Window] = []
    last: datetime | None = None
    for _ in range(SKIPPED):
        # In UTC, for in local time the hour that comes twice has no end.
        after = last.astimezone(UTC) + timedelta(microseconds=1) if last else start
        last = due.get_next_fire_time(None, after)
        if last is None or len(found) == most:
            break
        if last.timestamp() + work.lasts_s > now and (hourly or not last.fold):
            found.append(Window(last.timestamp(), last.timestamp() + work.lasts_s))
    return tuple(found)


def next_due(cron: str, zone: str, after: float) -> float:
    """The first time after `after` (Unix seconds) that a cron is due; infinity where it never is again."""
    due = _trigger(cron, zone).get_next_fire_time(None, datetime.fromtimestamp(after, UTC) + timedelta(microseconds=1))
    return due.timestamp() if due is not None else math.inf


_trigger = lru_cache(maxsize=4096)(trigger)
