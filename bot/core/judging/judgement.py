"""The pure step of judging one service: results, page readings and reports in; what to write and say out.

`Judgement` holds everything believed of one service. The judge feeds it the rows of the stream, asks it to `settle`,
and writes the `Decisions` together with `state()` and the stream position in one commit. Nothing here waits, reads a
clock or knows where things are kept, so replay, demo and production run the very same code.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.core.detection.assessment import AssessorSettings, Explanation, Transition
from bot.core.detection.assessor import Assessor
from bot.core.detection.classification import classified
from bot.core.detection.plain_rule import Counting
from bot.core.history.recent_counts import apart, lately, noted, pooled
from bot.core.history.recorder import RollupRecorder
from bot.core.history.rollups import Chunk
from bot.core.incidents import actions, blindness, escalation, silence_expiry, silences
from bot.core.incidents.certificates import Certificates
from bot.core.incidents.evidence import Evidence, EvidenceCollector, NewEvidence
from bot.core.incidents.tracker import IncidentTracker, Touched
from bot.core.judging import edges as edge_checks
from bot.core.judging.decisions import Decisions, JudgementState
from bot.core.judging.measurement import measured
from bot.core.judging.resuming import resume
from bot.core.ledger.entries import LedgerTracker
from bot.core.model import silence
from bot.core.model.action import ActionRecord, ActionRequest
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident
from bot.core.model.measurement import Failure, Measurement
from bot.core.model.report import Report
from bot.core.model.service import ServiceView
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.model.statuspage import PageMention, PageStatus
from bot.core.reports import surge
from bot.core.routing.notices import Notice, Notices, Scene
from bot.core.statuspage import claims
from bot.core.statuspage.comparison import Comparison
from bot.core.statuspage.discrepancy import Case
from bot.core.statuspage.mentions import corroboration
from probes.model import Fault, Observation, Outcome, Page, State

LATE_S = 600.0
"""Results that come later than this (a prober was cut off) are counted, but are no evidence of the present."""

SEEN = 12
"""Latest failures kept per component as evidence for people."""


class Judgement:
    """Everything believed of one service."""

    def __init__(
        self,
        service: ServiceView,
        settings: AssessorSettings,
        remembered: JudgementState | None = None,
        calls: escalation.Calls = escalation.nobody,
    ) -> None:
        kept = remembered or JudgementState()
        self.service = service
        self._calls = calls
        self._assessor = Assessor(settings, kept.assessor or None)
        self._heard = dict(kept.heard)
        self._cases = IncidentTracker(service, kept.incidents, kept.silences, kept.asides)
        self._done: list[ActionRecord] = []
        self._comparison = Comparison(service.id, kept.compared)
        self._failures = dict(kept.failures)
        self._fronts = {c: dict(checks) for c, checks in kept.fronts.items()}
        self._notices = Notices(service, kept.told)
        self._tallies = {c: dict(checks) for c, checks in kept.checks.items()}
        self._counted = kept.counted
        self._books = LedgerTracker(kept.ledger)
        self._others = dict(kept.others)
        self._rolling = RollupRecorder(service.names, kept.rolled)
        self._files = EvidenceCollector(kept.filed)
        self._counting = Counting(service.rules, kept.counting)
        self._blindness = dict(kept.blindness)
        self._certificates = Certificates(service, kept.certificates)
        self._crowd = surge.SurgeDetector(service.names, kept.crowd, opens=service.people_open)
        self._crowd.resume(i.active for i in self._cases.open() if i.kind == surge.BY_PEOPLE)
        resume(self._assessor.episodes, self._cases.open())
        self._voiced: dict[str, ComponentStatus] = {}
        self._quiet: silence.Silences = ()
        self._well: set[str] = set()
        self._moved: set[str] = set()
        self._stirred = self._restless = self._wide = True

    def see(self, observation: Observation) -> None:
        """Take in one row of the stream."""
        self._counted += 1
        if observation.page is not None:
            self._listen(observation.check, observation.page, observation.at, blind=observation.control is False)
            return
        if observation.mentions:
            self._stirs()
            self._crowd.hear(observation.mentions, observation.at)
        self._certificates.see(observation)
        edge = edge_checks.noted(self._fronts, observation)
        if observation.outcome is Outcome.FAILED and observation.fault in (Fault.VENDOR, Fault.EDGE):
            kept = self._failures.get(observation.component, ())
            self._failures[observation.component] = (*kept, Failure.of(observation, edge))[-SEEN:]
        result = classified(observation)
        self._rolling.count(observation, result)
        if observation.component and observation.symptom != "over_budget":
            self._blindness = blindness.noted(self._blindness, observation, usable=result is not None)
        if result is None:
            self._moved |= {observation.component} - {""}
        else:
            if result.failed or result.slow or result.component not in self._well:
                self._stirred = True
                self._moved.add(result.component)
            noted(self._tallies, result.component, result.check, result.at, failed=result.failed)
            if result.failed:
                self._files.failed(self._cases.open(), result.component, Failure.of(observation))
            if result.at > self._assessor.now - LATE_S:
                self._follow(self._assessor.take(result))
                met = self._counting.take(result) if self._assessor.weighs(result) else None
                if met is not None:
                    self._follow(self._assessor.alert(met, result.component))

    def report(self, report: Report) -> None:
        """Take in what a person says."""
        self._counted += 1
        self._stirs()
        heard = self._crowd.take(report)
        if heard:
            self._follow(self._assessor.reported(report.at, report.component, heard))

    def knows(self, incident: str) -> bool:
        """Whether an incident is one of those at hand; of another one `command` must be given the record."""
        return incident.upper() in self._cases.incidents

    def command(self, command: ActionRequest, past: Incident | None = None) -> None:
        """Do what a person wants; `past` is the incident it names where that one is over."""
        self._counted += 1
        self._stirs()
        self._done.append(ActionRecord(command, actions.act(self._cases, command, past)))

    def calm(self, now: float) -> bool:
        """Let time pass to `now`; whether nothing was taken in since the last settling that changes what people see.

        All was well then, and every result since was a good one. Settling may wait, as long as figures may be old:
        it costs as much as the service has components, and most rows of most days are of this kind.
        """
        self._follow(self._assessor.advance(now))
        return not (self._stirred or self._restless)

    def settle(self, now: float, *, whole: bool = True) -> Decisions:
        """Let time pass to `now` and say what follows from everything taken in since the last settling.

        With `whole=False` the same is decided, while components that were well and still are may keep the figures they
        had: they are left out of the answer, unless what was taken in may concern all of them.
        """
        self._follow(self._assessor.advance(now))
        changed = self._gather(now)
        whole, fresh = self._heard_now(now, whole=whole)
        voices = self._voiced
        changed |= self._cases.watch(voices, self._heard, now)
        escalation.escalate_due(
            self._cases, lambda i: self._calls(self._seen(i, voices, now)), now, self._notices.reached
        )
        cases = [self._case(c, v) for c, v in fresh.items() if c in self.service.page_ids]
        self._comparison.compare(cases, now)
        said = self._comparison.take()
        self._books, finished = self._books.step(self.service.id, cases, now)
        records = [record for record, _ in said]
        scene = Scene(now, self._cases.incidents, voices, self._held(records, now))
        touched = self._cases.take()
        self._collect(voices, scene.standing, touched)
        expired = self._cases.take_expired()
        done, self._done = [*self._done, *(silence_expiry.done(s, self.service, now) for s in expired)], []
        notices = self._to_say(touched, records, expired, scene)
        plans, names = self._assessor.attention(now), self.service.names
        self._rests(fresh, moving=bool(plans or self._cases.incidents))
        return Decisions(
            voices=fresh,
            explanations=self._explained(names if whole else [c for c in fresh if c in names], now),
            plans=plans,
            incidents=tuple((changed | {i: incident for i, (incident, _) in touched.items()}).values()),
            discrepancies=tuple(records),
            notices=notices,
            ledger=finished,
            outcomes=tuple(done),
            whole=whole,
        )

    def _held(self, records: Sequence[Discrepancy], now: float) -> frozenset[str]:
        """The discrepancies that a silence holds back."""
        every = (*self._comparison.standing(), *records)
        return frozenset(r.id for r in every if self._cases.silent(r, now))

    def _to_say(
        self, touched: Touched, records: Sequence[Discrepancy], expired: Iterable[silence.Silence], scene: Scene
    ) -> tuple[Notice, ...]:
        """What is to be said of what changed."""
        now = scene.now
        ended = (n for s in expired if (n := silence_expiry.notice(s, self.service, now)) is not None)
        disputes = self._notices.of_page(records, self._comparison.standing(), scene)
        every = (*self._notices.after(touched, scene), *disputes, *ended, *self._certificates.take(now))
        return tuple(self._corroborated(notice) for notice in every)

    def _heard_now(self, now: float, *, whole: bool) -> tuple[bool, dict[str, ComponentStatus]]:
        """The voices on all components (True), or on those of which there may be anything new."""
        whole, ours = self._looked_at(now, whole=whole)
        troubles = self._assessor.troubles()
        self._cases.look({c: v.measured for c, v in self._voiced.items()} | ours, self._heard, troubles)
        self._cases.hush(now)
        fresh = self._voices(ours, now)
        self._voiced = fresh if whole else self._voiced | fresh
        if whole:
            self._quiet = self._cases.quiet(now)
            self._rolling.hold(fresh, now)
        self._rolling.follow(troubles)
        return whole, fresh

    def _looked_at(self, now: float, *, whole: bool) -> tuple[bool, dict[str, Measurement]]:
        """What is measured now: of all components (True), or of those of which it may be anything new."""
        whole = whole or self._wide or self._crowd.speaks or self._cases.quiet(now) != self._quiet
        if not whole:
            near = self._near()
            if near <= self._voiced.keys():
                ours = self._measured(sorted(near), now)
                if all(m.state is self._voiced[c].measured.state for c, m in ours.items()):
                    return False, ours
        return True, self._measured(self._assessor.components(), now)

    def _near(self) -> set[str]:
        """The components in trouble on either side, and those of which other than good results came."""
        open_ = {c for i in self._cases.incidents.values() for c in (*i.components, *i.active)}
        red = {c for c, heard in self._heard.items() if heard.state is not State.OPERATIONAL}
        unwell = self._voiced.keys() - self._well
        return self._moved | unwell | open_ | red | self._comparison.disputed | self._books.pending.keys()

    def _collect(
        self,
        voices: Mapping[str, ComponentStatus],
        standing: Mapping[str, Incident],
        touched: Iterable[str],
    ) -> None:
        """Add what is known now to the evidence of open incidents."""
        about = {c for incident in standing.values() for c in incident.components if c in voices}
        symptoms = {c: voices[c].measured.symptoms for c in about}
        counts = {c: (voices[c].measured.failed, voices[c].measured.total) for c in about}
        new = NewEvidence(self._failures, self._tallies, self._heard, symptoms, counts)
        self._files.follow(standing.values(), touched, new)

    def _rests(self, fresh: Mapping[str, ComponentStatus], *, moving: bool) -> None:
        """Note whether anything is afoot that time or the next rows may change, and which components are well."""
        self._well -= fresh.keys()
        self._well |= {c for c, v in fresh.items() if v.measured.state is State.OPERATIONAL}
        going = self._comparison.going or self._crowd.speaks or self._books.pending
        self._restless = bool(moving or going or self._cases.silences or self._cases.announced)
        self._stirred = self._wide = False
        self._moved = set()

    def _stirs(self) -> None:
        """Something was taken in that may concern any component."""
        self._stirred = self._wide = True

    def _follow(self, steps: Sequence[Transition]) -> None:
        if steps:
            self._stirs()
        self._cases.follow(steps)

    @property
    def others(self) -> tuple[PageMention, ...]:
        """What other vendors' pages say of this one."""
        return tuple(self._others.values())

    def stands(self, now: float) -> tuple[silence.ActiveSilence, ...]:
        """What people keep quiet now or announced, and what that holds back."""
        return self._cases.stands(now)

    def take(self, now: float) -> tuple[tuple[Chunk, ...], dict[str, Evidence]]:
        """What the commit that writes `state()` adds to the roll-ups, and the dossiers it writes; ask before that."""
        return self._rolling.take(now), self._files.take(now)

    def went(self, subject: str, to: Mapping[str, float]) -> None:
        """Keep to whom a notice went, and until when quiet holds it there, for `state()`."""
        self._notices.went(subject, to)

    def state(self) -> JudgementState:
        """All that must be written for another process to go on exactly here."""
        return JudgementState(
            assessor=self._assessor.dump(),
            heard=dict(self._heard),
            incidents=self._cases.state(),
            silences=self._cases.silences,
            asides=self._cases.asides,
            compared=self._comparison.state(),
            failures=dict(self._failures),
            fronts={c: dict(checks) for c, checks in self._fronts.items() if checks},
            told=self._notices.state(),
            checks={c: dict(checks) for c, checks in self._tallies.items()},
            counted=self._counted,
            ledger=dict(self._books.pending),
            others=dict(self._others),
            rolled=self._rolling.state(),
            filed=self._files.state(),
            crowd=self._crowd.state(),
            counting=self._counting.state(),
            blindness=dict(self._blindness),
            certificates=self._certificates.state(self._assessor.now),
        )

    def _explained(self, components: Iterable[str], now: float) -> dict[str, Explanation]:
        """Why, of these components, with what their plain rules have counted."""
        found = self._assessor.explanations(components, now)
        return {c: replace(one, rules=self._rules(c)) for c, one in found.items()}

    def _rules(self, component: str) -> tuple[str, ...]:
        return self._counting.told(component, open_=self._cases.active(component) is not None)

    def _listen(self, check: str, page: Page, at: float, *, blind: bool) -> None:
        other = self.service.others.get(check)
        if other is None:
            if not blind:
                # While our own network fails, that a page cannot be read is no news of the page.
                self._comparison.read(page, at)
            heard = claims.listen(page, at, self._heard, self.service.page_ids)
            if any(_news(h, self._heard.get(c)) for c, h in heard.items()):
                self._stirs()
            self._heard |= heard
            return
        self._stirs()
        said = corroboration(page, other.name, other.words, at, self._others.pop(check, None))
        if said is not None:
            self._others[check] = said

    def _corroborated(self, notice: Notice) -> Notice:
        """The notice with what other vendors' pages say of this one, if they do."""
        if not self._others:
            return notice
        return replace(notice, snapshot=replace(notice.snapshot, others=self.others))

    def _measured(self, components: Iterable[str], now: float) -> dict[str, Measurement]:
        names, found = self.service.names, {}
        for c, figures in self._assessor.assessments(now, components).items():
            looks = self._tallies.get(c, {})
            failures, checks = self._failures.get(c, ()), self._fronts.get(c, {})
            ours = measured(figures, names.get(c, c), failures, lately(pooled(looks), now))
            edges = edge_checks.edges(checks, failures if figures.total else ())
            why = blindness.blind(self._blindness, c, ours.at, now)
            if why:
                ours = replace(ours, state=State.UNKNOWN, blind=why, why=why)
            found[c] = replace(ours, apart=apart(looks, now), edges=edges)
        return found

    def _voices(self, measured: Mapping[str, Measurement], now: float) -> dict[str, ComponentStatus]:
        quiet, ground = self._cases.quiet(now), self._cases.ground
        return {
            c: ComponentStatus(
                ours,
                self._heard.get(c, PageStatus()),
                self._crowd.reports(c, now),
                silences.of_component(quiet, c, ground),
            )
            for c, ours in measured.items()
        }

    def _gather(self, now: float) -> dict[str, Incident]:
        """Let people's voices count; the incidents that more people report than before.

        A surge has its component checked again at once, whatever else follows.
        """
        measured = self._cases.measured()
        self._crowd.settle(now, measured)
        for component in self._crowd.doubted():
            self._assessor.urge(component, now)
        self._cases.follow(self._crowd.steps(now, measured))
        return self._cases.recount(self._crowd.count(self._cases.open()))

    def _seen(self, incident: Incident, voices: Mapping[str, ComponentStatus], now: float) -> Snapshot:
        """An incident as routing needs it."""
        about = tuple(voices[c] for c in incident.components if c in voices)
        return Snapshot(now, self.service.id, self.service.name, incident, None, about, reason="")

    def _case(self, component: str, voices: ComponentStatus) -> Case:
        kept, trouble = self._failures.get(component, ()), self._rolling.failures(component)
        return Case(
            component=component,
            measured=voices.measured,
            heard=voices.heard,
            incident=self._cases.active(component),
            failures_since=sum(f.at >= (voices.heard.since or 0.0) for f in kept),
            first_failure_at=trouble.began if trouble is not None and not trouble.over else None,
            last_failure_at=trouble.failed_at if trouble is not None else None,
            reports=voices.reports,
            entry=self._books.pending.get(component),
        )


def _news(said: PageStatus, before: PageStatus | None) -> bool:
    """Whether a page says anything else than before, or cannot be read."""
    return before is None or bool(said.unreadable) or replace(said, read_at=before.read_at) != before
