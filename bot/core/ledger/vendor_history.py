"""A vendor's own history as rows of the ledger: what it states itself, and nothing more. Pure.

Read are Statuspage's `incidents.json` (a bare list of its incidents, and a single `incident`), Google's file of that
name, and tables (CSV) of incidents: with posted time and stated impact, or with a column for each stage and each
component (the form of Chu et al., ICPE 2025, atlarge-research/llm-service-analysis). Times that are only in sentences
are taken where the sentence is plain and the time possible (`bot.core.statuspage.stated`). Of a page that several
products share, each gets its own entries only: by the ids of its components, or by its name in the title of an entry
that names none.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.model.ledger import LedgerEntry, Source
from bot.core.statuspage.stated import Window, window

LARGEST = 20_000_000
MANY = 20_000
BEGINS = ("stated_impact_start_utc", "impact_start_utc")
ENDS = ("stated_impact_end_utc", "impact_end_utc")
OVER = frozenset({"resolved", "postmortem", "completed"})
STAGES = ("investigating", "identified", "monitoring")
EXPECTED = (
    "expected Statuspage's or Google's incidents.json, or a table with posted_utc and an impact's start, or with"
    " investigating_at, identified_at, monitoring_at, resolved_at"
)

Titles = Callable[[str], tuple[str, ...]]
"""An entry's title -> which of our components it names: given where several products share a page."""


class HistoryError(ValueError):
    """A file is no history we know; the message says what was expected."""


def read(body: bytes, service: str, components: Mapping[str, str], titles: Titles | None = None) -> list[LedgerEntry]:
    """The rows of a file.

    `components` gives our ids for the vendor's ids and names in small letters; others keep the vendor's name. With
    `titles` the page is shared, and entries about nothing of ours are left out; Google's file always is.
    Raises HistoryError.
    """
    if len(body) > LARGEST:
        raise HistoryError(f"larger than {LARGEST} bytes")
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise HistoryError("not text in UTF-8") from None
    if text.lstrip()[:1] in ("{", "["):
        return list(_listed(_document(text), service, components, titles))
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


def _listed(found: Any, service: str, components: Mapping[str, str], titles: Titles | None) -> Iterator[LedgerEntry]:
    listed = found.get("incidents", [found.get("incident")]) if isinstance(found, dict) else found
    entries = _objects(listed)
    if any("affected_products" in entry or "external_desc" in entry for entry in entries):
        yield from _google(entries, service, components)
    elif any("incident_updates" in entry for entry in entries):
        yield from _statuspage(entries, service, components, titles)
    else:
        raise HistoryError(EXPECTED)


def _statuspage(
    entries: Iterable[Mapping[str, Any]], service: str, components: Mapping[str, str], titles: Titles | None
) -> Iterator[LedgerEntry]:
    for incident in entries:
        if incident.get("impact") == "maintenance":
            continue
        row = _incident(incident, service, components)
        if titles is not None:
            named = row.components or titles(str(incident.get("name", ""))[:500])
            row = replace(row, components=tuple(one for one in named if one in components.values()))
        if row.page_posted_at is not None and (titles is None or row.components):
            yield row


def _incident(raw: Mapping[str, Any], service: str, components: Mapping[str, str]) -> LedgerEntry:
    updates = _objects(raw.get("incident_updates"))
    created = [at for u in updates if (at := _time(u.get("created_at"))) is not None]
    posted = min(created) if created else _time(raw.get("created_at"))
    ended = _time(raw.get("resolved_at"))
    started = _time(raw.get("started_at"))
    afterwards = bool(updates) and all(update.get("status") in OVER for update in updates)
    impact = _window(updates, live=not afterwards)
    # A start that is the moment of the post says nothing of the impact.
    stated = started if started is not None and posted is not None and posted - started >= 60 else None
    parts = [part for update in updates for part in _objects(update.get("affected_components"))]
    marked = [p for p in parts if p.get("new_status") not in (None, "operational")] or _objects(raw.get("components"))
    return LedgerEntry(
        service=service,
        components=_components([(str(p.get("code") or p.get("id")), str(p.get("name"))) for p in marked], components),
        source=Source.STATED,
        incident=str(raw.get("id", ""))[:80],
        began_at=impact.begin if impact else stated,
        ended_at=impact.end if impact else None,
        page_posted_at=posted,
        page_started_at=started,
        page_ended_at=ended,
        impact=str(raw.get("impact", ""))[:40],
        afterwards=afterwards,
        **_stages(updates),
    )


def _stages(updates: Iterable[Mapping[str, Any]]) -> dict[str, float]:
    """The first update of each stage, by the field it stands in."""
    found: dict[str, float] = {}
    for update in updates:
        at, field = _time(update.get("created_at")), f"{update.get('status')}_at"
        if update.get("status") in STAGES and at is not None:
            found[field] = min(at, found.get(field, at))
    return found


def _window(updates: Iterable[Mapping[str, Any]], *, live: bool) -> Window | None:
    """The stated impact of the first update whose words state one that can be true."""
    for update in updates:
        at, shown = _time(update.get("created_at")), _time(update.get("display_at"))
        found = window(str(update.get("body", "")), at, shown, live) if at is not None else None
        if found is not None:
            return found
    return None


def _google(entries: Iterable[Mapping[str, Any]], service: str, components: Mapping[str, str]) -> Iterator[LedgerEntry]:
    """Google's incidents that name a product of ours; it states beginning and end itself."""
    for entry in entries:
        products = [(str(p.get("id")), str(p.get("title"))) for p in _objects(entry.get("affected_products"))]
        ours = tuple(dict.fromkeys(components[key] for key, _ in products if key in components))
        created = [at for u in _objects(entry.get("updates")) if (at := _time(u.get("created"))) is not None]
        posted = min(created) if created else _time(entry.get("created"))
        if not ours or posted is None:
            continue
        began, ended = _time(entry.get("begin")), _time(entry.get("end"))
        yield LedgerEntry(
            service=service,
            components=ours,
            source=Source.STATED,
            incident=str(entry.get("id", ""))[:80],
            began_at=began,
            ended_at=ended,
            page_posted_at=posted,
            page_started_at=began,
            page_ended_at=max(created) if created and ended is not None else None,
            impact=str(entry.get("status_impact", "")).lower()[:40],
            afterwards=ended is not None and posted >= ended,
        )


def _table(text: str, service: str, components: Mapping[str, str]) -> Iterator[LedgerEntry]:
    rows = csv.DictReader(io.StringIO(text))
    head = set(rows.fieldnames or ())
    line_of = _line
    if {"resolved_at", *_STAGED} <= head:
        line_of = _staged
    elif "posted_utc" not in head or not head & {*BEGINS, "stated_impact"}:
        raise HistoryError(EXPECTED)
    try:
        for number, line in enumerate(rows):
            if number >= MANY:
                return
            row = line_of(line, service, components)
            if row.at:
                yield row
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


_STAGED = tuple(f"{stage}_at" for stage in STAGES)
_NO_COMPONENT = frozenset({"incident_id", "incident_impact_level", "resolved_at", "postmortem_at", *_STAGED})


def _staged(line: Mapping[str, str | None], service: str, components: Mapping[str, str]) -> LedgerEntry:
    """A line with a column for each stage, and one that says 1 for each component it was about."""
    stages = {field: at for field in _STAGED if (at := _time(line.get(field))) is not None}
    resolved = _time(line.get("resolved_at"))
    posted = min(stages.values(), default=resolved)
    about = [("", name) for name, said in line.items() if said == "1" and name and name not in _NO_COMPONENT]
    return LedgerEntry(
        service=service,
        components=_components(about, components),
        source=Source.STATED,
        incident=(line.get("incident_id") or "")[:80],
        page_posted_at=posted,
        page_ended_at=resolved,
        impact=(line.get("incident_impact_level") or "")[:40],
        afterwards=not stages,
        **stages,
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
