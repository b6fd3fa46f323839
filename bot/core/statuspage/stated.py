"""When trouble was, by a sentence of the vendor: "On May 25, 2026, between 09:02 UTC and 09:11 UTC". Pure.

Words get hours, days and zones wrong. So only UTC is believed, only plain sentences of a beginning and an end, and only
where the window can be true of the post it stands in: over when that was written, at most a few days long, and near the
time the post is of where the sentence has no day.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
LONGEST = timedelta(days=7)
"""The longest impact that is believed where the sentence states its days; without them it is a day."""
OLDEST = timedelta(days=90)
"""How long after its end an account with its day in words is still believed."""
SLACK = timedelta(minutes=10)
NEAR = timedelta(hours=12)
"""How near the window must be to the time the post is of, where the sentence has no day."""
READ = 5000

_DAY = (
    r"(?P<month{n}>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?\s+(?P<day{n}>\d{{1,2}})(?:st|nd|rd|th)?"
    r"(?:,?\s+(?P<year{n}>20\d\d))?"
)
_ISO = r"(?P<iso{n}>20\d\d-\d\d-\d\d)"
_CLOCK = r"(?P<hour{n}>\d{{1,2}}):(?P<minute{n}>\d\d)\s*(?P<half{n}>[ap]\.?m\.?)?"
_SOME_DAY = rf"(?:(?:{_DAY}|{_ISO}),?\s*(?:at\s+)?)?"
_LEAD = rf"(?:on\s+(?:{_DAY.format(n=0)}|{_ISO.format(n=0)}),?\s*(?:at\s+)?)?"
_SENTENCE = re.compile(
    rf"{_LEAD}(?:between|betwen|from|starting at|starting on)\s+{_SOME_DAY.format(n=1)}{_CLOCK.format(n=1)}(?:\s*UTC)?"
    rf"\s*(?:to|and|until|through|[-–—])\s*{_SOME_DAY.format(n=2)}{_CLOCK.format(n=2)}\s*UTC",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Window:
    """An impact by its vendor's words, Unix seconds. `dated`: the sentence itself states the day."""

    begin: float
    end: float
    dated: bool = False


def window(body: str, written: float, about: float | None = None, live: bool = False) -> Window | None:
    """The stated impact of a post, None where it states none that can be true.

    Args:
        body: the post's words.
        written: when it was written, Unix seconds.
        about: the time it is displayed under, if that was put back before `written`.
        live: the incident was first posted while it went on, so it cannot have been over long before.
    """
    posted = datetime.fromtimestamp(written, UTC)
    shown = datetime.fromtimestamp(about, UTC) if about is not None else posted
    for found in _SENTENCE.finditer(body[:READ]):
        span = _dated(found, posted) if _has_day(found) else _undated(found, posted, shown)
        if span is None:
            continue
        begin, end = span
        if begin < end <= posted + SLACK and not (live and posted - end > NEAR and _has_day(found)):
            return Window(begin.timestamp(), end.timestamp(), _has_day(found))
    return None


def _has_day(found: re.Match[str]) -> bool:
    return any(found[f"{kind}{n}"] for kind in ("month", "iso") for n in (0, 1, 2))


def _dated(found: re.Match[str], posted: datetime) -> tuple[datetime, datetime] | None:
    """The window by its own days: the one before both, or each its own; an end without a day is on the first's."""
    first = _day(found, 1, posted) or _day(found, 0, posted)
    last = _day(found, 2, posted) or first
    first = first or last
    begin, end = _at(found, 1, first), _at(found, 2, last)
    if begin is None or end is None:
        return None
    if end < begin and _day(found, 2, posted) is None:
        end += timedelta(days=1)
    return (begin, end) if end - begin <= LONGEST and posted - end <= OLDEST else None


def _undated(found: re.Match[str], posted: datetime, shown: datetime) -> tuple[datetime, datetime] | None:
    """The window on the latest day on which it was over, or on the day nearest to the time the post is of."""
    backdated = shown < posted - timedelta(hours=1)
    tried = []
    for days in (0, -1, 1) if backdated else (0, -1):
        end = _at(found, 2, shown + timedelta(days=days))
        begin = _at(found, 1, end)
        if begin is None or end is None:
            return None
        begin -= timedelta(days=1) if begin > end else timedelta()
        if backdated or end <= posted + SLACK:
            tried.append((begin, end))
    nearest = min(tried, key=lambda span: abs(shown - span[1]), default=None)
    return nearest if nearest is not None and abs(shown - nearest[1]) < NEAR else None


def _day(found: re.Match[str], n: int, posted: datetime) -> datetime | None:
    if found[f"iso{n}"]:
        return _date(*map(int, found[f"iso{n}"].split("-")))
    if not found[f"month{n}"]:
        return None
    month, day = MONTHS.index(found[f"month{n}"][:3].lower()) + 1, int(found[f"day{n}"])
    years = [int(found[f"year{n}"])] if found[f"year{n}"] else [*_years_before(posted)]
    dates = (_date(year, month, day) for year in years)
    return next((date for date in dates if date is not None and date <= posted + timedelta(days=1)), None)


def _years_before(posted: datetime) -> Iterator[int]:
    yield posted.year
    yield posted.year - 1


def _date(year: int, month: int, day: int) -> datetime | None:
    try:
        return datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None


def _at(found: re.Match[str], n: int, day: datetime | None) -> datetime | None:
    hour, minute = int(found[f"hour{n}"]), int(found[f"minute{n}"])
    half = found[f"half{n}"]
    if half:
        hour = hour % 12 + (12 if half[0].lower() == "p" else 0) if hour <= 12 else 24
    if day is None or hour > 23 or minute > 59:
        return None
    return day.replace(hour=hour, minute=minute, second=0, microsecond=0)
