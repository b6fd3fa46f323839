"""cState: `/index.json` of its API version 2. Systems have no ids, so their names are the key.

Options: `page` (true adds the claim "page", the summary status).
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, mapping, maybe, text
from probes.dialects.states import once, page_claim, read_state
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {"ok": State.OPERATIONAL, "notice": State.DEGRADED, "disrupted": State.PARTIAL, "down": State.MAJOR},
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a cState page. Raises NotUnderstoodError."""
    page = mapping(document(body), "the page")
    if "summaryStatus" not in page:
        raise NotUnderstoodError("no summaryStatus")
    claims: list[Claim] = []
    incidents: dict[str, VendorIncident] = {}
    for system in maybe(page, "systems"):
        name = ident(system.get("name"), "a system")
        claims.append(Claim(name, name, read_state(system.get("status"), _STATES)))
        for issue in maybe(system, "unresolvedIssues"):
            _add(incidents, issue, name)
    for issue in maybe(page, "pinnedIssues"):
        _add(incidents, issue, "")
    if options.get("page") or not claims:
        claims.append(page_claim(page.get("title"), read_state(page["summaryStatus"], _STATES)))
    return Page(url="", claims=once(claims), incidents=tuple(incidents.values()), words=text(page["summaryStatus"], 60))


def _add(incidents: dict[str, VendorIncident], issue: Mapping[str, Any], system: str) -> None:
    """Keep an issue once; the same one stands under every system it affects."""
    key = ident(issue.get("filename") or issue.get("permalink") or issue.get("title"), "an issue")
    before = incidents.get(key)
    components = before.components if before else ()
    affected = issue.get("affected")
    named = [system, *(affected if isinstance(affected, list) else ())]
    components = ids([*({"name": name} for name in (*components, *named))], "name")
    resolved = issue.get("resolved") is True
    incidents[key] = VendorIncident(
        id=key,
        name=text(issue.get("title")),
        status="resolved" if resolved else "unresolved",
        impact=text(issue.get("severity"), 60),
        components=components,
        started_at=times.any_of(issue.get("createdAt")),  # the author's date of the post, free to be any
        resolved_at=times.any_of(issue.get("resolvedAt")) if resolved else None,
        url=link(issue.get("permalink")),
        maintenance=issue.get("informational") is True,
    )


def fits(content: Content) -> bool:
    """A summary status in its own spelling."""
    return "summaryStatus" in content.table
