"""Hund: `/live/v2/status_page`, a stream of events that never ends; the first, `init_event`, is the whole page.

Hund's API proper wants a key. An outage is the worst state of a component. Source: readers of the stream in public
code.

Options: `page` (true adds the claim "page", the page's own state).
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
    {
        "operational": State.OPERATIONAL,
        "degraded": State.DEGRADED,
        "outage": State.MAJOR,
        "maintenance": State.MAINTENANCE,
    }
)


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of the first event. Raises NotUnderstoodError."""
    page = mapping(document(_first_event(body)), "the event")
    claims = [_component(entry) for group in maybe(page, "groups") for entry in maybe(group, "components")]
    if not claims:
        raise NotUnderstoodError("no component is listed")
    if options.get("page"):
        claims.append(page_claim(page.get("name"), read_state(page.get("state"), _STATES)))
    return Page(url="", claims=once(claims), incidents=tuple(_issue(entry) for entry in maybe(page, "issues")))


def _first_event(body: bytes) -> bytes:
    """The data of the event `init_event`, which must be whole."""
    events = body.replace(b"\r\n", b"\n").split(b"\n\n")
    for event in events[:-1]:  # what follows the last empty line is not whole
        lines = event.split(b"\n")
        if any(line.partition(b":")[2].strip() == b"init_event" for line in lines if line.startswith(b"event:")):
            return b"\n".join(line.partition(b":")[2].strip() for line in lines if line.startswith(b"data:"))
    raise NotUnderstoodError("no whole init_event in the stream")


def _component(entry: Mapping[str, Any]) -> Claim:
    return Claim(
        ident(entry.get("id"), "a component"), text(entry.get("name")), read_state(entry.get("state"), _STATES)
    )


def _issue(entry: Mapping[str, Any]) -> VendorIncident:
    ended = times.any_of(entry.get("ended_at"))
    return VendorIncident(
        id=ident(entry.get("id"), "an issue"),
        name=text(entry.get("title")),
        status="resolved" if ended is not None else text(entry.get("label"), 60) or "open",
        impact="",
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.any_of(entry.get("created_at")),
        started_at=times.any_of(entry.get("began_at")),
        resolved_at=ended,
        url=link(entry.get("url")),
        maintenance=entry.get("scheduled") is True,
    )


def fits(content: Content) -> bool:
    """A stream that begins with its event."""
    return b"init_event" in content.events[:200]
