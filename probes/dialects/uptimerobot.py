"""UptimeRobot's public pages: `/api/getMonitorList/<page key>` on the page's host, which the page itself asks for.

A monitor is `success` (up), `danger` (down) or `warning` (degraded); any other class (`black` while it is paused or
new) says nothing of it. The monitors stand in `data`, or in `psp.monitors`; `psp.totalMonitors` counts them, and one
answer holds a page of them (`?page=2` the next). UptimeRobot documents none of this: it was seen in public programs
that read it in 2025 and 2026, and not in an answer of our own.

Options: `page` (true adds the claim "page", the worst of its monitors; unknown while the answer lacks some of them).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects.content import Content, as_table, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, listing, mapping, text
from probes.dialects.states import once, page_claim, read_state, worst
from probes.model import Claim, Page, State

_STATES = MappingProxyType({"success": State.OPERATIONAL, "danger": State.MAJOR, "warning": State.DEGRADED})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a page's monitors. Raises NotUnderstoodError."""
    answer = mapping(document(body), "the answer")
    if answer.get("status", "ok") != "ok":
        raise NotUnderstoodError("the answer says that it is not ok")
    listed = listing(_listed(answer), "the list of monitors")
    claims = [_monitor(entry) for entry in listed]
    if not claims:
        raise NotUnderstoodError("no monitor is listed")
    if options.get("page"):
        total = as_table(answer.get("psp")).get("totalMonitors")
        whole = not isinstance(total, int) or total <= len(listed)
        states = [claim.state for claim in claims]
        claims.append(page_claim("", worst(states if whole else [*states, State.UNKNOWN])))
    return Page(url="", claims=once(claims))


def _listed(answer: Mapping[str, Any]) -> Any:
    inner = as_table(answer.get("psp"))
    return inner["monitors"] if "monitors" in inner else answer.get("data")


def _monitor(entry: Mapping[str, Any]) -> Claim:
    state = read_state(entry.get("statusClass"), _STATES)
    return Claim(ident(entry.get("monitorId"), "a monitor"), text(entry.get("name")), state)


def fits(content: Content) -> bool:
    """Monitors by its field names."""
    one = first(_listed(content.table))
    return {"monitorId", "statusClass"} <= one.keys()
