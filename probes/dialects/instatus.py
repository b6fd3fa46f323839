"""Instatus: `/summary.json` (the page and what is active) and `/v2/components.json`, or both in one.

Options: `page` (true adds the claim "page" beside the components'; a summary without components always has it).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, mapping, maybe, text, word
from probes.dialects.states import composed, is_closed, once, page_claim, worst
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {
        "up": State.OPERATIONAL,
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
    found = document(body)
    document_ = mapping({"components": found} if isinstance(found, list) else found, "the page")
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
    return _STATES.get(word(value).replace("_", "")) or composed(value)


def _page_state(about: Mapping[str, Any], incidents: list[VendorIncident]) -> State:
    """The page's own word and its open incidents, whichever is worse; "has issues" alone is at least degraded."""
    issues = word(about.get("status")).replace("_", "") == "hasissues"
    said = State.DEGRADED if issues else _state(about.get("status"))
    open_now = (one for one in incidents if not one.maintenance and not is_closed(one.status))
    return worst([said, *(_state(one.impact) for one in open_now)])


def _component(entry: Mapping[str, Any]) -> Claim:
    name = entry.get("name")
    if isinstance(name, dict):  # pages in several languages
        name = name.get("en") or name.get("default")
    return Claim(ident(entry.get("id"), "a component"), text(name), _state(entry.get("status")))


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    started = times.any_of(entry.get("started") or entry.get("start"))
    return VendorIncident(
        id=ident(entry.get("id") or entry.get("url") or entry.get("name"), "an incident"),
        name=text(entry.get("name")),
        status=text(entry.get("status"), 60),
        impact=text(entry.get("impact"), 60),
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.any_of(entry.get("createdAt")),
        started_at=started,
        resolved_at=times.any_of(entry.get("resolved")),
        url=link(entry.get("url")),
        maintenance=maintenance,
        ends_at=_planned_end(started, entry.get("duration")) if maintenance else None,
    )


def _planned_end(started: float | None, minutes: Any) -> float | None:
    """The end of a window by its length, a number or a text of digits."""
    said = str(minutes) if isinstance(minutes, int) else text(minutes, 8)
    known = started is not None and said.isascii() and said.isdigit() and len(said) < 6
    return started + 60.0 * int(said) if started is not None and known else None


def fits(content: Content) -> bool:
    """A page with a status word and no id, what is active, or components in capitals."""
    page, one = content.inner("page"), first(content.table.get("components") or list(content.entries))
    shouting = isinstance(one.get("status"), str) and one["status"].isupper() and "id" in one and "results" not in one
    stated = isinstance(page.get("status"), str) and not page.get("id")
    return stated or shouting or "activeIncidents" in content.table
