"""Episodes of trouble: when one begins, whom it concerns, how it changes, when it ends. Pure.

One vendor episode of failures at a time, over the components it concerns; slowness by component; trouble of a vantage
of its own. Openings come from the evidence, ends from the reverse test of each course.
"""

from dataclasses import dataclass, replace

from bot.core.detection import deciding
from bot.core.detection.assessment import AssessorSettings, Transition
from bot.core.detection.attention import Attention
from bot.core.detection.course import Course, begun
from bot.core.detection.detector import LOW, Detector, Name
from bot.core.detection.evidence import Result
from bot.core.detection.hearing import Hearing
from bot.core.detection.pace import IS_SLOW, Pace
from bot.core.detection.reprobe import ATTENTIVE

USUAL_DISTANCE = 0.3
"""A look is at its usual distance if the time since the last is within this share of the interval."""

FORGOTTEN = 100.0
"""Evidence below which the failures so far are no longer taken for the beginning of something."""
FLOOD = 30_000.0
"""Evidence of the probes without which no number of reports opens an episode."""


@dataclass(frozen=True, slots=True)
class Calm:
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
        self.courses: dict[str, Course] = {}
        self.vantages: dict[str, Course] = {}
        self.slow: dict[str, Course] = {}
        self.paces: dict[str, Pace] = {}
        self.hearings: dict[str, Hearing] = {}
        self.standing: dict[str, float] = {}
        self.slowing: dict[str, float] = {}
        self.quiet = True

    def components(self) -> list[str]:
        """Those configured and those seen."""
        seen = {s.component for s in self.detector.streams.values()}
        return sorted(seen.union(self.settings.components))

    def vantages_of(self, component: str) -> list[str]:
        """Where a component is measured."""
        return sorted({s.vantage for s in self.detector.streams.values() if s.component == component})

    def knows(self, result: Result) -> bool:
        """Whether the result's stream is there already."""
        return (result.vantage, result.component, result.check) in self.detector.streams

    def can_wait(self, run: Calm) -> bool:
        """Whether successes can wait: the evidence is low, no episode stands, and the last look was a success too."""
        stream = self.detector.streams.get((run.vantage, run.component, run.check))
        if not self.quiet or stream is None or stream.failed or stream.at < 0:
            return False
        interval = self.settings.interval_s
        return abs(run.at - stream.at - run.count * interval) <= USUAL_DISTANCE * interval

    def wait(self, run: Calm) -> None:
        """Keep successes for later."""
        stream = self.detector.streams[(run.vantage, run.component, run.check)]
        stream.calm(run.count, run.at, self.settings.interval_s)

    def take(self, result: Result, now: float) -> bool:
        """Take in one result; False if nothing can follow from it."""
        timed = result.total_ms is not None or result.first_ms is not None or result.slow
        if timed:
            self._pace(result, now)
        if not result.failed and self.quiet:
            run = Calm(result.vantage, result.component, result.check, 1, now)
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
            self.hearings.setdefault(key, Hearing()).report(now, n, quiet=not self.standing)

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
        steps = deciding.decided(self, now)
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

    def _follow(self, result: Result, dt: float, usual: float, *, failed_before: bool) -> None:
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

    def _pace(self, result: Result, now: float) -> None:
        if result.failed or result.vantage in self.detector.muted:
            return
        pace = self.paces.setdefault(result.component, Pace())
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
