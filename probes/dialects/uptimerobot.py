"""UptimeRobot's public pages: `/api/getMonitorList/<page key>` on the page's host, which the page itself asks for.

A monitor is `success` (up), `danger` (down), `warning` (degraded), or `paused` or `info`, which say nothing of it.
Source: readers of the answer in public code (2025 and 2026), in its two forms: `data`, or `psp` with `monitors`.

Options: `page` (true adds the claim "page", the worst of its monitors).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects.content import Content, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, listing, mapping, text
from probes.dialects.states import once, page_claim, read_state, worst
from probes.model import Claim, Page, State

_STATES = MappingProxyType({"success": State.OPERATIONAL, "danger": State.MAJOR, "warning": State.DEGRADED})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a page's monitors. Raises NotUnderstoodError."""
    answer = mapping(document(body), "the answer")
    if answer.get("status") != "ok":
        raise NotUnderstoodError("the answer says that it is not ok")
    inner = answer.get("psp")
    found = inner.get("monitors") if isinstance(inner, dict) else answer.get("data")
    claims = [_monitor(entry) for entry in listing(found, "the list of monitors")]
    if not claims:
        raise NotUnderstoodError("no monitor is listed")
    if options.get("page"):
        claims.append(page_claim("", worst(claim.state for claim in claims)))
    return Page(url="", claims=once(claims))


def _monitor(entry: Mapping[str, Any]) -> Claim:
    state = read_state(entry.get("statusClass"), _STATES)
    return Claim(ident(entry.get("monitorId"), "a monitor"), text(entry.get("name")), state)


def fits(content: Content) -> bool:
    """Monitors by its field names."""
    one = first(content.table.get("data")) or first(content.inner("psp").get("monitors"))
    return {"monitorId", "statusClass"} <= one.keys()
