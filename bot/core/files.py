"""The dossiers of a service's open incidents: begun, added to, and handed out to be written. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from bot.core import dossier
from bot.core.dossier import Dossier, Symptoms
from bot.core.history.recent_counts import RecentCounts, pooled
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Failure
from bot.core.model.statuspage import PageStatus

EVERY_S = 300.0
"""How often the dossier of an incident that does not change is written."""


@dataclass(frozen=True, slots=True)
class Filed:
    """The state between two commits: dossiers by incident, and when each was last written."""

    dossiers: dict[str, Dossier] = field(default_factory=dict)
    written: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Evidence:
    """All that may go into a dossier now, by component."""

    failures: Mapping[str, tuple[Failure, ...]]
    tallies: RecentCounts
    heard: Mapping[str, PageStatus]
    symptoms: Mapping[str, Symptoms] = field(default_factory=dict)


class Files:
    """Keeps a dossier for each incident until it is over and written."""

    def __init__(self, kept: Filed) -> None:
        self._dossiers = dict(kept.dossiers)
        self._written = dict(kept.written)
        self._over: set[str] = set()

    def failed(self, incidents: Iterable[Incident], component: str, failure: Failure) -> None:
        """A failure of a component, while these incidents are open."""
        for incident in incidents:
            if component in incident.components and incident.id in self._dossiers:
                self._dossiers[incident.id] = dossier.failed(self._dossiers[incident.id], component, failure)

    def follow(self, incidents: Iterable[Incident], touched: Iterable[str], evidence: Evidence) -> None:
        """Bring the dossiers up to date; those of `touched` incidents are to be written with them."""
        for incident in incidents:
            kept = self._dossiers.get(incident.id)
            if kept is None:
                if incident.status is IncidentStatus.RESOLVED:
                    continue  # one of the past that somebody acted on: its dossier is written
                kept = _opened(incident, evidence)
            minutes = {c: pooled(evidence.tallies.get(c, {})) for c in incident.components}
            kept = dossier.followed(kept, incident, minutes)
            self._dossiers[incident.id] = dossier.heard(kept, incident, evidence.heard)
            if incident.status is IncidentStatus.RESOLVED:
                self._over.add(incident.id)
        for name in touched:
            self._written.pop(name, None)

    def take(self, now: float) -> dict[str, Dossier]:
        """Those to be written now; those that are over are forgotten by this."""
        due = {i: d for i, d in self._dossiers.items() if not 0 <= now - self._written.get(i, -EVERY_S) < EVERY_S}
        self._written |= dict.fromkeys(due, now)
        for name in self._over & set(due):
            del self._dossiers[name], self._written[name]
        self._over = set()
        return due

    def state(self) -> Filed:
        """What must be written for another process to go on here."""
        return Filed(dict(self._dossiers), dict(self._written))


def _opened(incident: Incident, evidence: Evidence) -> Dossier:
    known = ((c, f) for c in incident.components for f in evidence.failures.get(c, ()) if f.at >= incident.started_at)
    if incident.kind != "failures":
        return dossier.opened(known)
    return dossier.opened(known, {c: evidence.symptoms.get(c, ()) for c in incident.active})
