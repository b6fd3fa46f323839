"""Sorry: `https://api.sorryapp.com/v1/pages/<page>/components` (and `/notices`), or the page with both included.

A component is operational, partially-degraded or degraded, which is the worst it can be. A notice is planned or
unplanned; its `state` says how far it is. Source: docs.sorryapp.com/api/v1, and readers of the answer in public code.
No options.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content, as_table, first
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, ident, ids, link, listing, mapping, maybe, text, word
from probes.dialects.states import once, page_claim, read_state
from probes.model import Claim, Page, State, VendorIncident

_STATES = MappingProxyType(
    {
        "operational": State.OPERATIONAL,
        "partially_degraded": State.DEGRADED,
        "degraded": State.MAJOR,
        "under_maintenance": State.MAINTENANCE,
    }
)
_WAITING = frozenset({"scheduled", "pending"})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of a Sorry answer. Raises NotUnderstoodError."""
    del options
    found = mapping(document(body), "the answer").get("response")
    if isinstance(found, dict):
        claims = [page_claim(found.get("name"), read_state(found.get("state"), _STATES))]
        claims += [_component(entry) for entry in maybe(found, "components")]
        notices = [_notice(entry) for entry in maybe(found, "notices")]
        return Page(url=link(found.get("url")), claims=once(claims), incidents=tuple(notices))
    entries = listing(found, "response")
    if not entries:
        raise NotUnderstoodError("nothing is listed")
    if "subject" in entries[0] or "began_at" in entries[0]:
        return Page(url="", incidents=tuple(_notice(entry) for entry in entries))
    return Page(url="", claims=once(_component(entry) for entry in entries))


def _component(entry: Mapping[str, Any]) -> Claim:
    state = read_state(entry.get("state"), _STATES)
    return Claim(ident(entry.get("id"), "a component"), text(entry.get("name")), state)


def _notice(entry: Mapping[str, Any]) -> VendorIncident:
    work, state = text(entry.get("type"), 20) == "planned", word(entry.get("state"))
    ended = times.any_of(entry.get("ended_at"))
    over = ended is not None or state in {"resolved", "complete", "completed"}
    waiting = work and state in _WAITING
    return VendorIncident(
        id=ident(entry.get("id"), "a notice"),
        name=text(entry.get("subject")),
        status="resolved" if over else "scheduled" if waiting else state,
        impact="",
        components=ids(maybe(entry, "components"), "id"),
        posted_at=times.any_of(entry.get("published_at") or entry.get("created_at")),
        started_at=times.any_of(entry.get("began_at") or entry.get("begins_at")),
        resolved_at=ended,
        url=link(entry.get("link") or entry.get("url")),
        maintenance=work,
        ends_at=times.any_of(entry.get("ends_at")) if work else None,
    )


def fits(content: Content) -> bool:
    """Its `response` of what has a state or a subject."""
    response = content.table.get("response")
    one = first(response) or as_table(response)
    return "response" in content.table and bool({"state", "subject"} & one.keys())
