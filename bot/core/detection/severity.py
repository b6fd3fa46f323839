"""How bad it is: the rate of failures with an interval that covers, and a class that does not flap. Pure.

Looks are weighed by the time they stand for (re-probes crowd around failures), faded with a time constant of twenty
minutes. The interval is Wilson's on an effective number of looks: fewer than were made, by the weights and by how
failures keep together (design effect (1+c)/(1-c) of the correlation c from look to look, shrunk to `TOGETHER` while
little is known: a run of nothing but failures may be one burst).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

from bot.core.stats.intervals import FADES_S, Z_LOW, wilson
from probes.model import State

WEIGH_S = 30.0
TOGETHER, TOGETHER_WEIGHT = 0.7, 8.0


CLASSES = ((0.2, "intermittent"), (0.5, "degraded"), (0.9, "major"), (1.01, "full"))
STUBBORN = 10
"""After so many results per stream that disagree with the class, it changes even if the interval does not say so."""


@dataclass(slots=True)
class Severity:
    """Faded sums of one episode and component."""

    failed_w: float = 0.0
    weight: float = 0.0
    squares: float = 0.0
    pairs: float = 0.0
    repeats: float = 0.0
    at: float = -1.0
    failed: int = 0
    total: int = 0
    level: int = -1
    against: int = 0

    def take(self, at: float, dt: float, failed: bool, failed_before: bool) -> None:
        """One look, `dt` after the stream's last."""
        if self.at >= 0 and at > self.at:
            fade = exp(-(at - self.at) / FADES_S)
            self.failed_w *= fade
            self.weight *= fade
            self.squares *= fade * fade
            self.pairs *= fade
            self.repeats *= fade
        self.at = at
        w = min(max(dt, 1.0), WEIGH_S) / WEIGH_S
        self.failed_w += w * failed
        self.weight += w
        self.squares += w * w
        if failed_before:
            self.pairs += 1
            self.repeats += failed
        self.failed += failed
        self.total += 1

    @property
    def rate(self) -> float:
        return self.failed_w / self.weight if self.weight > 0 else 1.0

    def interval(self) -> tuple[float, float]:
        """The 95 % interval of the rate."""
        n = self.weight * self.weight / self.squares if self.squares > 0 else 0.0
        if n <= 0:
            return 0.0, 1.0
        rate = self.rate
        smooth = (rate * n + 0.5) / (n + 1)
        again = (self.repeats + TOGETHER_WEIGHT * (smooth + (1 - smooth) * TOGETHER)) / (self.pairs + TOGETHER_WEIGHT)
        together = min(0.98, max(0.0, (again - smooth) / (1 - smooth)))
        n = max(0.5, n * (1 - together) / (1 + together))
        # an episode begins when more fail than on average, so the truth is rather below
        return wilson(rate, n, Z_LOW)[0], wilson(rate, n)[1]

    def classify(self, streams: int) -> bool:
        """Settle the class; True if it changed."""
        rate = self.rate
        now = next(i for i, (below, _) in enumerate(CLASSES) if rate < below)
        if self.level < 0:
            self.level = now
            return True
        if now == self.level:
            self.against = 0
            return False
        self.against += 1
        low, high = self.interval()
        bottom = CLASSES[self.level - 1][0] if self.level else 0.0
        if (low <= CLASSES[self.level][0] and high >= bottom) and self.against < STUBBORN * max(1, streams):
            return False
        self.level, self.against = now, 0
        return True

    @property
    def word(self) -> str:
        return CLASSES[max(self.level, 0)][1]

    @property
    def state(self) -> State:
        return State.MAJOR if self.level >= 2 else State.PARTIAL


def pooled(parts: Iterable[Severity]) -> Severity:
    """Several components' looks as one."""
    whole = Severity()
    for part in parts:
        whole.failed_w += part.failed_w
        whole.weight += part.weight
        whole.squares += part.squares
        whole.pairs += part.pairs
        whole.repeats += part.repeats
        whole.failed += part.failed
        whole.total += part.total
        whole.at = max(whole.at, part.at)
    return whole
