"""Datadog status pages: `/config.json` beside the page, which is the whole page.

Components are the leaves of groups; a group has no state of its own. An incident's `componentsAffected` is how they are
now, its `timeline` how they were: an update says when it was written (`createdAt`) and of when it is (`startedAt`).
Source: the recorded page of OpenRouter of 15 September 2026.

Options: `page` (true adds the claim "page", the worst of its components).
"""

from collections.abc import Iterator, Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, listing, mapping, maybe, text
from probes.dialects.states import once, page_claim, read_state, worst
from probes.model import Claim, Page, State, VendorIncident

_DEEPEST = 4


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Datadog page. Raises NotUnderstoodError."""
    page = mapping(document(body), "the page")
    claims = [_component(entry) for entry in _leaves(listing(page.get("components"), "components"), _DEEPEST)]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    if options.get("page"):
        claims.append(page_claim(page.get("name"), worst(claim.state for claim in claims)))
    incidents = [_incident(entry) for entry in maybe(page, "incidents")]
    works = [_work(entry) for entry in maybe(page, "maintenances")]
    return Page(url=link(page.get("pageUrl")), claims=once(claims), incidents=(*incidents, *works))


def _leaves(entries: list[Mapping[str, Any]], depth: int) -> Iterator[Mapping[str, Any]]:
    for entry in entries:
        if entry.get("type") != "ComponentGroup":
            yield entry
        elif depth:
            yield from _leaves(maybe(entry, "components"), depth - 1)


def _component(entry: Mapping[str, Any]) -> Claim:
    return Claim(ident(entry.get("id"), "a component"), text(entry.get("name")), read_state(entry.get("status")))


def _incident(entry: Mapping[str, Any]) -> VendorIncident:
    timeline, affected = maybe(entry, "timeline"), maybe(entry, "componentsAffected")
    over = entry.get("resolved") is True
    now = worst((read_state(one.get("status")) for one in affected), State.UNKNOWN)
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("title")),
        status="resolved" if over else text(entry.get("currentStatus"), 60) or "open",
        impact="" if over or now is State.UNKNOWN else now.value,
        components=ids(affected, "id"),
        posted_at=times.earliest([update.get("createdAt") for update in timeline]),
        started_at=times.any_of(entry.get("publishedDate")),
        resolved_at=times.any_of(entry.get("resolvedDate")) if over else None,
        posted=() if over else _posted(timeline),
    )


def _posted(timeline: list[Mapping[str, Any]]) -> tuple[tuple[str, float], ...]:
    """When each component was first written to be other than operational, of those the incident goes on for."""
    found: dict[str, float] = {}
    for update in timeline:
        at = times.any_of(update.get("createdAt"))
        for one in maybe(update, "componentsAffected"):
            key = text(one.get("id"))
            if key and at is not None and read_state(one.get("status")) is not State.OPERATIONAL:
                found[key] = min(at, found.get(key, at))
    return tuple(found.items())


def _work(entry: Mapping[str, Any]) -> VendorIncident:
    status = text(entry.get("currentStatus") or entry.get("status"), 60)
    return VendorIncident(
        id=ident(entry.get("id"), "a maintenance"),
        name=text(entry.get("title")),
        status=status,
        impact="",
        components=ids(maybe(entry, "componentsAffected"), "id"),
        started_at=times.any_of(entry.get("startDate") or entry.get("publishedDate")),
        maintenance=True,
        ends_at=times.any_of(entry.get("completedDate") or entry.get("endDate")),
    )


def fits(content: Content) -> bool:
    """A tree of components that name their type, and incidents beside it."""
    entries = content.table.get("components")
    types = {entry.get("type") for entry in entries if isinstance(entry, dict)} if isinstance(entries, list) else set()
    return bool(types & {"Component", "ComponentGroup"}) and "incidents" in content.table
