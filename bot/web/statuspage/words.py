"""Our states and statuses in Statuspage's words. Pure.

Its scale has no word for what nobody knows. We say "unknown" there all the same, beside a sentence that says why: a
poller that does not know the word must not take it for "operational".
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.text.quoting import listed
from bot.core.text.states import ATTENTION, WORDS
from bot.core.text.symptoms import called, present
from probes.model import State

Json = dict[str, Any]

INDICATORS = {
    State.OPERATIONAL: "none",
    State.DEGRADED: "minor",
    State.PARTIAL: "major",
    State.MAJOR: "critical",
    State.MAINTENANCE: "maintenance",
    State.UNKNOWN: "unknown",
}
"""Of the page as a whole, and the impact of an incident."""

STATUSES = {
    IncidentStatus.OPEN: "investigating",
    IncidentStatus.MONITORING: "monitoring",
    IncidentStatus.RESOLVED: "resolved",
}
TOLD = {
    "opened": "investigating",
    "changed": "investigating",
    "recovered": "investigating",
    "status page": "investigating",
    "monitoring": "monitoring",
    "resolved": "resolved",
}
"""Events of a timeline that are for everybody, with the status at that moment; who did what is for the team."""


def stamp(at: float | None) -> str | None:
    """A moment (Unix seconds) as Statuspage writes it, to the millisecond; None where there is none."""
    if at is None:
        return None
    try:
        return datetime.fromtimestamp(at, UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    except (OverflowError, ValueError, OSError):
        return None


def worst(states: Iterable[State]) -> State:
    """The state that hides no other: what is unknown is worse than what works, and nothing at all is unknown."""
    return max(states, key=lambda state: ATTENTION[state], default=State.UNKNOWN)


def status(voices: Sequence[ComponentStatus], now: float) -> Json:
    """The page as a whole: the worst state in a word, and in a sentence."""
    states = [present(voice.measured, now) for voice in voices]
    whole = worst(states)
    blind = [called(v.measured) for v, state in zip(voices, states, strict=True) if state is State.UNKNOWN]
    if not voices:
        said = "Nothing is measured yet"
    elif whole is State.OPERATIONAL:
        said = "All components are operational"
    elif whole is State.UNKNOWN:
        said = f"{len(blind)} of {len(voices)} components unknown: {listed(blind)}"
    else:
        ill = [called(v.measured) for v, state in zip(voices, states, strict=True) if state is whole]
        said = f"{WORDS[whole].capitalize()}: {listed(ill)}" + (f"; {len(blind)} unknown" if blind else "")
    return {"indicator": INDICATORS[whole], "description": said}


def opened_state(incident: Incident) -> State:
    """How bad an incident is now; of one that is over, how bad it came to be."""
    return incident.worst if incident.status is IncidentStatus.RESOLVED else incident.state


def unnamed(incident: Incident) -> Incident:
    """The incident without what people did to it: a public page names nobody."""
    return replace(incident, acknowledged_at=None, acknowledged_by=None, silence=None, resolved_by=None)
