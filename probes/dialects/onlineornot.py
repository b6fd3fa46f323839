"""OnlineOrNot: `https://api.onlineornot.com/v1/status_pages/<the page's host>/summary`, which needs no key.

It lists what is active only, and says no stage of it. Source: readers of the answer in public code (August 2026).

Options: `page` (true adds the claim "page", the worst of its components).
"""

from collections.abc import Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, mapping, maybe, text
from probes.dialects.states import COMPONENT, once, page_claim, read_state, worst
from probes.model import Claim, Page, State, VendorIncident

_STATES = {**COMPONENT, "no_impact": State.OPERATIONAL}


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an OnlineOrNot summary. Raises NotUnderstoodError."""
    answer = mapping(document(body), "the answer")
    if answer.get("success") is not True:
        raise NotUnderstoodError("the answer says that it is no success")
    result = mapping(answer.get("result"), "result")
    about, status = mapping(result.get("status_page"), "status_page"), mapping(result.get("status") or {}, "status")
    claims = [_component(entry) for entry in maybe(result, "components")]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    if options.get("page"):
        claims.append(page_claim(about.get("name"), worst(claim.state for claim in claims)))
    incidents = [_incident(entry, maintenance=False) for entry in maybe(result, "active_incidents")]
    incidents += [_incident(entry, maintenance=True) for entry in maybe(result, "scheduled_maintenance")]
    return Page(url="", claims=once(claims), incidents=tuple(incidents), words=text(status.get("description")))


def _component(entry: Mapping[str, Any]) -> Claim:
    state = read_state(entry.get("status"), _STATES)
    return Claim(ident(entry.get("id"), "a component"), text(entry.get("name")), state)


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("title")),
        status="scheduled" if maintenance else "active",
        impact="none" if entry.get("impact") == "NO_IMPACT" else text(entry.get("impact"), 60),
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.any_of(entry.get("created_at")),
        started_at=times.any_of(entry.get("started") or entry.get("scheduled_for")),
        maintenance=maintenance,
        ends_at=times.any_of(entry.get("ended") or entry.get("scheduled_until")) if maintenance else None,
    )


def fits(content: Content) -> bool:
    """Its envelope with a status page in it."""
    return "status_page" in content.inner("result")
