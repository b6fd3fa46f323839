"""Trouble that a person called over while the detector still saw it: when is it news again? Pure.

The detector's episode goes on, for a person's word changes nothing that is measured. Nothing more is said of it until
it has ended and begins anew, or until it is worse than it was: another state, or another component.
"""

from dataclasses import dataclass, replace

from bot.core.detection.assessment import Transition
from bot.core.model.incident import Incident
from bot.core.model.severity import SEVERITY
from probes.model import State


@dataclass(frozen=True, slots=True)
class ManualResolution:
    """An episode that goes on unsaid since `at` (Unix seconds); `worst` is how bad it had been."""

    kind: str
    vantage: str
    components: tuple[str, ...]
    worst: State
    at: float


Asides = tuple[ManualResolution, ...]


def aside(incident: Incident, at: float) -> ManualResolution:
    """What goes on of an incident that a person called over."""
    return ManualResolution(incident.kind, incident.vantage, incident.active, incident.worst, at)


def after(asides: Asides, step: Transition) -> tuple[Asides, Transition | None]:
    """The asides after a transition, and the transition as one that opens an incident, where it is news again."""
    ours = [a for a in asides if _same(a, step)]
    rest = tuple(a for a in asides if a not in ours)
    if step.event != "changed":
        left = ours if step.scope != "vantage" else []
        return rest + tuple(b for a in left if (b := _without(a, step.components)).components), None
    known = {c for a in ours for c in a.components}
    worst = max((SEVERITY.get(a.worst, 0) for a in ours), default=0)
    if not ours or (known >= set(step.components) and SEVERITY.get(step.state, 0) <= worst):
        return asides, None
    return rest, replace(step, started_at=max(step.started_at, *(a.at for a in ours)))


def _same(one: ManualResolution, step: Transition) -> bool:
    """Whether a step is of that episode: of failures there may be several, of different components."""
    if step.scope == "vantage":
        return (one.kind, one.vantage) == (step.kind, step.vantage)
    apart = step.kind == "failures" and not set(one.components) & set(step.components)
    return (one.kind, one.vantage) == (step.kind, "") and not apart


def _without(one: ManualResolution, components: tuple[str, ...]) -> ManualResolution:
    return replace(one, components=tuple(c for c in one.components if c not in components))
