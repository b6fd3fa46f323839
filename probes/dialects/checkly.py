"""Checkly's status pages: `/api/status-page/<slug>/unresolved-incidents` on the page's own host.

Only what is not over is listed, so a service that no entry names is operational, and which services there are the
catalogue has to say. Severities are MINOR, MEDIUM, MAJOR (and CRITICAL). An entry whose services cannot be read may be
of any of them. Source: what the page itself asks for, in readers in public code (July and September 2026).

Options: `services` (ids, or id -> name: the services claimed).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content, as_table, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, listing, mapping, maybe, text, word
from probes.dialects.states import is_closed, read_state, worst
from probes.model import Claim, Page, State, VendorIncident

_SEVERITY = MappingProxyType(
    {
        "minor": State.DEGRADED,
        "medium": State.PARTIAL,
        "major": State.MAJOR,
        "critical": State.MAJOR,
        "maintenance": State.MAINTENANCE,
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of the open incidents. Raises NotUnderstoodError."""
    found = mapping(document(body), "the answer")
    entries = [_incident(entry) for entry in listing(found.get("incidents"), "incidents")]
    open_now = [(one, state) for one, state in entries if not is_closed(one.status)]
    names = {key: name for one in _listed(found) for key, name in one.items()} | _services(options)
    claims = []
    for key, name in names.items():
        states = [state for one, state in open_now if key in one.components]
        unread = any(not one.components for one, _ in open_now)
        claims.append(Claim(key, name or key, worst(states, State.UNKNOWN if unread else State.OPERATIONAL)))
    return Page(url="", claims=tuple(claims), incidents=tuple(one for one, _ in entries))


def _listed(found: Mapping[str, Any]) -> list[dict[str, str]]:
    """The services that the entries name."""
    return [
        {text(one.get("id")): text(one.get("name")) for one in maybe(entry, "services") if text(one.get("id"))}
        for entry in maybe(found, "incidents")
    ]


def _services(options: Mapping[str, Any]) -> dict[str, str]:
    services = options.get("services") or {}
    if isinstance(services, Mapping):
        return {str(key): text(name) for key, name in services.items()}
    if isinstance(services, list | tuple):
        return {str(key): "" for key in services}
    raise NotUnderstoodError("the option services is neither a list nor a table")


def _incident(entry: Mapping[str, Any]) -> tuple[VendorIncident, State]:
    updates = maybe(entry, "incidentUpdates")
    severity = text(entry.get("severity"), 60)
    state = read_state(severity, _SEVERITY)
    one = VendorIncident(
        id=ident(entry.get("id") or entry.get("name"), "an incident"),
        name=text(entry.get("name")),
        status=word(entry.get("lastUpdateStatus")) or "open",
        impact=state.value if state is not State.UNKNOWN else severity,
        components=ids(maybe(entry, "services"), "id"),
        posted_at=times.earliest([update.get("created_at") for update in updates] or [entry.get("created_at")]),
        maintenance=state is State.MAINTENANCE,
    )
    return one, State.DEGRADED if state is State.UNKNOWN else state


def fits(content: Content) -> bool:
    """Incidents with its severity words, or their list alone, empty."""
    one = first(content.table.get("incidents"))
    alone = content.table.keys() == {"incidents"} and content.table["incidents"] == []
    return alone or (bool({"lastUpdateStatus", "incidentUpdates"} & as_table(one).keys()) and "severity" in one)
