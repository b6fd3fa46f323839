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
from bot.core.detection.latency import SHARE, LatencyDetector
from bot.core.detection.report_evidence import ReportEvidence
from bot.core.detection.reprobe import ATTENTIVE, Attention
from bot.core.detection.severity import Severity, pooled
from bot.core.detection.stream_filter import FORGETS_S, Stream
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
    """The state of one service: detector, courses of disturbances, standing episodes.

    `standing` says of each component in an episode of failures when that was announced, `groups` which episode it
    belongs to (named by its opening): components that fail at the same time are one.
    """

    def __init__(self, settings: AssessorSettings) -> None:
        self.settings = settings
        self.detector = Detector(settings.interval_s, settings.false_alarms_per_month, settings.silence_s)
        self.attention = Attention(settings.reprobe_every_s)
        self.courses: dict[str, Disturbance] = {}
        self.vantages: dict[str, Disturbance] = {}
        self.slow: dict[str, Disturbance] = {}
        self.paces: dict[str, LatencyDetector] = {}
        self.hearings: dict[str, ReportEvidence] = {}
        self.standing: dict[str, float] = {}
        self.groups: dict[str, float] = {}
        self.slowing: dict[str, float] = {}
        self.quiet = True

    def components(self) -> list[str]:
        """Those configured and those seen."""
        seen = {s.component for s in self.detector.streams.values()}
        return sorted(seen.union(self.settings.components))

    def streams_of(self, component: str) -> list[Stream]:
        """The streams that speak for a component: with fresh results, and not left out for their vantage's trouble."""
        return [s for s in self.detector.live_of(component) if not s.apart]

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
        self.detector.wait(stream, run.count, run.at)

    def take(self, result: Sample, now: float) -> bool:
        """Take in one result; False if nothing can follow from it."""
        timed = result.total_ms is not None or result.first_ms is not None or result.slow
        if timed:
            self._pace(result)
        if not result.failed and self.quiet:
            run = SuccessRun(result.vantage, result.component, result.check, 1, result.at)
            if self.can_wait(run):
                self.wait(run)
                return timed
        detector = self.detector
        detector.bring()
        stream = detector.stream(result.vantage, result.component, result.check)
        dt = stream.distance(result.at, self.settings.interval_s)
        if dt > FORGETS_S:  # time without data does not count
            dt = self.settings.interval_s
        before, usual = stream.failed, stream.usual.rate
        detector.take(result)
        self._follow(result, stream, dt, usual, now, failed_before=before)
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
            course.counted_at = min(course.counted_at, now)
            course.failed_at, course.severity.at = min(course.failed_at, now), min(course.severity.at, now)
        self.attention.watched.clear()

    def decide(self, now: float) -> list[Transition]:
        """What follows from all that was taken in."""
        if self.detector.refresh(now):
            kept = {f"{s.vantage}/{s.check}" for s in self.detector.streams.values()}
            for pace in self.paces.values():
                pace.medians = {name: m for name, m in pace.medians.items() if name.rpartition("/")[0] in kept}
        steps = decided(self, now)
        evidence = self.evidence(now)
        wanted = evidence >= ATTENTIVE
        for component in self.courses if wanted else self.standing:
            if component in self.courses:
                self.attention.want(component, now, self._healthy(component))
        idle = not (self.standing or self.vantages or self.slowing)
        self.quiet = idle and evidence < LOW
        if idle and evidence < FORGOTTEN and self.courses:
            failing = {c for c in self.courses if any(s.failed for s in self.detector.of_component(c))}
            self.courses = {c: course for c, course in self.courses.items() if c in failing}
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
        return sorted({s.vantage for s in self.streams_of(component)})

    def _follow(  # noqa: PLR0913 - what a course takes, and where it is kept
        self, result: Sample, stream: Stream, dt: float, usual: float, now: float, *, failed_before: bool
    ) -> None:
        muted = stream.apart
        place = self.vantages if muted else self.courses
        key = result.vantage if muted else result.component
        course = place.get(key)
        if course is not None:
            course.take(result, dt, usual, failed_before=failed_before)
        elif result.failed:
            place[key] = begun(result)
            place[key].closing.bursts = stream.has_spells
        if result.failed and stream.run.length > 1 and (course is None or key not in self.standing):
            # It may have failed before while that counted as its vantage's trouble.
            place[key].began = min(place[key].began, stream.run.first_at)
        if result.failed and not muted:
            self.attention.want(result.component, now, self._healthy(result.component), result.vantage)

    def _pace(self, result: Sample) -> None:
        stream = self.detector.streams.get((result.vantage, result.component, result.check))
        if result.failed or (stream is not None and stream.apart):
            return
        pace = self.paces.setdefault(result.component, LatencyDetector())
        where = f"{result.vantage}/{result.check}"
        goes_on = result.component in self.slowing
        how = pace.judge(where, result.total_ms, result.first_ms, slow=result.slow, learns=not goes_on)
        slow = how is not None and how.slow
        looked = replace(result, failed=slow, symptom="slow" if slow else "")
        course = self.slow.get(result.component)
        if course is not None:
            course.take(looked, self.settings.interval_s, pace.rate, failed_before=False)
        elif slow:
            self.slow[result.component] = begun(looked)
        if not goes_on:
            if not pace.knows(where):
                pace.by_limit(slow=slow)
            elif how is not None:
                pace.take(how)
            # A slow answer that says little by itself may still be the first of a stretch; only a usual one ends it.
            if pace.value < LOW / 2 and not slow:
                self.slow.pop(result.component, None)


ONE_VANTAGE, NOT_ONE = 0.5, 0.01
"""Above the one share of the evidence with single vantages it is that vantage's trouble, below the other the vendor's;
in between the next results will tell, as long as another vantage measures the same thing well."""
CLEAR = 1000.0
"""At so many times the threshold nothing more is waited for."""
OWN_FAILURES, OWN_EVIDENCE = 2, 500.0
"""What a component must show itself to be named: that many failures, and, unless it leads, results so much likelier
under an outage of it than as usual."""
JOINS_S = 7 * 86400.0
"""A component joins those that fail already when its own evidence exceeds the number of its results in so long: it does
so by mistake at most once in that time."""
TOGETHER_S = 60.0
"""Of a component that failed totally and has been well for so long, another that begins to fail is no part."""
AWAITED_S, DUE_S = 15.0, 5.0
"""What fails from one vantage waits for the result of another before it is the component's: until that is so much
late, and never longer than so long after the first failure."""
SOLID_S, SOLID_FAILURES = 240.0, 3
"""Where every fresh stream of a component has failed for so long it is an outage, whatever the evidence says."""


def decided(now: Episodes, at: float) -> list[Transition]:
    """All that follows at this moment."""
    steps = []
    if now.detector.threshold and now.evidence(at) >= now.detector.threshold:
        steps += _begins(now, at)
    if now.courses:
        steps += _solid(now, at)
    if now.standing:
        steps += _joins(now, at)
    steps += _changes(now, at) + _ends(now, at) + _vantage_ends(now, at)
    for component in sorted(now.slow):
        steps += _slowness(now, component, at)
    return steps


def _begins(now: Episodes, at: float) -> list[Transition]:
    parts = now.parts(at)
    total = sum(parts.values())
    alone = {name: part for (kind, name), part in parts.items() if kind == "vantage"}
    if sum(alone.values()) > NOT_ONE * total:
        blamed = max(sorted(alone), key=alone.__getitem__)
        if _vouched(now, blamed):
            if sum(alone.values()) > ONE_VANTAGE * total:
                return [_vantage_begins(now, blamed, at)]
            if total < CLEAR * now.detector.threshold:
                return []
    fresh = _named(now)
    if fresh and _awaited(now, fresh, at):
        return []
    return [_opens(now, fresh, at)] if fresh else []


def _named(now: Episodes) -> list[str]:
    """The components that fail, by their own results: the one with most evidence, and others with enough of it."""
    failing = [c for c in sorted(now.courses) if c not in now.standing and _failures(now, c) >= OWN_FAILURES]
    own = {c: _own(now, c) for c in failing}
    leading = max(own, key=lambda c: (own[c], _failures(now, c)), default="")
    return [c for c in own if c == leading or own[c] >= OWN_EVIDENCE]


def _own(now: Episodes, component: str) -> float:
    """How much likelier a component's own results are under an outage of it; nought where it is the only one."""
    suspicion = now.detector.suspicions.get(("component", component))
    return suspicion.value if suspicion is not None else 0.0


def _failures(now: Episodes, component: str) -> int:
    return sum(now.courses[component].vantages.values())


def _vouched(now: Episodes, vantage: str) -> bool:
    """Whether another vantage measured the same thing well at the same time: since it began to fail from this one.

    A vantage that is silent, has trouble of its own, or has only just appeared beside an older one vouches for nothing.
    """
    mine = {s.component: s for s in now.detector.live() if s.vantage == vantage}
    for stream in now.detector.live():
        course, accused = now.courses.get(stream.component), mine.get(stream.component)
        if stream.vantage == vantage or stream.vantage in now.detector.muted or not course or not accused:
            continue
        young = stream.at - stream.since < now.settings.silence_s and stream.since > accused.since + TOGETHER_S
        if vantage in course.vantages and stream.ok_at >= course.began and stream.run.length < 2 and not young:
            return True
    return False


def _awaited(now: Episodes, failing: list[str], at: float) -> bool:
    """Whether these fail from one vantage only and another's next result of one of them, which decides, is due."""
    seen = {vantage for c in failing for vantage in now.courses[c].vantages}
    began = min(now.courses[c].began for c in failing)
    if len(seen) > 1 or at >= began + AWAITED_S:
        return False
    due = now.settings.interval_s + DUE_S
    others = (s for c in failing for s in now.streams_of(c) if s.vantage not in seen)
    return any(s.at < now.courses[s.component].began and at < s.at + due for s in others)


def by_rule(now: Episodes, component: str, course: Disturbance, at: float) -> list[Transition]:
    """A plain rule of the operator's is met: an episode of this component stands, whatever the evidence.

    `course` is what met the rule; nothing follows where an episode of it stands already.
    """
    if component in now.standing:
        return []
    known = now.courses.get(component)
    if known is None or course.began < known.began:
        course.closing.bursts = known is None or known.closing.bursts
        now.courses[component] = course
    return [_opens(now, [component], at)]


def _opens(now: Episodes, fresh: list[str], at: float) -> Transition:
    """An episode of these components begins, or they join one that goes on."""
    going = {now.groups[c] for c in now.standing if _goes_on(now.courses[c])}
    group = min(going, default=at)
    event: Event = "changed" if going else "opened"
    now.hearings.clear()
    for component in fresh:
        now.standing[component], now.groups[component] = at, group
    now.detector.settled |= set(fresh)
    now.detector.begin_anew(fresh)
    together = pooled(now.courses[c].severity for c in fresh)
    together.classify()
    for component in fresh:
        severity = now.courses[component].severity
        severity.level = together.level
        if severity.total:
            severity.level = -1
            severity.classify()
    return _transition(now, event, at, group)


def _goes_on(course: Disturbance) -> bool:
    """Whether a component that stands still fails, so that another that begins to is part of the same."""
    closing = course.closing
    if course.severity.down:
        return closing.quiet_s < TOGETHER_S
    return not closing.monitoring


def _joins(now: Episodes, at: float) -> list[Transition]:
    """Components with enough evidence of their own while others fail already: no longer a question of false alarms."""
    if not any(_goes_on(now.courses[c]) for c in now.standing):
        return []
    enough = JOINS_S / now.settings.interval_s
    fresh = [
        c
        for c in sorted(now.courses)
        if c not in now.standing and _failures(now, c) >= OWN_FAILURES and _own(now, c) >= enough
    ]
    return [_opens(now, fresh, at)] if fresh else []


def _solid(now: Episodes, at: float) -> list[Transition]:
    """Components of which nothing has worked for minutes: never a matter of evidence."""
    fresh = []
    for component, course in now.courses.items():
        if component in now.standing or at - course.began < SOLID_S:
            continue
        streams = now.streams_of(component)
        failing = [s for s in streams if s.failed and s.ok_at < at - SOLID_S]
        if streams and len(failing) == len(streams) and sum(s.run.length for s in streams) >= SOLID_FAILURES:
            fresh.append(component)
    return [_opens(now, sorted(fresh), at)] if fresh else []


def _transition(now: Episodes, event: Event, at: float, group: float) -> Transition:
    components = tuple(sorted(c for c in now.standing if now.groups[c] == group))
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
    why = counted(severity, courses, kind, over=event == "resolved")
    rate, (low, high) = severity.rate, severity.interval()
    if event == "resolved":
        rate = sum(c.said[0] for c in courses) / len(courses)
        low, high = min(c.said[1] for c in courses), max(c.said[2] for c in courses)
    failed_at = max(c.failed_at for c in courses)
    down = kind == "failures" and any(c.severity.down for c in courses)
    return Transition(at, event, scope, components, state, rate, low, high, kind, began, vantage, why, failed_at, down)


def _changes(now: Episodes, at: float) -> list[Transition]:
    changed = set()
    for component in now.standing:
        course = now.courses[component]
        # quiet while it ends is not a milder form of it
        if not course.closing.quiet_s and course.severity.classify():
            changed.add(now.groups[component])
    return [_transition(now, "changed", at, group) for group in sorted(changed)]


def _ends(now: Episodes, at: float) -> list[Transition]:
    over = [c for c in sorted(now.standing) if now.courses[c].closing.over]
    steps = []
    for group in sorted({now.groups[c] for c in over}):
        components = [c for c in over if now.groups[c] == group]
        courses = [now.courses[c] for c in components]
        scope: Scope = "service" if len(components) > 1 and len(components) == len(now.components()) else "component"
        whole = pooled(c.severity for c in courses)
        steps.append(_said(at, "resolved", scope, tuple(components), courses, whole, State.OPERATIONAL))
    if over:
        now.detector.begin_anew(over)
    for component in over:
        now.detector.was_short(component, now.courses[component])
        del now.standing[component], now.courses[component], now.groups[component]
        now.detector.settled.discard(component)
    return steps


def _vantage_begins(now: Episodes, vantage: str, at: float) -> Transition:
    failing = {name for name, c in now.courses.items() if vantage in c.vantages}
    began = [now.courses[name] for name in sorted(failing)]
    failed_at = max((c.failed_at for c in began), default=at)
    course = Disturbance(min((c.began for c in began), default=at), at, failed_at)
    streams = [s for s in now.detector.streams.values() if s.vantage == vantage]
    for other in began:
        for symptom, n in other.symptoms.items():
            course.symptoms[symptom] = course.symptoms.get(symptom, 0) + n
    course.vantages[vantage] = sum(course.symptoms.values())
    course.severity = pooled(c.severity for c in began)
    now.vantages[vantage] = course
    now.courses = {c: x for c, x in now.courses.items() if c in now.standing}
    now.detector.mute(vantage)
    now.detector.begin_anew(now.components())
    components = tuple(sorted({s.component for s in streams} & failing)) or tuple(sorted(failing))
    course.severity.classify()
    return _said(at, "opened", "vantage", components, [course], course.severity, State.UNKNOWN, vantage=vantage)


def _vantage_ends(now: Episodes, at: float) -> list[Transition]:
    if not now.vantages:
        return []
    steps = []
    streams = now.detector.streams.values()
    left_out = {s.vantage for s in streams if s.apart}
    for vantage in [v for v, c in now.vantages.items() if c.closing.over or v not in left_out]:
        course = now.vantages.pop(vantage)
        now.detector.unmute(vantage)
        now.detector.begin_anew(())
        if not course.closing.over:
            _returns(now, vantage)
        components = tuple(sorted({s.component for s in streams if s.vantage == vantage}))
        steps.append(
            _said(at, "resolved", "vantage", components, [course], course.severity, State.OPERATIONAL, vantage=vantage)
        )
    return steps


def _returns(now: Episodes, vantage: str) -> None:
    """Nobody else measures what fails from this vantage any more: its failures are the components' again."""
    for stream in now.detector.streams.values():
        if stream.vantage == vantage and stream.failed and stream.component not in now.courses:
            run = stream.run
            course = Disturbance(run.first_at, stream.at, stream.at)
            course.vantages[vantage] = course.symptoms[stream.symptom or "failed"] = run.length
            now.courses[stream.component] = course


def _slowness(now: Episodes, component: str, at: float) -> list[Transition]:
    course, pace = now.slow[component], now.paces[component]
    if component in now.slowing:
        if not course.closing.over:
            return []
        del now.slowing[component], now.slow[component]
        pace.forget()
        event: Event = "resolved"
    else:
        measured = {s.vantage for s in now.streams_of(component)}
        one_sided = len(measured) > 1 and len(course.vantages) == 1
        failing = component in now.standing or one_sided
        if failing or not now.detector.threshold or pace.value < SHARE * now.detector.threshold:
            return []
        now.slowing[component] = at
        event = "opened"
    state = State.DEGRADED if event == "opened" else State.OPERATIONAL
    return [_said(at, event, "component", (component,), [course], course.severity, state, "slowness")]
