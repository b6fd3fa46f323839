"""incident.io pages: the Statuspage-compatible answers, the page's native summary and the widget API, told by shape.

The compatible answers differ from Atlassian's: ULIDs, incidents without `components`, `started_at` or `resolved_at`,
one `updated_at` for all components (so it says nothing), and `summary.json` leaves out components that
`components.json` has. What is not listed is not claimed.

Options: `page` (true adds the claim "page", the overall indicator; `status.json`, which has nothing else, always does).
"""

import re
from collections.abc import Mapping
from typing import Any

from probes.dialects import incident_io_native, times
from probes.dialects.content import Content, as_table
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, listing, mapping, maybe, text
from probes.dialects.states import INDICATOR, once, page_claim, read_state
from probes.model import Claim, Page, VendorIncident

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of an incident.io page. Raises NotUnderstoodError."""
    document_ = mapping(document(body), "the page")
    if "summary" in document_:
        return incident_io_native.read_native(mapping(document_["summary"], "summary"), options)
    if "ongoing_incidents" in document_:
        reader = incident_io_native.read_native if "structure" in document_ else incident_io_native.read_widget
        return reader(document_, options)
    return _read_compatible(document_, options)


def _read_compatible(page: Mapping[str, Any], options: Mapping[str, Any]) -> Page:
    about = mapping(page.get("page"), "page")
    if not {"components", "incidents", "status", "scheduled_maintenances"} & page.keys():
        raise NotUnderstoodError("neither components, incidents nor a status")
    status = mapping(page.get("status") or {}, "status")
    claims = [_component(entry) for entry in maybe(page, "components")]
    if "components" in page and not claims:
        raise NotUnderstoodError("no component is listed")
    if status and (options.get("page") or not {"components", "incidents"} & page.keys()):
        claims.append(page_claim(about.get("name"), read_state(status.get("indicator"), INDICATOR)))
    incidents = [_incident(entry, maintenance=False) for entry in maybe(page, "incidents")]
    incidents += [_incident(entry, maintenance=True) for entry in maybe(page, "scheduled_maintenances")]
    return Page(url="", claims=once(claims), incidents=tuple(incidents), words=text(status.get("description")))


def _component(entry: Mapping[str, Any]) -> Claim:
    return Claim(ident(entry.get("id"), "a component"), text(entry.get("name")), read_state(entry.get("status")))


def _incident(entry: Mapping[str, Any], *, maintenance: bool) -> VendorIncident:
    updates = maybe(entry, "incident_updates")
    components = listing(entry.get("components") or entry.get("affected_components") or [], "an incident's components")
    return VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("name")),
        status=text(entry.get("status"), 60),
        impact=text(entry.get("impact"), 60),
        components=ids(components, "id", "component_id", "code"),
        # display_at may be backdated and updated_at is touched in bulk: neither is news.
        posted_at=times.earliest([update.get("created_at") for update in updates] or [entry.get("created_at")]),
        started_at=times.any_of(entry.get("started_at")) or times.any_of(entry.get("scheduled_for")),
        resolved_at=times.any_of(entry.get("resolved_at")),
        url=link(entry.get("shortlink") or entry.get("url")),
        maintenance=maintenance,
        ends_at=times.any_of(entry.get("scheduled_until")) if maintenance else None,
    )


def fits(content: Content) -> bool:
    """Its native summary, its widget, or Statuspage's shapes about a page with a ULID."""
    native = "structure" in content.inner("summary") or "ongoing_incidents" in content.table
    page_id = as_table(content.table.get("page")).get("id")
    return native or (isinstance(page_id, str) and _ULID.fullmatch(page_id) is not None)
