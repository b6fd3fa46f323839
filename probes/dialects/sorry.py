"""Sorry: a page's own `/api/v1/components`, or `https://api.sorryapp.com/v1/pages/<page>/components` (and `/notices`).

The first has its list under `components`, the second under `response`. A component is operational, partially-degraded
or degraded; that is the worst word there is, and we read it as a major outage. A notice is planned, unplanned or
general, which is only news. Source: public programs that read these addresses (2024 to October 2026) and an OpenAPI
description of docs.sorryapp.com/v1, for component states, notice types and times. Not verified: `under-maintenance`,
`published_at`, `begins_at` and `ends_at`. No options.
"""

from collections.abc import Iterable, Mapping
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
    answer = mapping(document(body), "the answer")
    found = answer.get("response", answer)
    if isinstance(found, dict):
        return _together(found)
    entries = listing(found, "response")
    if not entries:
        raise NotUnderstoodError("nothing is listed")
    if "subject" in entries[0] or "began_at" in entries[0]:
        return Page(url="", incidents=_notices(entries))
    return Page(url="", claims=once(_component(entry) for entry in entries))


def _together(found: Mapping[str, Any]) -> Page:
    """A page with components and notices in it, or one of these alone."""
    claims = [page_claim(found.get("name"), read_state(found.get("state"), _STATES))] if "state" in found else []
    claims += [_component(entry) for entry in maybe(found, "components")]
    notices = _notices(maybe(found, "notices"))
    if not claims and "notices" not in found:
        raise NotUnderstoodError("nothing is listed")
    return Page(url=link(found.get("url")), claims=once(claims), incidents=notices)


def _notices(entries: Iterable[Mapping[str, Any]]) -> tuple[VendorIncident, ...]:
    return tuple(_notice(entry) for entry in entries if word(entry.get("type")) != "general")


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
    """Its `response` of what has a state or a subject, or components whose state is called that, and not a status."""
    response = content.table.get("response")
    one = first(response) or as_table(response)
    part = first(content.table.get("components"))
    own = {"id", "name", "state"} <= part.keys() and "status" not in part and "page" not in content.table
    return own or ("response" in content.table and bool({"state", "subject"} & one.keys()))
