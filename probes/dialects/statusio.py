"""Status.io: `https://api.status.io/1.0/status/<page id>`. States are numbers.

100 operational, 200 planned maintenance, 300 degraded, 400 partial, 500 disruption, 600 security event (which says
nothing of whether it works). A component has containers (regions), each with a state of its own; their ids are
"<component>/<container>".
Source: kb.status.io/developers/public-status-api, and readers of the answer in public code.

Options: `page` (true adds the claim "page", the overall status).
"""

from collections.abc import Iterator, Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, listing, mapping, maybe, text
from probes.dialects.states import once, page_claim
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {
        "100": State.OPERATIONAL,
        "200": State.MAINTENANCE,
        "300": State.DEGRADED,
        "400": State.PARTIAL,
        "500": State.MAJOR,
    }
)
_STAGES = MappingProxyType({"100": "investigating", "200": "identified", "300": "monitoring", "400": "resolved"})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Status.io page. Raises NotUnderstoodError."""
    result = mapping(mapping(document(body), "the answer").get("result"), "result")
    overall = mapping(result.get("status_overall"), "status_overall")
    claims = [claim for entry in listing(result.get("status"), "status") for claim in _component(entry)]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    if options.get("page"):
        claims.append(page_claim("", _state(overall)))
    maintenance = mapping(result.get("maintenance") or {}, "maintenance")
    incidents = [_incident(entry, "") for entry in maybe(result, "incidents")]
    incidents += [_incident(entry, "in_progress") for entry in maybe(maintenance, "active")]
    incidents += [_incident(entry, "scheduled") for entry in maybe(maintenance, "upcoming")]
    words = text(overall.get("status"), 60)
    return Page(url="", claims=once(claims), incidents=tuple(incidents), words=words)


def _state(entry: Mapping[str, Any]) -> State:
    return _STATES.get(str(entry.get("status_code")), State.UNKNOWN)


def _component(entry: Mapping[str, Any]) -> Iterator[Claim]:
    key, name = ident(entry.get("id"), "a component"), text(entry.get("name"))
    yield Claim(key, name, _state(entry))
    for one in maybe(entry, "containers"):
        yield Claim(f"{key}/{ident(one.get('id'), 'a container')}", f"{name} ({text(one.get('name'))})", _state(one))


def _incident(entry: Mapping[str, Any], work: str) -> VendorIncident:
    messages = maybe(entry, "messages")
    newest = max(messages, key=lambda one: times.any_of(one.get("datetime")) or 0.0, default={})
    state = _STATES.get(str(newest.get("status")), State.UNKNOWN)
    return VendorIncident(
        id=ident(entry.get("_id"), "an incident"),
        name=text(entry.get("name")),
        status=work or _STAGES.get(str(newest.get("state")), "open"),
        impact="" if state is State.UNKNOWN else state.value,
        components=ids(maybe(entry, "components_affected"), "_id"),
        posted_at=times.earliest([one.get("datetime") for one in messages]),
        started_at=times.any_of(entry.get("datetime_planned_start") or entry.get("datetime_open")),
        maintenance=bool(work),
        ends_at=times.any_of(entry.get("datetime_planned_end")) if work else None,
    )


def fits(content: Content) -> bool:
    """A result with an overall status."""
    return "status_overall" in content.inner("result")
