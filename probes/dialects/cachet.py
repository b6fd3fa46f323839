"""Cachet: `/api/components`, `/api/incidents` and `/api/status` of versions 2 (flat) and 3 (JSON:API).

States are numbers. A page has one of the three; components make claims, incidents do not. Version 3 states two of a
component: `status` is what was set by hand, `latest_status` what the page shows, with its open incidents. No options.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content, as_table, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, link, listing, mapping, text, word
from probes.dialects.states import COMPONENT, once, page_claim
from probes.model import Claim, Page, State, VendorIncident

_COMPONENT = MappingProxyType(
    {
        "1": State.OPERATIONAL,
        "2": State.DEGRADED,
        "3": State.PARTIAL,
        "4": State.MAJOR,
        "6": State.MAINTENANCE,
    }
)
_INCIDENT = MappingProxyType({"0": "scheduled", "1": "investigating", "2": "identified", "3": "watching", "4": "fixed"})
_PAGE = MappingProxyType({"success": State.OPERATIONAL, "info": State.DEGRADED, "danger": State.MAJOR, **COMPONENT})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Cachet answer. Raises NotUnderstoodError."""
    del options
    data = mapping(document(body), "the answer").get("data")
    if isinstance(data, dict):
        return _read_status(data)
    entries = [_flat(entry) for entry in listing(data, "data")]
    incidents = tuple(_incident(entry) for entry in entries if _is_incident(entry))
    claims = tuple(_component(entry) for entry in entries if not _is_incident(entry))
    return Page(url="", claims=once(claims), incidents=incidents)


def _read_status(data: Mapping[str, Any]) -> Page:
    about = _flat(data)
    said = _value(about.get("status"))
    if not said:
        raise NotUnderstoodError("no status")
    state = _PAGE.get(word(said), State.UNKNOWN)
    return Page(url="", claims=(page_claim("", state),), words=text(about.get("message")))


def _flat(entry: Mapping[str, Any]) -> Mapping[str, Any]:
    """Version 3 puts the fields one level down, with the id beside them."""
    inner = entry.get("attributes")
    return {**inner, "id": entry.get("id"), "type": entry.get("type")} if isinstance(inner, dict) else entry


def _is_incident(entry: Mapping[str, Any]) -> bool:
    told = {"message", "human_status", "component_id", "occurred_at"} & entry.keys()
    return text(entry.get("type"), 20) in {"incidents", "schedules"} or bool(told)


def _value(status: Any) -> str:
    """A status as the number's text, bare or as version 3's {"human", "value"}."""
    found = status.get("value") if isinstance(status, dict) else status
    return text(found if isinstance(found, str) else str(found) if isinstance(found, int) else "", 60)


def _time(entry: Mapping[str, Any], name: str) -> float | None:
    """`created_at`, or version 3's `created` with "string" and "timestamp" inside."""
    found = entry.get(name)
    if isinstance(found, dict):
        return times.any_of(found.get("timestamp")) or times.any_of(found.get("string"))
    return times.any_of(entry.get(f"{name}_at")) or times.any_of(found)


def _component(entry: Mapping[str, Any]) -> Claim:
    key = ident(entry.get("id"), "a component")
    if "status" not in entry:
        raise NotUnderstoodError("a component without its status")
    shown = _value(entry.get("latest_status")) or _value(entry["status"])
    return Claim(key, text(entry.get("name")), _COMPONENT.get(shown, State.UNKNOWN))


def _incident(entry: Mapping[str, Any]) -> VendorIncident:
    status = _value(entry.get("status"))
    component = entry.get("component_id")
    scheduled = status == "0" or entry.get("type") == "schedules"
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("name")),
        status=_INCIDENT.get(status, status),
        impact="",
        components=(ident(component, "an incident's component"),) if component else (),  # 0 is "none" there
        posted_at=_time(entry, "created"),
        started_at=_time(entry, "occurred") or _time(entry, "scheduled"),
        resolved_at=None,  # updated_at moves with every touch and no end is stated
        url=link(entry.get("permalink")),
        maintenance=scheduled,
    )


def fits(content: Content) -> bool:
    """`data` with a status of its own, or a list of what has one; other platforms' `data` bears other names."""
    data = content.table.get("data")
    one = first(data) or as_table(data)
    about = as_table(one.get("attributes")) or one
    strange = {"aggregate_state", "monitorId", "statusClass"} & about.keys()
    empty = data == [] and bool({"meta", "links"} & content.table.keys())
    return empty or ("status" in about and not strange and isinstance(data, list | dict))
