"""Times as vendors write them, to Unix seconds. Pure; what cannot be a time is None, never an error.

Beside ISO 8601, RSS dates and epochs: JavaScript's `Date` as text, and English dates ("September 4, 2026 at 10:00 PM
UTC").
"""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from math import isfinite
from typing import Any

_EARLIEST = 946_684_800.0  # 2000-01-01: no status page is older
_LATEST = 4_102_444_800.0  # 2100-01-01
_LONGEST = 100
_SPACED_ZONE = re.compile(r" ([+-]\d{2}:?\d{2})(?: [A-Z]{1,5})?$")  # Go's "2026-04-15 15:00:00 +0000 UTC"
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_MONTH = r"(?P<month>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*\.?"
_CLOCK = r"(?P<hour>\d{1,2}):(?P<minute>\d\d)(?::(?P<second>\d\d))?\s*(?P<half>[AP]M)?"
_ZONE = r"(?P<zone>UTC|GMT|Z)?(?P<offset>[+-]\d{4})?"
_ENGLISH = re.compile(
    rf"(?:[A-Z][a-z]{{2,8}},? )?{_MONTH} (?P<day>\d{{1,2}})(?:st|nd|rd|th)?,? (?P<year>\d{{4}}),?(?: at)? {_CLOCK}"
    rf"\s*{_ZONE}(?:\s*\([^()]{{1,60}}\))?",
    re.IGNORECASE,
)
"""Both `Sat Jul 09 2022 04:20:00 GMT+0000 (Coordinated Universal Time)` and `September 4, 2026 at 10:00 PM UTC`."""
_MILLISECONDS_FROM = 1e11  # seconds reach this in the year 5138, milliseconds did in 1973


def iso(value: Any) -> float | None:
    """Unix seconds of an ISO 8601 text; one without an offset is read as UTC, as status pages mean it."""
    if not isinstance(value, str) or not 10 <= len(value) <= _LONGEST:
        return None
    try:
        return _stamp(datetime.fromisoformat(_SPACED_ZONE.sub(r"\1", value.strip())))
    except ValueError:
        return None


def rfc822(value: Any) -> float | None:
    """Unix seconds of an RSS date ("Fri, 28 Aug 2026 19:50:46 GMT")."""
    if not isinstance(value, str) or not 10 <= len(value) <= _LONGEST:
        return None
    try:
        return _stamp(parsedate_to_datetime(value.strip()))
    except (ValueError, TypeError, IndexError, OverflowError):
        return None


def english(value: Any) -> float | None:
    """Unix seconds of a date in English words or of a JavaScript `Date` as text; without a zone it is read as UTC."""
    if not isinstance(value, str) or not 10 <= len(value) <= _LONGEST:
        return None
    found = _ENGLISH.fullmatch(value.strip())
    if found is None:
        return None
    hour = int(found["hour"])
    if found["half"]:
        hour = hour % 12 + (12 if found["half"].upper() == "PM" else 0)
    offset = found["offset"] or "+0000"
    away = (int(offset[1:3]) * 60 + int(offset[3:])) * (-60 if offset[0] == "-" else 60)
    month = _MONTHS.index(found["month"][:3].lower()) + 1
    try:
        day = datetime(int(found["year"]), month, int(found["day"]), tzinfo=UTC)
        moment = day.replace(hour=hour, minute=int(found["minute"]), second=int(found["second"] or 0))
    except ValueError:
        return None
    return _sane(moment.timestamp() - away)


def epoch(value: Any) -> float | None:
    """Unix seconds of a number or a text of digits, in seconds or milliseconds."""
    if isinstance(value, bool):
        return None
    if isinstance(value, str):
        if not value.isascii() or not value.isdigit() or len(value) > 16:
            return None
        value = int(value)
    if not isinstance(value, int | float):
        return None
    if isinstance(value, float) and not isfinite(value):
        return None
    return _sane(value / 1000 if abs(value) >= _MILLISECONDS_FROM else float(value))


def any_of(value: Any) -> float | None:
    """Unix seconds of whichever of the forms it is."""
    for read in (iso, english, rfc822, epoch):
        found = read(value)
        if found is not None:
            return found
    return None


def earliest(values: list[Any]) -> float | None:
    """The first moment among texts, or None."""
    found = [moment for moment in map(any_of, values) if moment is not None]
    return min(found) if found else None


def _stamp(moment: datetime) -> float | None:
    return _sane((moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp())


def _sane(seconds: float) -> float | None:
    return seconds if _EARLIEST <= seconds < _LATEST else None
