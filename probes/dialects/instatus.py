"""Instatus: `/summary.json` (the page and what is active) and `/v2/components.json`, or both in one.

Options: `page` (true adds the claim "page" beside the components'; a summary without components always has it).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, mapping, maybe, text, word
from probes.dialects.states import once, page_claim, worst
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {
        "operational": State.OPERATIONAL,
        "degradedperformance": State.DEGRADED,
        "degraded": State.DEGRADED,
        "minoroutage": State.DEGRADED,
        "partialoutage": State.PARTIAL,
        "majoroutage": State.MAJOR,
        "undermaintenance": State.MAINTENANCE,
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an Instatus page. Raises NotUnderstoodError."""
    document_ = mapping(document(body), "the page")
    about = mapping(document_.get("page") or {}, "page")
    if "components" not in document_ and "status" not in about:
        raise NotUnderstoodError("neither components nor a page with its status")
    claims = [_component(entry) for entry in maybe(document_, "components")]
    if "components" in document_ and not claims:
        raise NotUnderstoodError("no component is listed")
    incidents = [_incident(entry, maintenance=False) for entry in maybe(document_, "activeIncidents")]
    incidents += [_incident(entry, maintenance=True) for entry in maybe(document_, "activeMaintenances")]
    if "status" in about and (options.get("page") or not claims):
        claims.append(page_claim(about.get("name"), _page_state(about, incidents)))
    return Page(url="", claims=once(claims), incidents=tuple(incidents), words=text(about.get("status"), 60))


def _state(value: Any) -> State:
    return _STATES.get(word(value).replace("_", ""), State.UNKNOWN)


def _page_state(about: Mapping[str, Any], incidents: list[VendorIncident]) -> State:
    """The page's own word; where it only says "has issues", the worst impact it lists, at least degraded."""
    match word(about.get("status")).replace("_", ""):
        case "up":
            return State.OPERATIONAL
        case "undermaintenance":
            return State.MAINTENANCE
        case "hasissues":
            return worst([State.DEGRADED, *(_state(one.impact) for one in incidents)])
    return State.UNKNOWN


def _component(entry: Mapping[str, Any]) -> Claim:
    name = entry.get("name")
    if isinstance(name, dict):  # pages in several languages
        name = name.get("en") or name.get("default")
    return Claim(ident(entry.get("id"), "a component"), text(name), _state(entry.get("status")))


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    started = times.iso(entry.get("started") or entry.get("start"))
    return VendorIncident(
        id=ident(entry.get("id") or entry.get("url") or entry.get("name"), "an incident"),
        name=text(entry.get("name")),
        status=text(entry.get("status"), 60),
        impact=text(entry.get("impact"), 60),
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.iso(entry.get("createdAt")),
        started_at=started,
        resolved_at=times.iso(entry.get("resolved")),
        url=link(entry.get("url")),
        maintenance=maintenance,
        ends_at=_planned_end(started, entry.get("duration")) if maintenance else None,
    )


def _planned_end(started: float | None, minutes: Any) -> float | None:
    """The end of a window by its length, a number or a text of digits."""
    said = str(minutes) if isinstance(minutes, int) else text(minutes, 8)
    known = started is not None and said.isascii() and said.isdigit() and len(said) < 6
    return started + 60.0 * int(said) if started is not None and known else None
