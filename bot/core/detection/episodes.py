"""Episodes of trouble: when one begins, whom it concerns, how it changes, when it ends. Pure.

One vendor episode of failures at a time, over the components it concerns; slowness by component; trouble of a vantage
of its own. Openings come from the evidence, ends from the reverse test of each course.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from bot.core.detection.assessment import AssessorSettings, Kind, Scope, Transition
from bot.core.detection.classification import Sample
from bot.core.detection.detector import LOW, Detector, Name
from bot.core.detection.disturbance import Disturbance, begun
from bot.core.detection.latency import IS_SLOW, LatencyDetector
from bot.core.detection.report_evidence import ReportEvidence
from bot.core.detection.reprobe import ATTENTIVE, Attention
from bot.core.detection.severity import Severity, pooled
from bot.core.detection.summary import counted
from probes.model import State

if TYPE_CHECKING:
    from bot.core.detection.assessment import Event

USUAL_DISTANCE = 0.3
"""A look is at its usual distance if the time since the last is within this share of the interval."""

FORGOTTEN = 100.0
"""Evidence below which the failures so far are no longer taken for the beginning of something."""
FLOOD = 30_000.0
"""Evidence of the probes without which no number of reports opens an episode."""


@dataclass(frozen=True, slots=True)
class SuccessRun:
    """A run of successes of one stream at its usual distance, the last of `count` at `at`."""

    vantage: str
    component: str
    check: str
    count: int
    at: float


class Episodes:
    """The state of one service: detector, courses of disturbances, standing episodes."""

    def __init__(self, settings: AssessorSettings) -> None:
        self.settings = settings
        self.detector = Detector(settings.interval_s, settings.false_alarms_per_month)
        self.attention = Attention(settings.reprobe_every_s)
        self.courses: dict[str, Disturbance] = {}
        self.vantages: dict[str, Disturbance] = {}
        self.slow: dict[str, Disturbance] = {}
        self.paces: dict[str, LatencyDetector] = {}
        self.hearings: dict[str, ReportEvidence] = {}
        self.standing: dict[str, float] = {}
        self.slowing: dict[str, float] = {}
        self.quiet = True

    def components(self) -> list[str]:
        """Those configured and those seen."""
        seen = {s.component for s in self.detector.streams.values()}
        return sorted(seen.union(self.settings.components))

    def vantages_of(self, component: str) -> list[str]:
        """Where a component is measured."""
        return sorted({s.vantage for s in self.detector.of_component(component)})

    def knows(self, result: Sample) -> bool:
        """Whether the result's stream is there already."""
        return (result.vantage, result.component, result.check) in self.detector.streams

    def can_wait(self, run: SuccessRun) -> bool:
        """Whether successes can wait: the evidence is low, no episode stands, and the last look was a success too."""
        stream = self.detector.streams.get((run.vantage, run.component, run.check))
        if not self.quiet or stream is None or stream.failed or stream.at < 0:
            return False
        interval = self.settings.interval_s
        return abs(run.at - stream.at - run.count * interval) <= USUAL_DISTANCE * interval

    def wait(self, run: SuccessRun) -> None:
        """Keep successes for later."""
        stream = self.detector.streams[(run.vantage, run.component, run.check)]
        stream.calm(run.count, run.at, self.settings.interval_s)

    def take(self, result: Sample, now: float) -> bool:
        """Take in one result; False if nothing can follow from it."""
        timed = result.total_ms is not None or result.first_ms is not None or result.slow
        if timed:
            self._pace(result, now)
        if not result.failed and self.quiet:
            run = SuccessRun(result.vantage, result.component, result.check, 1, now)
            if self.can_wait(run):
                self.wait(run)
                return timed
        result = result if result.at == now else replace(result, at=now)
        detector = self.detector
        detector.bring()
        stream = detector.stream(result.vantage, result.component, result.check)
        dt = now - stream.at if stream.at >= 0 else self.settings.interval_s
        before, usual = stream.failed, stream.usual.rate
        detector.take(result)
        self._follow(result, dt, usual, failed_before=before)
        self.quiet = False
        return True

    def heard(self, now: float, component: str, n: int) -> None:
        """Reports of people."""
        for key in {"", component} if component in self.components() else {""}:
            self.hearings.setdefault(key, ReportEvidence()).report(now, n, quiet=not self.standing)

    def urge(self, component: str, now: float) -> None:
        """Somebody asks for a closer look at a component."""
        self.attention.want(component, now, self._healthy(component))

    def set_back(self, now: float) -> None:
        """Times beyond `now` were wrong."""
        for stream in self.detector.streams.values():
            stream.at = min(stream.at, now)
        for course in [*self.courses.values(), *self.vantages.values(), *self.slow.values()]:
            course.began, course.seen_at = min(course.began, now), min(course.seen_at, now)
            course.failed_at, course.severity.at = min(course.failed_at, now), min(course.severity.at, now)
        self.attention.watched.clear()

    def decide(self, now: float) -> list[Transition]:
        """What follows from all that was taken in."""
        steps = decided(self, now)
        evidence = self.evidence(now)
        wanted = evidence >= ATTENTIVE
        for component in self.courses if wanted else self.standing:
            if component in self.courses:
                self.attention.want(component, now, self._healthy(component))
        idle = not (self.standing or self.vantages or self.slowing)
        self.quiet = idle and evidence < LOW
        if idle and evidence < FORGOTTEN:
            self.courses.clear()
        return steps

    def evidence(self, now: float) -> float:
        """The evidence of failures, reports included: to be held against the detector's threshold."""
        if not self.hearings:
            return self.detector.evidence()
        return sum(self.parts(now).values())

    def parts(self, now: float) -> dict[Name, float]:
        """Each hypothesis' part of the evidence, multiplied by what people report."""
        parts = self.detector.by_name()
        room = self.detector.threshold / FLOOD
        for key, hearing in self.hearings.items():
            hearing.pass_time(now)
            name = ("component", key) if key else ("all", "")
            if name in parts:
                parts[name] *= hearing.factor(room)
        return parts

    def share(self, name: Name) -> float:
        """A hypothesis' prior."""
        return self.detector.shares.get(name, 0.0)

    def _healthy(self, component: str) -> list[str]:
        return [v for v in self.vantages_of(component) if v not in self.detector.muted]

    def _follow(self, result: Sample, dt: float, usual: float, *, failed_before: bool) -> None:
        muted = result.vantage in self.detector.muted
        place = self.vantages if muted else self.courses
        key = result.vantage if muted else result.component
        course = place.get(key)
        if course is not None:
            course.take(result, dt, usual, failed_before=failed_before)
        elif result.failed:
            place[key] = begun(result)
        if result.failed and not muted:
            self.attention.want(result.component, result.at, self._healthy(result.component), result.vantage)

    def _pace(self, result: Sample, now: float) -> None:
        if result.failed or result.vantage in self.detector.muted:
            return
        pace = self.paces.setdefault(result.component, LatencyDetector())
        where = f"{result.vantage}/{result.check}"
        level = pace.judge(where, result.total_ms, result.first_ms, slow=result.slow)
        slow = level >= IS_SLOW
        looked = replace(result, at=now, failed=slow, symptom="slow" if slow else "")
        course = self.slow.get(result.component)
        if course is not None:
            course.take(looked, self.settings.interval_s, pace.rate, failed_before=False)
        elif slow:
            self.slow[result.component] = begun(looked)
        if result.component not in self.slowing:
            pace.take(level)
            if pace.value < LOW / 2:
                self.slow.pop(result.component, None)


ONE_VANTAGE, NOT_ONE = 0.5, 0.01
"""Above the one share of the evidence with single vantages it is that vantage's trouble, below the other the vendor's;
in between the next looks will tell."""
BESIDE = 0.2
"""A component whose part of the evidence is at least this much of the leading one's is taken to fail with it."""


def decided(now: Episodes, at: float) -> list[Transition]:
    """All that follows at this moment."""
    steps = []
    if now.detector.threshold and now.evidence(at) >= now.detector.threshold:
        steps += _begins(now, at)
    steps += _changes(now, at) + _ends(now, at) + _vantage_ends(now, at)
    for component in sorted(now.slow):
        steps += _slowness(now, component, at)
    return steps


def _begins(now: Episodes, at: float) -> list[Transition]:
    parts = now.parts(at)
    total = sum(parts.values())
    alone = {name: part for (kind, name), part in parts.items() if kind == "vantage"}
    if sum(alone.values()) > ONE_VANTAGE * total:
        return [_vantage_begins(now, max(sorted(alone), key=alone.__getitem__), at)]
    if sum(alone.values()) > NOT_ONE * total:
        return []
    single = {name: part for (kind, name), part in parts.items() if kind == "component"}
    leading = max(single.values(), default=0.0)
    if parts[("all", "")] >= leading:
        fresh = {c for c in {s.component for s in now.detector.streams.values()} if c not in now.standing}
    else:
        fresh = {c for c, part in single.items() if part >= BESIDE * leading and c not in now.standing}
    now.hearings.clear()
    return [_stand(now, fresh, at)]


def by_rule(now: Episodes, component: str, course: Disturbance, at: float) -> list[Transition]:
    """A plain rule of the operator's is met: an episode of this component stands, whatever the evidence.

    `course` is what met the rule; nothing follows where an episode of it stands already.
    """
    if component in now.standing:
        return []
    known = now.courses.get(component)
    if known is None or course.began < known.began:
        now.courses[component] = course
    return [_stand(now, {component}, at)]


def _stand(now: Episodes, fresh: set[str], at: float) -> Transition:
    """An episode of these components stands from now on."""
    event: Event = "changed" if now.standing else "opened"
    for component in sorted(fresh):
        now.standing[component] = at
        now.courses.setdefault(component, Disturbance(at, at, at))
    now.detector.settled |= fresh
    now.detector.begin_anew(fresh)
    together = pooled(now.courses[c].severity for c in now.standing)
    together.classify(1)
    for component in fresh:
        severity = now.courses[component].severity
        severity.level = together.level
        if severity.total:
            severity.level = -1
            severity.classify(1)
    return _transition(now, event, at)


def _transition(now: Episodes, event: Event, at: float) -> Transition:
    components = tuple(sorted(now.standing))
    courses = [now.courses[c] for c in components]
    everything = len(components) > 1 and len(components) == len(now.components())
    together = pooled(c.severity for c in courses)
    state = State.MAJOR if any(c.severity.state is State.MAJOR for c in courses) else State.PARTIAL
    return _said(at, event, "service" if everything else "component", components, courses, together, state)


def _said(  # noqa: PLR0913, PLR0917 - one value is made of all this, in one place
    at: float,
    event: Event,
    scope: Scope,
    components: tuple[str, ...],
    courses: list[Disturbance],
    severity: Severity,
    state: State,
    kind: Kind = "failures",
    vantage: str = "",
) -> Transition:
    began = min(c.began for c in courses)
    why = counted(severity, courses, kind)
    rate, (low, high) = severity.rate, severity.interval()
    if event == "resolved":
        rate = sum(c.said[0] for c in courses) / len(courses)
        low, high = min(c.said[1] for c in courses), max(c.said[2] for c in courses)
    return Transition(at, event, scope, components, state, rate, low, high, kind, began, vantage, why)


def _changes(now: Episodes, at: float) -> list[Transition]:
    changed = False
    for component in now.standing:
        course = now.courses[component]
        streams = sum(1 for s in now.detector.streams.values() if s.component == component)
        # quiet while it ends is not a milder form of it
        if not course.closing.monitoring and course.seen_at == at:
            changed = course.severity.classify(streams) or changed
    return [_transition(now, "changed", at)] if changed else []


def _ends(now: Episodes, at: float) -> list[Transition]:
    over = [c for c in now.standing if now.courses[c].closing.over]
    if not over:
        return []
    courses = [now.courses[c] for c in over]
    scope: Scope = "service" if len(over) > 1 and len(over) == len(now.components()) else "component"
    step = _said(
        at, "resolved", scope, tuple(sorted(over)), courses, pooled(c.severity for c in courses), State.OPERATIONAL
    )
    for component in over:
        del now.standing[component], now.courses[component]
        now.detector.settled.discard(component)
    now.detector.begin_anew(over)
    return [step]


def _vantage_begins(now: Episodes, vantage: str, at: float) -> Transition:
    began = [c for c in now.courses.values() if vantage in c.vantages]
    course = Disturbance(min((c.began for c in began), default=at), at, at)
    streams = [s for s in now.detector.streams.values() if s.vantage == vantage]
    for other in began:
        for symptom, n in other.symptoms.items():
            course.symptoms[symptom] = course.symptoms.get(symptom, 0) + n
    course.vantages[vantage] = sum(course.symptoms.values())
    course.severity = pooled(c.severity for c in began)
    now.vantages[vantage] = course
    now.courses = {c: x for c, x in now.courses.items() if c in now.standing}
    now.detector.muted.add(vantage)
    now.detector.begin_anew(now.components())
    components = tuple(sorted({s.component for s in streams}))
    course.severity.classify(1)
    return _said(at, "opened", "vantage", components, [course], course.severity, State.UNKNOWN, vantage=vantage)


def _vantage_ends(now: Episodes, at: float) -> list[Transition]:
    steps = []
    for vantage in [v for v, c in now.vantages.items() if c.closing.over]:
        course = now.vantages.pop(vantage)
        now.detector.muted.discard(vantage)
        now.detector.begin_anew(())
        components = tuple(sorted({s.component for s in now.detector.streams.values() if s.vantage == vantage}))
        steps.append(
            _said(at, "resolved", "vantage", components, [course], course.severity, State.OPERATIONAL, vantage=vantage)
        )
    return steps


def _slowness(now: Episodes, component: str, at: float) -> list[Transition]:
    course, pace = now.slow[component], now.paces[component]
    if component in now.slowing:
        if not course.closing.over:
            return []
        del now.slowing[component], now.slow[component]
        pace.forget()
        event: Event = "resolved"
    else:
        measured = now.vantages_of(component)
        one_sided = len(measured) > 1 and len(course.vantages) == 1
        failing = component in now.standing or one_sided
        if failing or not now.detector.threshold or pace.value < now.detector.threshold:
            return []
        now.slowing[component] = at
        event = "opened"
    state = State.DEGRADED if event == "opened" else State.OPERATIONAL
    return [_said(at, event, "component", (component,), [course], course.severity, state, "slowness")]
