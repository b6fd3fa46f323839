"""Times and durations in words. Pure; clock times name their zone, which is UTC unless another is asked for."""

import math
import re
from datetime import UTC, datetime, tzinfo

_UNITS = {"s": 1, "m": 60, "h": 3600, "d": 86_400, "w": 604_800}
"""By the first letter."""
_PART = re.compile(
    r"(\d{1,7}) ?(seconds?|secs?|minutes?|mins?|hours?|hrs?|days?|weeks?|[smhdw])(?![a-z])", re.IGNORECASE
)


def seconds_of(text: str) -> float | None:
    """A length of time as people write it: "90m", "2h", "1h30m", "1 d", "2 hours"; None for anything else."""
    words, at, total = text.strip()[:40], 0, 0
    while at < len(words):
        part = _PART.match(words, at)
        if part is None:
            return None
        total += int(part[1]) * _UNITS[part[2][0].casefold()]
        at = part.end()
        at += words[at : at + 1] == " "
    return float(total) if total else None


_MINUTE, _HOUR, _DAY = 60, 3600, 86400
_TOO_LONG = 36_500 * _DAY


def duration(seconds: float) -> str:
    """A length of time as a person says it: "35 s", "12 min", "1h 5m", "3d 4h"; never "0 s" but "less than 1 s"."""
    if math.isnan(seconds):
        return "an unknown time"
    if seconds >= _TOO_LONG:
        return "over 100 years"
    whole = math.floor(max(0.0, seconds) + 0.5)
    if whole < 2 * _MINUTE:
        return f"{whole} s" if whole else "less than 1 s"
    minutes = math.floor(whole / _MINUTE + 0.5)
    if minutes < 60:
        return f"{minutes} min"
    if minutes < 48 * 60:
        return f"{minutes // 60}h {minutes % 60}m"
    hours = math.floor(whole / _HOUR + 0.5)
    return f"{hours // 24}d {hours % 24}h"


def ago(at: float, now: float) -> str:
    """How old something is: "35 s ago"; what lies in the future by a skewed clock is "just now"."""
    return "just now" if now - at < 0.5 else f"{duration(now - at)} ago"


def clock(at: float, now: float, *, seconds: bool = False, zone: tzinfo | None = UTC) -> str:
    """The time of day, with its date when that is not today's: "15:31 UTC", "13 Apr 15:31 UTC".

    `zone` None is that of this machine.
    """
    try:
        then, today = (datetime.fromtimestamp(t, UTC).astimezone(zone) for t in (at, now))
    except (OverflowError, ValueError, OSError):
        return "at an unknown time"
    day = ""
    if then.date() != today.date():
        day = f"{then.day} {then:%b} " if then.year == today.year else f"{then.day} {then:%b %Y} "
    return f"{day}{then:%H:%M:%S} {then:%Z}" if seconds else f"{day}{then:%H:%M} {then:%Z}"


def between(start: float, end: float, now: float) -> str:
    """From when to when: "15:31 to 16:36 UTC", each with its date when that is not today's."""
    return f"{clock(start, now).removesuffix(' UTC')} to {clock(end, now)}"


def lag(later: float, earlier: float, what: str) -> str:
    """Which came first and by how much: "12 min after our alert", "3 min before our alert"."""
    apart = later - earlier
    if abs(apart) < 1:
        return f"at the same time as {what}"
    return f"{duration(abs(apart))} {'after' if apart > 0 else 'before'} {what}"


def dated(*moments: tuple[str, float | None]) -> tuple[tuple[str, float], ...]:
    """Those moments that have come, with their labels."""
    return tuple((label, at) for label, at in moments if at is not None)
