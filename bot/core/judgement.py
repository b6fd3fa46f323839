"""The pure step of judging one service: observations, page readings and reports in; what to write and say out.

`Judgement` holds everything believed of one service. The judge feeds it the rows of the stream, asks it to `settle`,
and writes the `Decisions` together with `state()` and the stream position in one commit. Nothing here waits, reads a
clock or knows where things are kept, so replay, demo and production run the very same code.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from bot.core import claims, incidents
from bot.core.bookkeeping import Bookkeeping
from bot.core.comparison import Compared, Comparison
from bot.core.detection.assessment import AssessorSettings, Explanation, Plan, Transition
from bot.core.detection.assessor import Assessor
from bot.core.detection.evidence import classified
from bot.core.discrepancy import Case
from bot.core.incident import Discrepancy, Entry, Heard, Incident, IncidentStatus, Voices
from bot.core.ledger import Row
from bot.core.measuring import Failure, measured
from bot.core.mention import Mention, corroboration
from bot.core.notices import Notice, Notices, Told
from bot.core.people import Report
from bot.core.service import ServiceView
from bot.core.tally import Minute, counted, lately
from probes.model import Fault, Observation, Outcome, Page

LATE_S = 600.0
"""Results that come later than this (a prober was cut off) are counted, but are no evidence of the present."""

SEEN = 12
"""Latest failures kept per component as evidence for people."""


@dataclass(frozen=True, slots=True)
class Remembered:
    """The state of a judgement between two commits, JSON-able field by field; `counted` rows were taken in so far."""

    assessor: dict[str, Any] = field(default_factory=dict)
    heard: dict[str, Heard] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    compared: Compared = field(default_factory=Compared)
    failures: dict[str, tuple[Failure, ...]] = field(default_factory=dict)
    told: dict[str, Told] = field(default_factory=dict)
    tallies: dict[str, tuple[Minute, ...]] = field(default_factory=dict)
    counted: int = 0
    ledger: dict[str, Row] = field(default_factory=dict)
    others: dict[str, Mention] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one settling came to, to be written in one commit."""

    voices: dict[str, Voices]
    explanations: dict[str, Explanation]
    plans: dict[str, Plan]
    incidents: tuple[Incident, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    notices: tuple[Notice, ...] = ()
    ledger: tuple[Row, ...] = ()

    @property
    def eventful(self) -> bool:
        """Whether anything was decided that others must learn now."""
        return bool(self.incidents or self.discrepancies or self.notices or self.ledger)


class Judgement:
    """Everything believed of one service."""

    def __init__(self, service: ServiceView, settings: AssessorSettings, remembered: Remembered | None = None) -> None:
        kept = remembered or Remembered()
        self.service = service
        self._assessor = Assessor(settings, kept.assessor or None)
        self._heard = dict(kept.heard)
        self._incidents = dict(kept.incidents)
        self._comparison = Comparison(service.id, kept.compared)
        self._failures = dict(kept.failures)
        self._notices = Notices(service, kept.told)
        self._touched: dict[str, list[Entry]] = {}
        self._tallies = dict(kept.tallies)
        self._counted = kept.counted
        self._books = Bookkeeping(kept.ledger)
        self._others = dict(kept.others)

    def see(self, observation: Observation) -> None:
        """Take in one row of the stream."""
        self._counted += 1
        if observation.page is not None:
            self._listen(observation.check, observation.page, observation.at, blind=observation.control is False)
            return
        if observation.outcome is Outcome.FAILED and observation.fault in (Fault.VENDOR, Fault.EDGE):
            kept = self._failures.get(observation.component, ())
            self._failures[observation.component] = (*kept, Failure.of(observation))[-SEEN:]
        result = classified(observation)
        if result is not None:
            self._tallies[result.component] = counted(
                self._tallies.get(result.component, ()), result.at, failed=result.failed
            )
            if result.at > self._assessor.now - LATE_S:
                self._apply(self._assessor.take(result))

    def report(self, report: Report) -> None:
        """Take in what a person says."""
        self._counted += 1
        if not report.works:
            self._apply(self._assessor.reported(report.at, report.component, report.n))

    def settle(self, now: float) -> Decisions:
        """Let time pass to `now` and say what follows from everything taken in since the last settling."""
        self._apply(self._assessor.advance(now))
        voices = self._voices(now)
        self._watch(voices, now)
        cases = [self._case(c, v) for c, v in voices.items() if c in self.service.page_ids]
        self._comparison.compare(cases, now)
        said = self._comparison.take()
        self._books, finished = self._books.step(self.service.id, cases, now)
        touched = {i: (self._incidents[i], tuple(lines)) for i, lines in self._touched.items()}
        notices = self._notices.after(touched, said, self._incidents, voices, now)
        notices += self._notices.renewed(self._comparison.standing(), self._incidents, voices, now)
        self._touched = {}
        self._incidents = {i: x for i, x in self._incidents.items() if x.status is not IncidentStatus.RESOLVED}
        return Decisions(
            voices=voices,
            explanations={c: self._assessor.explain(c, now) for c in self.service.names},
            plans=self._assessor.attention(now),
            incidents=tuple(incident for incident, _ in touched.values()),
            discrepancies=tuple(record for record, _ in said),
            notices=tuple(self._corroborated(notice) for notice in notices),
            ledger=finished,
        )

    def state(self) -> Remembered:
        """All that must be written for another process to go on exactly here."""
        return Remembered(
            assessor=self._assessor.dump(),
            heard=dict(self._heard),
            incidents=dict(self._incidents),
            compared=self._comparison.state(),
            failures=dict(self._failures),
            told=self._notices.state(),
            tallies=dict(self._tallies),
            counted=self._counted,
            ledger=dict(self._books.pending),
            others=dict(self._others),
        )

    def _listen(self, check: str, page: Page, at: float, *, blind: bool) -> None:
        other = self.service.others.get(check)
        if other is None:
            if not blind:
                # While our own network fails, that a page cannot be read is no news of the page.
                self._comparison.read(page, at)
            self._heard |= claims.listen(page, at, self._heard, self.service.page_ids)
            return
        said = corroboration(page, other.name, other.words, at, self._others.pop(check, None))
        if said is not None:
            self._others[check] = said

    def _corroborated(self, notice: Notice) -> Notice:
        """The notice with what other vendors' pages say of this one, if they do."""
        if not self._others:
            return notice
        return replace(notice, snapshot=replace(notice.snapshot, others=tuple(self._others.values())))

    def _apply(self, steps: list[Transition]) -> None:
        for step in steps:
            for incident in self._after(step):
                self._note(incident)

    def _after(self, step: Transition) -> list[Incident]:
        ours = [i for i in self._incidents.values() if _concerns(i, step)]
        if step.event == "opened":
            return [incidents.widened(ours[0], step)] if ours else [incidents.opened(self.service.id, step)]
        if step.event == "changed":
            return [incidents.widened(i, step) for i in ours]
        return [incidents.narrowed(i, step, self.service.names) for i in ours]

    def _note(self, incident: Incident) -> None:
        before = self._incidents.get(incident.id)
        fresh = incident.timeline[len(before.timeline) :] if before else incident.timeline
        self._incidents[incident.id] = incident
        self._touched.setdefault(incident.id, []).extend(fresh)

    def _voices(self, now: float) -> dict[str, Voices]:
        names = self.service.names
        voices = {}
        for c, figures in self._assessor.assessments(now).items():
            recent = lately(self._tallies.get(c, ()), now)
            ours = measured(figures, names.get(c, c), self._failures.get(c, ()), recent)
            voices[c] = Voices(ours, self._heard.get(c, Heard()))
        return voices

    def _watch(self, voices: Mapping[str, Voices], now: float) -> None:
        for incident in list(self._incidents.values()):
            if incident.status is IncidentStatus.RESOLVED:
                continue
            well = [voices[c].measured.monitoring for c in incident.active if c in voices]
            after = incidents.watched(incident, quiet=bool(well) and all(well), now=now)
            after = incidents.admitted(after, self._heard, self.service.names)
            if after is not incident:
                self._note(after)

    def _case(self, component: str, voices: Voices) -> Case:
        active = [i for i in self._incidents.values() if component in i.active and i.scope != "vantage"]
        kept = self._failures.get(component, ())
        return Case(
            component=component,
            measured=voices.measured,
            heard=voices.heard,
            incident=active[0] if active else None,
            failures_since=sum(f.at >= (voices.heard.since or 0.0) for f in kept),
            last_failure_at=kept[-1].at if kept else None,
            reports=voices.reports,
            entry=self._books.pending.get(component),
        )


def _concerns(incident: Incident, step: Transition) -> bool:
    """Failures of one vendor's components are one incident; slowness, and each vantage's own trouble, are others."""
    return (
        incident.status is not IncidentStatus.RESOLVED
        and incident.kind == step.kind
        and (incident.scope == "vantage") == (step.scope == "vantage")
        and incident.vantage == (step.vantage if step.scope == "vantage" else "")
    )
