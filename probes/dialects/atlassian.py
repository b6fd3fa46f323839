"""Atlassian Statuspage, `/api/v2/summary.json` and its neighbours.

`components.json` makes claims too, `status.json` one of the page as a whole; `incidents.json`,
`scheduled-maintenances.json` and `incidents/<id>.json` (or the bare incident in it) make none.
Fields and values: the API page that every Statuspage serves at `/api`. Names of components change, ids do not.
Option: `page` (true: one more claim, of the page as a whole).
"""

from collections.abc import Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content, as_table, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, link, text
from probes.dialects.states import CLOSED, INDICATOR, once, page_claim, read_state
from probes.model import Claim, Page, State, VendorIncident

_WITHOUT_COMPONENTS = (("incidents", list), ("scheduled_maintenances", list), ("incident", dict))
"""Answers of the same platform that list no components: they are read for their incidents and claim nothing."""

_UNDER_WAY = ("in_progress", "verifying")
ULID = 26
"""Characters of an incident.io id; Statuspage's have 12."""

MANY = 500
"""Entries of a list read at most; the largest page known has some 250 components."""


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """Claims by component id, incidents, maintenance that goes on now or is to come. Raises NotUnderstoodError."""
    found = document(body)
    if not isinstance(found, dict):
        raise NotUnderstoodError("a JSON object was expected")
    if isinstance(found.get("incident_updates"), list):
        found = {"incident": found}
    claims: tuple[Claim, ...] = ()
    page, status = _table(found.get("page")), _table(found.get("status"))
    # `status.json`; where the page's id is of incident.io's length, it is theirs.
    alone = found.keys() == {"page", "status"} and bool(text(status.get("indicator"))) and _own(page)
    lists = any(isinstance(found.get(key), kind) for key, kind in _WITHOUT_COMPONENTS)
    if "components" in found or not (lists or alone):
        if not isinstance(found.get("components"), list):
            raise NotUnderstoodError("no list of components")
        claims = _claims(found["components"])
        if not claims:
            raise NotUnderstoodError("no component with an id and a status")
    if alone or (options.get("page") and "indicator" in status):
        claims = (*claims, page_claim(text(page.get("name")), read_state(status["indicator"], INDICATOR)))
    incidents = [_incident(row, maintenance=False) for row in _rows(found.get("incidents"))]
    if isinstance(found.get("incident"), dict):
        incidents.append(_incident(found["incident"], maintenance=False))
    rows = _rows(found.get("scheduled_maintenances"))
    works = [_incident(r, maintenance=True) for r in rows if not claims or r.get("status") in _UNDER_WAY]
    planned = [_incident(r, maintenance=True) for r in rows if claims and r.get("status") == "scheduled"]
    return Page(
        url=link(page.get("url")),
        claims=claims,
        incidents=tuple(incident for incident in (*incidents, *works) if incident.id),
        words=text(status.get("description")),
        planned=tuple(work for work in planned if work.id),
        stated_at=times.any_of(page.get("updated_at")),
    )


def _claims(components: Any) -> tuple[Claim, ...]:
    claims = []
    for row in _rows(components):
        name, id_, state = text(row.get("name")), text(row.get("id")), row.get("status")
        if id_ and isinstance(state, str):
            claims.append(Claim(id_, name or id_, read_state(state)))
    return once(claims)


def _incident(row: dict[str, Any], *, maintenance: bool) -> VendorIncident:
    updates = _rows(row.get("incident_updates"))
    created = [at for at in (times.any_of(update.get("created_at")) for update in updates) if at is not None]
    status = text(row.get("status"))
    return VendorIncident(
        id=text(row.get("id")),
        name=text(row.get("name")),
        status=status,
        impact=text(row.get("impact")),
        components=_touched(row, updates),
        # `created_at` of the incident itself may be backdated, and so may `display_at` of its updates.
        posted_at=min(created) if created else times.any_of(row.get("created_at")),
        started_at=times.any_of(row.get("scheduled_for" if maintenance else "started_at")),
        resolved_at=times.any_of(row.get("resolved_at")) if status in CLOSED else None,
        url=link(row.get("shortlink")),
        maintenance=maintenance,
        posted=() if maintenance else _posted(updates),
        ends_at=times.any_of(row.get("scheduled_until")) if maintenance else None,
    )


def _posted(updates: list[dict[str, Any]]) -> tuple[tuple[str, float], ...]:
    """When each component came to the state it has, of those that are not operational by the incident's updates."""
    written = ((times.any_of(update.get("created_at")), update) for update in updates)
    states: dict[str, tuple[State, float]] = {}
    for at, update in sorted(((at, u) for at, u in written if at is not None), key=lambda pair: pair[0]):
        for part in _rows(update.get("affected_components")):
            id_, state = text(part.get("code")), read_state(part.get("new_status"))
            if id_ and states.get(id_, (State.OPERATIONAL, at))[0] is not state:
                states[id_] = (state, at)
    return tuple((id_, at) for id_, (state, at) in states.items() if state is not State.OPERATIONAL)[:MANY]


def _touched(row: dict[str, Any], updates: list[dict[str, Any]]) -> tuple[str, ...]:
    """Ids of the components named by the incident; where it has no list, by its updates."""
    named = [component.get("id") for component in _rows(row.get("components"))]
    if not named:
        named = [part.get("code") for update in updates for part in _rows(update.get("affected_components"))]
    return tuple(dict.fromkeys(id_ for id_ in map(text, named) if id_))[:MANY]


def _own(page: Mapping[str, Any]) -> bool:
    return 0 < len(text(page.get("id"))) < ULID


def _table(value: Any) -> dict[str, Any]:
    """The object, or an empty one: half a page is better than none where the components are sound."""
    return value if isinstance(value, dict) else {}


def _rows(value: Any) -> list[dict[str, Any]]:
    """The objects of a list, the first `MANY` entries of it."""
    return [entry for entry in value[:MANY] if isinstance(entry, dict)] if isinstance(value, list) else []


def fits(content: Content) -> bool:
    """A page (or an incident of one) whose id is not of incident.io's kind, with what Statuspage lists."""
    one = as_table(content.table.get("incident")) or content.table
    if isinstance(one.get("incident_updates"), list):
        return 0 < len(text(one.get("page_id"))) < ULID
    listed = {"components", "incidents", "scheduled_maintenances", "status"} & content.table.keys()
    if "page" in content.table:
        return bool(listed) and _own(content.inner("page")) and not isinstance(content.inner("page").get("status"), str)
    part = first(content.table.get("components"))
    return 0 < len(text(part.get("id"))) < ULID and text(part.get("status")).islower() and "type" not in part
