"""A vendor's own history as rows of the ledger: what it states itself, and nothing more. Pure.

Read are Statuspage's `incidents.json` (and a single `incident`), and tables (CSV) of incidents with posted time and
stated impact. Times that are only in sentences are taken where the sentence is plain and the time possible.
"""

import csv
import io
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from bot.core.model.ledger import LedgerEntry, Source

LARGEST = 20_000_000
MANY = 20_000
BEGINS = ("stated_impact_start_utc", "impact_start_utc")
ENDS = ("stated_impact_end_utc", "impact_end_utc")
_WINDOW = re.compile(
    r"(?:between|betwen|from)\s+(\d{1,2}):(\d\d)(?:\s*UTC)?\s*(?:to|and|until|[-–—])\s*(\d{1,2}):(\d\d)\s*UTC",
    re.IGNORECASE,
)
_SLACK = timedelta(minutes=10)


class HistoryError(ValueError):
    """A file is no history we know; the message says what was expected."""


def read(body: bytes, service: str, components: Mapping[str, str]) -> list[LedgerEntry]:
    """The rows of a file.

    `components` gives our ids for the vendor's ids and names in small letters; others keep the vendor's name.
    Raises HistoryError.
    """
    if len(body) > LARGEST:
        raise HistoryError(f"larger than {LARGEST} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HistoryError("not text in UTF-8") from None
    if text.lstrip()[:1] in ("{", "["):
        return list(_statuspage(_document(text), service, components))
    return list(_table(text, service, components))


def hosts(body: bytes) -> tuple[str, ...]:
    """The hosts a history names, in order: one of them is its page's."""
    found = re.findall(rb"https://([a-z0-9][a-z0-9.-]{1,100})", body[:200_000])
    return tuple(dict.fromkeys(name.decode() for name in found))


def _document(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        raise HistoryError("not JSON, though it begins like it") from None


def _statuspage(found: Any, service: str, components: Mapping[str, str]) -> Iterator[LedgerEntry]:
    listed = found.get("incidents", [found.get("incident")]) if isinstance(found, dict) else None
    if not isinstance(listed, list) or not any(isinstance(i, dict) and "incident_updates" in i for i in listed):
        raise HistoryError("expected Statuspage's incidents.json, or a table with posted_utc and an impact's start")
    for incident in listed[:MANY]:
        if isinstance(incident, dict) and incident.get("impact") != "maintenance":
            row = _incident(incident, service, components)
            if row.page_posted_at is not None:
                yield row


def _incident(raw: Mapping[str, Any], service: str, components: Mapping[str, str]) -> LedgerEntry:
    updates = _objects(raw.get("incident_updates"))
    created = [at for u in updates if (at := _time(u.get("created_at"))) is not None]
    posted = min(created) if created else _time(raw.get("created_at"))
    ended = _time(raw.get("resolved_at"))
    started = _time(raw.get("started_at"))
    window = _window(updates)
    # A start that is the moment of the post says nothing of the impact.
    stated = started if started is not None and posted is not None and posted - started >= 60 else None
    parts = [part for update in updates for part in _objects(update.get("affected_components"))]
    marked = [p for p in parts if p.get("new_status") not in (None, "operational")] or _objects(raw.get("components"))
    return LedgerEntry(
        service=service,
        components=_components([(str(p.get("code") or p.get("id")), str(p.get("name"))) for p in marked], components),
        source=Source.STATED,
        incident=str(raw.get("id", ""))[:80],
        began_at=window[0] if window else stated,
        ended_at=window[1] if window else None,
        page_posted_at=posted,
        page_started_at=started,
        page_ended_at=ended,
        impact=str(raw.get("impact", ""))[:40],
    )


def _window(updates: Iterable[Mapping[str, Any]]) -> tuple[float, float] | None:
    """The stated impact of an update's words ("between 15:31 to 16:19 UTC"), on the latest day on which it is possible.

    Words get hours and time zones wrong: an end after the update itself, or an impact of over a day, is not believed.
    """
    for update in updates:
        at, found = _time(update.get("created_at")), _WINDOW.search(str(update.get("body", ""))[:5000])
        if at is None or found is None:
            continue
        hours = [int(n) for n in found.groups()]
        if max(hours[0], hours[2]) > 23 or max(hours[1], hours[3]) > 59:
            continue
        written = datetime.fromtimestamp(at, UTC)
        end = written.replace(hour=hours[2], minute=hours[3], second=0, microsecond=0)
        if end > written + _SLACK:
            end -= timedelta(days=1)
        begin = end.replace(hour=hours[0], minute=hours[1])
        begin -= timedelta(days=1) if begin > end else timedelta()
        if written - end < timedelta(hours=12):
            return begin.timestamp(), end.timestamp()
    return None


def _table(text: str, service: str, components: Mapping[str, str]) -> Iterator[LedgerEntry]:
    rows = csv.DictReader(io.StringIO(text))
    head = set(rows.fieldnames or ())
    if "posted_utc" not in head or not head & {*BEGINS, "stated_impact"}:
        raise HistoryError("expected Statuspage's incidents.json, or a table with posted_utc and an impact's start")
    try:
        for number, line in enumerate(rows):
            if number >= MANY:
                return
            yield _line(line, service, components)
    except csv.Error as error:
        raise HistoryError(f"not a table: {error}") from None


def _line(line: Mapping[str, str | None], service: str, components: Mapping[str, str]) -> LedgerEntry:
    def first(names: Iterable[str]) -> float | None:
        return next((at for name in names if (at := _time(line.get(name))) is not None), None)

    named = [part for part in (line.get("components") or "").split("|") if part]
    return LedgerEntry(
        service=service,
        components=_components([("", name) for name in named], components),
        source=Source.STATED,
        incident=(line.get("incident_id") or "")[:80],
        began_at=first(BEGINS),
        ended_at=first(ENDS),
        page_posted_at=first(["posted_utc"]),
        page_ended_at=first(["resolved_utc"]),
        impact=(line.get("impact") or "")[:40],
        # A list of posts without the stated start in a column of its own is one of posts after the fact.
        afterwards="stated_impact" in line,
    )


def _components(pairs: Iterable[tuple[str, str]], ours: Mapping[str, str]) -> tuple[str, ...]:
    """Our ids where we have them, else the vendor's names, each once."""
    called = (ours.get(id_) or ours.get(name.casefold()) or name[:80] for id_, name in pairs)
    return tuple(dict.fromkeys(name for name in called if name))[:50]


def _time(value: object) -> float | None:
    if not isinstance(value, str) or not 10 <= len(value) <= 64:
        return None
    try:
        at = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    return (at if at.tzinfo else at.replace(tzinfo=UTC)).timestamp() if 2000 <= at.year < 2100 else None


def _objects(value: object) -> list[dict[str, Any]]:
    return [entry for entry in value[:MANY] if isinstance(entry, dict)] if isinstance(value, list) else []
