"""Cloudflare's own page since August 2026: `/api/v3/summary`, for all of its products, Replicate among them.

The page is of some 470 components of unrelated products, so its overall word is no claim here; entries name their
components by id. Resolved entries move from `active_incidents` to `recent_incidents`.
Source: developers.cloudflare.com/support/cloudflare-status, and readers of the answer in public code (September 2026).
No options.
"""

from collections.abc import Mapping
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, listing, mapping, maybe, text
from probes.dialects.states import CLOSED, once, read_state
from probes.model import Claim, Page, VendorIncident


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of Cloudflare's summary. Raises NotUnderstoodError."""
    del options
    answer = mapping(document(body), "the answer")
    if answer.get("success") is not True:
        raise NotUnderstoodError("the answer says that it is no success")
    result = mapping(answer.get("result"), "result")
    claims = [_component(entry) for entry in listing(result.get("components"), "components")]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    if "active_incidents" not in result:
        raise NotUnderstoodError("no active_incidents")
    found: dict[str, VendorIncident] = {}
    for key, maintenance in (
        ("active_incidents", False),
        ("recent_incidents", False),
        ("active_maintenances", True),
        ("upcoming_maintenances", True),
    ):
        for entry in maybe(result, key):
            one = _incident(entry, maintenance=maintenance)
            found[one.id] = one  # an entry in both lists has moved: the later list is right
    return Page(url="", claims=once(claims), incidents=tuple(found.values()))


def _component(entry: Mapping[str, Any]) -> Claim:
    return Claim(ident(entry.get("id"), "a component"), text(entry.get("name")), read_state(entry.get("status")))


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    status = text(entry.get("status"), 60)
    ends = times.any_of(entry.get("resolved_at") or entry.get("ends_at"))
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("name")),
        status=status,
        impact=text(entry.get("impact"), 60),
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.any_of(entry.get("created_at")),
        started_at=times.any_of(entry.get("starts_at") or entry.get("scheduled_for")),
        resolved_at=ends if status in CLOSED else None,
        url=link(entry.get("shortlink") or entry.get("url")),
        maintenance=maintenance,
        ends_at=times.any_of(entry.get("ends_at") or entry.get("scheduled_until")) if maintenance else None,
    )


def fits(content: Content) -> bool:
    """Cloudflare's envelope around components and active incidents; OnlineOrNot's has a status page in it."""
    result = content.inner("result")
    return {"components", "active_incidents"} <= result.keys() and "status_page" not in result
