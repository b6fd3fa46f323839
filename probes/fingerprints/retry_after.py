"""How long an answer asks to wait: the Retry-After header, for probes and channels alike. Pure."""

import re
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Final

WAIT_AT_MOST: Final = 86_400.0
_FIGURE: Final = re.compile(r"(\d{1,9}(?:\.\d{1,9})?)\s*s?")


def wait_of(header: str, now: float | None) -> float | None:
    """Seconds to wait, a day at most, of a header that gives seconds or a date (RFC 9110, 10.2.3).

    A date is counted from `now` (Unix seconds). None where the header says nothing useful.
    """
    if (figure := seconds_of(header)) is not None:
        return figure
    until = moment_of(header)
    return None if until is None or now is None else min(max(until.timestamp() - now, 0.0), WAIT_AT_MOST)


def seconds_of(text: str) -> float | None:
    """A figure such as "12", "1.5" or "30s", a day at most; None for anything else."""
    found = _FIGURE.fullmatch(text.strip()[:64])
    return min(float(found.group(1)), WAIT_AT_MOST) if found else None


def moment_of(text: str) -> datetime | None:
    """A date as HTTP writes it (RFC 9110, 5.6.7), in UTC where it names no zone; None for anything else."""
    try:
        moment = parsedate_to_datetime(text[:64])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
