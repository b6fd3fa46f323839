"""Slack's own: `https://slack-status.com/api/v2.0.0/current`. Services are names, a fixed set.

The answer lists active entries only: a service none of them names is operational; which there are, this module knows.
An outage is a major one, an incident a degradation, a notice says nothing of the state.
Source: docs.slack.dev/reference/slack-status-api. No options.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects import times
from probes.dialects.content import Content
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import MAX_TOUCHED, document, ident, link, listing, mapping, maybe, text, word
from probes.dialects.states import is_closed, page_claim, worst
from probes.model import Claim, Page, State, VendorIncident

_SERVICES = (
    *("Login/SSO", "Messaging", "Notifications", "Search", "Workspace/Org Administration", "Canvases", "Connectivity"),
    *("Files", "Huddles", "Apps/Integrations/APIs", "Workflows", "Posts/Files", "Calls", "Link Previews"),
)
_TYPES = MappingProxyType({"outage": State.MAJOR, "incident": State.DEGRADED, "notice": State.OPERATIONAL})
_WAITING = frozenset({"scheduled"})


def read(body: bytes, options: Mapping[str, Any]) -> Page:
    """One reading of Slack's page. Raises NotUnderstoodError."""
    del options
    answer = mapping(document(body), "the answer")
    said = word(answer.get("status"))
    if not said or "active_incidents" not in answer:
        raise NotUnderstoodError("neither a status nor active_incidents")
    told = [_incident(entry) for entry in listing(answer["active_incidents"], "active_incidents")]
    open_now = [(one, state) for one, state in told if not (is_closed(one.status) or one.status in _WAITING)]
    names = dict.fromkeys([*_SERVICES, *(name for one, _ in told for name in one.components)])
    calm = State.OPERATIONAL if said == "ok" or open_now else State.UNKNOWN  # "active" without an entry: of what?
    claims = [Claim(name, name, worst((s for one, s in open_now if name in one.components), calm)) for name in names]
    whole = worst([state for _, state in open_now], calm)
    return Page(
        url="",
        claims=(*claims, page_claim("Slack", whole)),
        incidents=tuple(one for one, _ in told),
        words=said,
        stated_at=times.any_of(answer.get("date_updated")),
    )


def _incident(entry: Mapping[str, Any]) -> tuple[VendorIncident, State]:
    status, services = word(entry.get("status")), entry.get("services")
    if not isinstance(services, list):
        raise NotUnderstoodError("services is not a list")
    state = _TYPES.get(word(entry.get("type")), State.DEGRADED)
    work = status in {"scheduled", "completed", "canceled", "cancelled"}
    notes = [note.get("date_created") for note in maybe(entry, "notes")]
    one = VendorIncident(
        id=ident(entry.get("id"), "an incident"),
        name=text(entry.get("title")),
        status=status,
        impact="none" if state is State.OPERATIONAL else state.value,
        components=tuple(dict.fromkeys(text(name, 100) for name in services[:MAX_TOUCHED] if text(name))),
        posted_at=times.earliest([entry.get("date_created"), *notes]),
        url=link(entry.get("url")),
        maintenance=work,
    )
    return one, state


def fits(content: Content) -> bool:
    """Active incidents beside one status word."""
    return {"active_incidents", "status"} <= content.table.keys()
