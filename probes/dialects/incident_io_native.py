"""incident.io's own two shapes: the page's summary with its structure, and the widget API.

The native summary lists only affected components, so the others are operational only because the structure names them;
the widget names no others at all, so it claims the affected ones and the page as a whole.
"""

from collections.abc import Iterator, Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import ident, ids, link, listing, mapping, maybe, text
from probes.dialects.states import once, page_claim, read_state, worst
from probes.model import Claim, Page, State, VendorIncident


def read_native(summary: Mapping[str, Any], options: Mapping[str, Any]) -> Page:
    """The page's own summary: `affected_components`, `structure`, `ongoing_incidents`. Raises NotUnderstoodError."""
    structure = mapping(summary.get("structure"), "structure")
    named = dict(_structured(listing(structure.get("items"), "structure.items")))
    if not named:
        raise NotUnderstoodError("the structure names no component")
    affected = {}
    for entry in _present(summary, "affected_components"):
        affected[_component_id(entry)] = read_state(entry.get("status") or entry.get("current_status"))
    names = {text(entry.get("id")): text(entry.get("name")) for entry in maybe(summary, "components")}
    claims = [Claim(key, name, affected.get(key, State.OPERATIONAL)) for key, name in named.items()]
    claims += [Claim(key, names.get(key) or key, state) for key, state in affected.items() if key not in named]
    if options.get("page"):
        claims.append(page_claim(summary.get("name"), worst(affected.values())))
    return Page(url="", claims=once(claims), incidents=_incidents(summary))


def read_widget(widget: Mapping[str, Any], options: Mapping[str, Any]) -> Page:
    """The widget API's answer. Raises NotUnderstoodError."""
    del options  # nothing to choose: the page's claim is the only one that says more than "affected"
    ongoing = _present(widget, "ongoing_incidents")
    working = _present(widget, "in_progress_maintenances")
    affected = [
        Claim(_component_id(one), text(one.get("name")), read_state(one.get("current_status")))
        for entry in (*ongoing, *working)
        for one in maybe(entry, "affected_components")
    ]
    states = [read_state(entry.get("current_worst_impact")) for entry in ongoing]
    states += [State.MAINTENANCE for _ in working]
    title = widget.get("page_title")
    return Page(url="", claims=once([*affected, page_claim(title, worst(states))]), incidents=_incidents(widget))


def _present(owner: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """A list that must be there for its emptiness to mean anything; null is how some servers write an empty one."""
    if key not in owner:
        raise NotUnderstoodError(f"no {key}")
    return maybe(owner, key)


def _structured(items: list[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for item in items:
        group = item.get("group")
        members = maybe(mapping(group, "a group"), "components") if group else [item.get("component")]
        for member in members:
            component = mapping(member, "a component of the structure")
            if not component.get("hidden"):
                yield _component_id(component), text(component.get("name"))


def _component_id(entry: Mapping[str, Any]) -> str:
    return ident(entry.get("component_id") or entry.get("id"), "a component")


def _incidents(owner: Mapping[str, Any]) -> tuple[VendorIncident, ...]:
    found = [_incident(entry, maintenance=False) for entry in maybe(owner, "ongoing_incidents")]
    for key in ("in_progress_maintenances", "scheduled_maintenances"):
        found += [_incident(entry, maintenance=True) for entry in maybe(owner, key)]
    return tuple(found)


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    updates = maybe(entry, "updates")
    impacts = maybe(entry, "component_impacts")
    affected = [*maybe(entry, "affected_components"), *impacts]
    worst_impact = worst((read_state(one.get("status")) for one in impacts), default=State.UNKNOWN)
    stated = text(entry.get("current_worst_impact"), 60)
    works = maintenance or text(entry.get("type"), 20) == "maintenance"
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("name")),
        status=text(entry.get("status"), 60),
        impact=stated or ("" if worst_impact is State.UNKNOWN else worst_impact.value),
        components=ids(affected, "component_id", "id"),
        posted_at=times.earliest([update.get("published_at") for update in updates] or [entry.get("published_at")]),
        started_at=times.any_of(entry.get("started_at") or entry.get("starts_at"))
        or times.earliest([one.get("start_at") for one in impacts]),
        resolved_at=times.any_of(entry.get("resolved_at")),
        url=link(entry.get("url") or entry.get("permalink")),
        maintenance=works,
        ends_at=times.any_of(entry.get("scheduled_end_at") or entry.get("ends_at")) if works else None,
    )
