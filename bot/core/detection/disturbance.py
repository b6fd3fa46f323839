"""The course of a disturbance of one component (or one vantage) since its first failure. Pure."""

from dataclasses import dataclass, field

from bot.core.detection.classification import Sample, reported
from bot.core.detection.recovery import RecoveryTest
from bot.core.detection.severity import Severity

LATEST = 8
SYMPTOMS = 8
AGAIN = 3
"""Failures in a row after a total outage was mended that make it another one, counted by itself."""


@dataclass(slots=True)
class Disturbance:
    """What has been seen since `began`; the failure that began it does not count towards the rate.

    `said` is the rate with its interval as of the last failure of the episode itself: what is said when it is over.
    Counts and rate are those since `counted_at` (-1: since it began); `back` counts the failures in a row since nothing
    failed for a while.
    """

    began: float
    seen_at: float
    failed_at: float
    severity: Severity = field(default_factory=Severity)
    closing: RecoveryTest = field(default_factory=RecoveryTest)
    symptoms: dict[str, int] = field(default_factory=dict)
    vantages: dict[str, int] = field(default_factory=dict)
    latest: list[tuple[float, str, str]] = field(default_factory=list)
    said: tuple[float, float, float] = (1.0, 0.0, 1.0)
    counted_at: float = -1.0
    back: int = 0

    def take(self, result: Sample, dt: float, usual: float, *, failed_before: bool, counts: bool = True) -> None:
        """One look, `dt` after the stream's last; `usual` the usual chance of a failure."""
        passed = min(result.at - self.seen_at, dt)
        self.seen_at = max(self.seen_at, result.at)
        if counts:
            self.severity.take(result.at, dt, result.failed, failed_before)
        if not result.failed:
            self.back = 0
            self.closing.quiet(max(0.0, passed), usual, self.severity.rate)
            if self.symptoms and all(map(reported, self.symptoms)):
                self.closing.mend()
            return
        if self.back or (self.closing.hard and self.closing.monitoring):
            self.back += 1
        self.closing.failure(max(0.0, passed), usual, self.severity.rate)
        if self.closing.value <= 0 and self.severity.total:
            self.said = (self.severity.rate, *self.severity.interval())
        self.failed_at = max(self.failed_at, result.at)
        self.vantages[result.vantage] = self.vantages.get(result.vantage, 0) + 1
        word = result.symptom or "failed"
        if word in self.symptoms or len(self.symptoms) < SYMPTOMS:
            self.symptoms[word] = self.symptoms.get(word, 0) + 1
        self.latest = [*self.latest[1 - LATEST :], (result.at, result.vantage, word)]
        if self.back == AGAIN:
            self._count_anew(dt)

    @property
    def counted_from(self) -> float:
        """Since when it is counted."""
        return self.began if self.counted_at < 0 else self.counted_at

    def _count_anew(self, dt: float) -> None:
        """It failed totally, was mended, and fails again: what was counted before says nothing of the present."""
        self.back, self.severity, self.symptoms, self.vantages = 0, Severity(), {}, {}
        self.counted_at = self.latest[-AGAIN][0]
        for at, vantage, word in self.latest[-AGAIN:]:
            if at > self.counted_at or self.symptoms:  # the first one began it, and is no sample of the rate
                self.severity.take(at, dt, failed=True, failed_before=True)
            self.symptoms[word] = self.symptoms.get(word, 0) + 1
            self.vantages[vantage] = self.vantages.get(vantage, 0) + 1

    @property
    def ranked(self) -> tuple[tuple[str, int], ...]:
        """Symptoms, most frequent first."""
        return tuple(sorted(self.symptoms.items(), key=lambda item: (-item[1], item[0])))


def begun(result: Sample) -> Disturbance:
    """A course that begins with this failure."""
    course = Disturbance(result.at, result.at, result.at)
    course.take(result, 0.0, 1.0, failed_before=False, counts=False)
    course.closing = RecoveryTest(hard=True)
    return course
