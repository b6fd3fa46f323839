"""Vendors' state words on our scale. What is not in a table is unknown, which is never green."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from probes.dialects.shapes import text, word
from probes.model import Claim, State

PAGE = "page"
"""Id of the claim a page makes of itself as a whole, where it names no components or `options["page"]` asks for it."""

COMPONENT: Mapping[str, State] = MappingProxyType(
    {
        "operational": State.OPERATIONAL,
        "degraded_performance": State.DEGRADED,
        "degraded": State.DEGRADED,
        "partial_outage": State.PARTIAL,
        "major_outage": State.MAJOR,
        "full_outage": State.MAJOR,
        "under_maintenance": State.MAINTENANCE,
        "maintenance": State.MAINTENANCE,
    }
)

INDICATOR: Mapping[str, State] = MappingProxyType(
    {
        "none": State.OPERATIONAL,
        "minor": State.DEGRADED,
        "major": State.PARTIAL,
        "critical": State.MAJOR,
        "maintenance": State.MAINTENANCE,
    }
)

CLOSED = frozenset(
    {"resolved", "postmortem", "completed", "closed", "fixed", "recovered", "mitigated", "cancelled", "canceled"}
)
"""Incident status words that mean it is over."""

NOT_BEGUN = frozenset(
    {"scheduled", "not_started_yet", "notstartedyet", "planned", "upcoming", "maintenance_scheduled", "announced"}
)
"""Status words of announced work that has not begun."""

_IN_ONE_WORD = (
    ("majoroutage", State.MAJOR),
    ("fulloutage", State.MAJOR),
    ("partialoutage", State.PARTIAL),
    ("minoroutage", State.DEGRADED),
    ("degraded", State.DEGRADED),
    ("maintenance", State.MAINTENANCE),
)
"""What words such as ONEMAJOROUTAGE or ALLUNDERMAINTENANCE are made of."""

_BADNESS: Mapping[State, int] = MappingProxyType(
    {
        State.OPERATIONAL: 0,
        State.MAINTENANCE: 1,
        State.UNKNOWN: 2,
        State.DEGRADED: 3,
        State.PARTIAL: 4,
        State.MAJOR: 5,
    }
)


def read_state(value: Any, table: Mapping[str, State] = COMPONENT) -> State:
    """The state of a vendor's word; unknown for any other."""
    return table.get(word(value), State.UNKNOWN)


def composed(value: Any) -> State:
    """The state of a word that has one of the known words in it (ONEMAJOROUTAGE); unknown for any other."""
    said = word(value).replace("_", "")
    return next((state for part, state in _IN_ONE_WORD if part in said), State.UNKNOWN)


def impact_state(value: Any) -> State:
    """How bad an open incident of that impact is; of one that does not say, or in a word unknown to us, degraded."""
    for table in (INDICATOR, COMPONENT):
        known = read_state(value, table)
        if known is not State.UNKNOWN:
            return known
    found = composed(value)
    return State.DEGRADED if found is State.UNKNOWN else found


def is_closed(status: str) -> bool:
    """Whether a status word means that the incident is over."""
    return word(status) in CLOSED


def worst(states: Iterable[State], default: State = State.OPERATIONAL) -> State:
    """The state that hides no other; `default` of none."""
    return max(states, key=lambda state: _BADNESS[state], default=default)


def page_claim(name: Any, state: State) -> Claim:
    """The claim of a page as a whole."""
    return Claim(id=PAGE, name=text(name) or PAGE, state=state)


def once(claims: Iterable[Claim]) -> tuple[Claim, ...]:
    """One claim an id, the worse where a page lists it twice."""
    kept: dict[str, Claim] = {}
    for claim in claims:
        other = kept.get(claim.id)
        if other is None or _BADNESS[claim.state] > _BADNESS[other.state]:
            kept[claim.id] = claim
    return tuple(kept.values())
