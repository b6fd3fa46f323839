"""Who hears of what: routes from incidents and discrepancies to targets. Pure.

A target is a channel, or a place in one: `console`, `slack:C0123ABC`. A route once taken stays taken: what is asked of
an incident (its components, the worst it has been) only grows, so that no root message is left behind half told.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bot.core.claims import SEVERITY
from bot.core.incident import Person, Snapshot
from probes.model import State

SUBSCRIPTIONS = 5_000
"""Subscriptions kept in all."""


@dataclass(frozen=True, slots=True)
class Interest:
    """What somebody wants to hear: of which services and components (none: of all), how bad at least."""

    about: tuple[str, ...] = ()
    minimum: State = State.DEGRADED
    discrepancies: bool = True


@dataclass(frozen=True, slots=True)
class Route:
    """One target's interest; `by` and `at` (Unix seconds) say who subscribed it and when, if somebody did."""

    target: str
    interest: Interest = Interest()
    by: Person | None = None
    at: float = 0.0


def heard_by(snapshot: Snapshot, routes: Iterable[Route]) -> tuple[str, ...]:
    """The targets that hear of this, each once, in the order of the routes."""
    return tuple(dict.fromkeys(route.target for route in routes if wanted(snapshot, route.interest)))


def wanted(snapshot: Snapshot, interest: Interest) -> bool:
    """Whether an interest covers what a snapshot is about."""
    record, incident = snapshot.discrepancy, snapshot.incident
    if record is not None:
        touched = {snapshot.service, record.component} if record.component else {snapshot.service}
        return interest.discrepancies and _about(interest, touched)
    if incident is None:
        return _about(interest, {snapshot.service})
    bad_enough = SEVERITY.get(incident.worst, 0) >= SEVERITY.get(interest.minimum, 0)
    return bad_enough and _about(interest, {snapshot.service, *incident.components})


def _about(interest: Interest, touched: set[str]) -> bool:
    return not interest.about or not touched.isdisjoint(interest.about)
