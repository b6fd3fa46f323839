"""The open incidents of one service: what the detector, the page and people change in them. Pure.

Every change goes through `put`, so that nothing happens to an incident without its line and its next version.
"""

from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import replace

from bot.core.detection.assessment import Transition, Trouble
from bot.core.incidents import lifecycle, manual_resolve, silences
from bot.core.incidents.manual_resolve import Asides
from bot.core.model import silence
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.service import ServiceView
from bot.core.model.severity import SEVERITY, TROUBLE
from bot.core.model.silence import Silence, Silences
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageStatus
from bot.core.statuspage.claims import announced
from bot.core.text.quoting import listed
from bot.core.text.symptoms import brief, named
from probes.model import State

Touched = Mapping[str, tuple[Incident, tuple[TimelineEntry, ...]]]
"""Incidents that changed, by id, each with its new lines."""


class IncidentTracker:
    """Keeps the incidents of one service until they are over and written."""

    def __init__(
        self, service: ServiceView, kept: Mapping[str, Incident], quiet: Silences = (), aside: Asides = ()
    ) -> None:
        self.service = service
        self.silences = quiet
        self.announced: Silences = ()
        self.expired: list[Silence] = []
        self.ground = silences.MatchContext(service.id, service.labels)
        self.asides = aside
        self._incidents = dict(kept)
        self._touched: dict[str, list[TimelineEntry]] = {}
        self._troubles: Mapping[str, Sequence[Trouble]] = {}

    @property
    def incidents(self) -> Mapping[str, Incident]:
        """Those that are open, and those that changed since the last `take`."""
        return self._incidents

    def state(self) -> dict[str, Incident]:
        """What must be written for another process to go on here."""
        return dict(self._incidents)

    def open(self) -> list[Incident]:
        """The open incidents."""
        return [i for i in self._incidents.values() if i.status is not IncidentStatus.RESOLVED]

    def active(self, component: str) -> Incident | None:
        """The incident in which a component is active, the worst of them; a vantage's own trouble is not its."""
        ours = [i for i in self._incidents.values() if component in i.active and i.scope != "vantage"]
        return max(ours, key=lambda i: SEVERITY.get(i.state, 0), default=None)

    def measured(self) -> frozenset[str]:
        """The components in trouble by our own measurement."""
        ours = (i for i in self.open() if i.kind != "reports" and i.scope != "vantage")
        return frozenset(c for i in ours for c in i.active)

    def recount(self, people: Mapping[str, int]) -> dict[str, Incident]:
        """Keep how many people report each incident, which is no news of it; those of which it changed."""
        changed = {i: x for i, x in self._incidents.items() if people.get(i, 0) > x.reports}
        fresh = {i: replace(x, reports=people[i]) for i, x in changed.items()}
        self._incidents |= fresh
        return fresh

    def take(self) -> Touched:
        """What changed since the last call; those that are over are forgotten by this."""
        touched = {i: (self._incidents[i], tuple(lines)) for i, lines in self._touched.items()}
        self._touched = {}
        self._incidents = {i: x for i, x in self._incidents.items() if x.status is not IncidentStatus.RESOLVED}
        return touched

    def put(self, incident: Incident, past: Incident | None = None) -> None:
        """Keep an incident as it is now; lines it did not have before are new (`past`: it is one that was over)."""
        before = self._incidents.get(incident.id, past)
        # Each line is a version; the length of a timeline stands still once its middle is cut.
        fresh = incident.timeline[before.version - incident.version :] if before else incident.timeline
        self._incidents[incident.id] = incident
        self._touched.setdefault(incident.id, []).extend(fresh)

    def follow(self, steps: Iterable[Transition]) -> None:
        """Take over what the detector decided."""
        for step in steps:
            for incident in self._after(step):
                self.put(incident)

    def watch(
        self, voices: Mapping[str, ComponentStatus], heard: Mapping[str, PageStatus], now: float
    ) -> dict[str, Incident]:
        """Note what has become of those that are open: quiet, trouble again, the page's first word.

        Returns those that have a later last failure, which is no news of them.
        """
        later = {}
        for incident in self.open():
            active = [voices[c].measured for c in incident.active if c in voices]
            quiet = bool(active) and all(_quiet(incident, m) for m in active)
            known = self._failed(incident) if quiet else incident
            if known is not incident and incident.status is IncidentStatus.MONITORING:
                later[incident.id] = known
                self.keep(known)
            after = lifecycle.watched(known, quiet=quiet, now=now)
            after = lifecycle.admitted(after, heard, self.service.names)
            if after is not known:
                self.put(after)
            # A higher peak is no news by itself: it is told with the next figures, and with the end.
            measured = [voices[c].measured for c in incident.active if c in voices]
            self.keep(lifecycle.peaked(self._incidents[incident.id], measured))
            self._shade(self._incidents[incident.id], measured, now)
        return later

    def _failed(self, incident: Incident) -> Incident:
        return lifecycle.failed(incident, (one for c in incident.active for one in self._troubles.get(c, ())))

    def _shade(self, incident: Incident, measured: list[Measurement], now: float) -> None:
        """Let its colour follow; that it got worse or better is news, and has its line."""
        after = lifecycle.shaded(incident, measured, now)
        if incident.shade is State.UNKNOWN or after.shade is incident.shade:
            self.keep(after)
            return
        self.put(lifecycle.turned(after, incident.shade, self.called, measured, now))

    def called(self, components: Iterable[str]) -> str:
        """What people call some components: "Claude API", "Claude (API and Claude Code)"."""
        names = [self.service.names.get(c, c) for c in components]
        if len(names) == 1:
            return named(self.service.name, names[0])
        return f"{self.service.name} ({listed(brief(n, self.service.name) for n in names)})"

    def keep(self, incident: Incident) -> None:
        """Keep an open incident as it is now, which is no news of it; or one that only the store knew."""
        self._incidents[incident.id] = incident

    def close(self, incident: Incident, by: Person, at: float, reason: str = "") -> None:
        """A person calls it over; what the detector still sees of it goes on unsaid (`asides`)."""
        self.asides = (*self.asides, manual_resolve.aside(incident, at))
        self.put(lifecycle.closed(self._failed(incident), by, at, reason, self.called))

    def look(
        self,
        measured: Mapping[str, Measurement],
        heard: Mapping[str, PageStatus],
        troubles: Mapping[str, Sequence[Trouble]],
    ) -> None:
        """What silences are held against from now on, the work that the vendor's page announces, and what fails."""
        self.ground, self._troubles = replace(self.ground, measured=measured), troubles
        self.announced = announced(heard, self.service.name)

    def take_expired(self) -> list[Silence]:
        """The silences that ran out since the last call with nothing under them."""
        expired, self.expired = self.expired, []
        return expired

    def hush(self, now: float) -> None:
        """Let silences run out, and note what holds each incident back now."""
        open_ = self.open()
        targets = {"", *self.service.names, *(i.id for i in open_)}
        left = [s for s in self.silences if not self._stands(s, targets, now)]
        self.silences = tuple(s for s in self.silences if s not in left)
        self.expired += [s for s in left if s.until <= now and not any(i.silence == s for i in open_)]
        for incident in self._incidents.values():
            if incident.silence in left and incident.status is IncidentStatus.RESOLVED and incident.silence.till_over:
                said = f"{lifecycle.RESUMED} {self.called(incident.components)}: silence ended with the incident"
                self.put(lifecycle.noted(incident, now, "silence ended", "with the incident", said=said))
        for incident in open_:
            held = lifecycle.held(incident, self.holding(incident, now), self.called, now)
            if held is not incident:
                self.put(held)

    def holding(self, incident: Incident, now: float) -> Silence | None:
        """What holds an incident back at this moment: people's request, or work that was announced."""
        return silences.of_incident(self.quiet(now), incident, self.ground)

    def quiet(self, now: float) -> Silences:
        """All silences in force at this moment."""
        return silences.under_way((*self.silences, *self.announced), now)

    def stands(self, now: float) -> tuple[silence.ActiveSilence, ...]:
        """People's silences and announced maintenance that have not run out, each with what it holds back now."""
        kept = silences.standing(self.silences, now)
        return tuple(
            silence.ActiveSilence(
                s, tuple(i.id for i in self.open() if silences.over((s,), i, self.ground)) if s.since <= now else ()
            )
            for s in kept
        )

    def silent(self, record: Discrepancy, now: float) -> Silence | None:
        """What holds a discrepancy back: a silence on it, or on the incident it belongs to."""
        incident = self._incidents.get(record.incident)
        direct = silences.of_dispute(silences.under_way(self.silences, now), record, self.ground)
        return direct or (incident.silence if incident else None)

    def _stands(self, silence: Silence, targets: AbstractSet[str], now: float) -> bool:
        if silence.until <= now or not (silence.target in targets or silences.conditions_of(silence.target)):
            return False
        return not silence.till_over or any(silences.over((silence,), i, self.ground) for i in self.open())

    def _after(self, step: Transition) -> list[Incident]:
        ours = [i for i in self._incidents.values() if _concerns(i, step)]
        self.asides, news = manual_resolve.after(self.asides, step)
        if not ours and (news is not None or step.event == "opened"):
            return [lifecycle.opened(self.service.id, news or step)]
        if step.event == "opened":
            return [lifecycle.widened(ours[0], step, self.called)]
        if step.event == "changed":
            return [lifecycle.widened(i, step, self.called) for i in ours]
        return [lifecycle.narrowed(i, step, self.called) for i in ours]


def _quiet(incident: Incident, measured: Measurement) -> bool:
    """Whether its trouble on a component shows no more: failures and slowness each have an episode of their own.

    What all vantages measure together says nothing of one vantage's own trouble.
    """
    if incident.scope == "vantage":
        return False
    if incident.kind == "slowness":
        return not measured.slow and (measured.monitoring or measured.state in TROUBLE)
    return measured.monitoring


def _concerns(incident: Incident, step: Transition) -> bool:
    """Components that fail at the same time are one incident (a step names all of an episode's); slowness is another.

    So is each vantage's own trouble.
    """
    if step.kind == "failures" and step.scope != "vantage" and not set(incident.active) & set(step.components):
        return False
    return (
        incident.status is not IncidentStatus.RESOLVED
        and incident.kind == step.kind
        and (incident.scope == "vantage") == (step.scope == "vantage")
        and incident.vantage == (step.vantage if step.scope == "vantage" else "")
    )
