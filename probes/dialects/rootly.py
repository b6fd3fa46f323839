"""Rootly: `/api/v1/status.json` and `/api/v1/incidents.json` on a custom domain. One indicator for the whole page.

Its "major" is the worst it can say, unlike Statuspage's. No options.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, mapping, maybe, text
from probes.dialects.states import page_claim, read_state
from probes.model import Page, State, VendorIncident

_INDICATOR = MappingProxyType(
    {
        "none": State.OPERATIONAL,
        "minor": State.DEGRADED,
        "major": State.MAJOR,
        "critical": State.MAJOR,
        "maintenance": State.MAINTENANCE,
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Rootly page. Raises NotUnderstoodError."""
    del options
    page = mapping(document(body), "the page")
    if "status" not in page and "incidents" not in page:
        raise NotUnderstoodError("neither a status nor incidents")
    incidents = tuple(_incident(entry) for entry in maybe(page, "incidents"))
    if "status" not in page:
        return Page(url="", incidents=incidents)
    about, status = mapping(page.get("page"), "page"), mapping(page["status"], "status")
    claim = page_claim(about.get("name"), read_state(status.get("indicator"), _INDICATOR))
    return Page(url="", claims=(claim,), incidents=incidents, words=text(status.get("description")))


def _incident(entry: Mapping[str, Any]) -> VendorIncident:
    updates = maybe(entry, "incident_updates") or maybe(entry, "updates")
    status = text(entry.get("status"), 60)
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("name") or entry.get("title")),
        status=status,
        impact=text(entry.get("impact") or entry.get("severity"), 60),
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.earliest([update.get("created_at") for update in updates] or [entry.get("created_at")]),
        started_at=times.any_of(entry.get("started_at")),
        resolved_at=times.any_of(entry.get("resolved_at")),
        url=link(entry.get("shortlink") or entry.get("url")),
        maintenance=text(entry.get("kind"), 20) in {"scheduled", "maintenance"}
        or status in {"scheduled", "in_progress"},
    )


def fits(content: Content) -> bool:
    """Statuspage's words about a page without an id; or a list of incidents with the number of its page."""
    page = content.inner("page")
    stated = bool(page) and not page.get("id") and ("status" in content.table or "incidents" in content.table)
    listed = "incidents" in content.table and "meta" in content.table
    return (stated and not isinstance(page.get("status"), str) and "activeIncidents" not in content.table) or listed
