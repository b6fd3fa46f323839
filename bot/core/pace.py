"""Slowness: the same Shiryaev-Roberts sums on "this answer took more than twice as long as usual". Pure.

The usual latency is the median, followed by small steps on the logarithm (each look moves it by `STEP` towards the
side it was on), apart for the total time and for the time to the first byte. It stands still while the evidence is
high, so that slowness never becomes usual. The usual share of slow answers is learned like the usual failures: only
from what was cleared.
"""

from dataclasses import dataclass, field
from math import exp, log

SHARES = (0.12, 0.2, 0.35, 0.55, 0.9)
ABOVE = 2.5
WARM_LOOKS = 40
STEP = 0.004
TWICE = log(2)
LEAST_MS = 200.0
"""Below this nobody feels the difference, however many times the usual it is."""
FLOOR, CAP = 0.01, 0.2
PRIOR_SLOW, PRIOR_LOOKS = 1.0, 40.0
WEEK_LOOKS = 20160.0
LOW = 30.0
HIGHEST = 1e30


@dataclass(slots=True)
class Median:
    """A running median of log milliseconds."""

    log_ms: float = 0.0
    looks: int = 0

    def slow(self, ms: float) -> bool:
        """Whether this one is slow; nothing is before the median is known."""
        late = log(ms) - self.log_ms > TWICE and ms - exp(self.log_ms) > LEAST_MS
        return late and self.looks >= WARM_LOOKS

    def learn(self, ms: float) -> None:
        """Move towards this value; the first ones in larger steps."""
        x = log(ms)
        self.looks += 1
        if self.looks == 1:
            self.log_ms = x
            return
        step = max(STEP, 0.6 / self.looks)
        self.log_ms += step if x > self.log_ms else -step

    @property
    def ms(self) -> float | None:
        return exp(self.log_ms) if self.looks >= WARM_LOOKS else None


@dataclass(slots=True)
class Pace:
    """The evidence of slowness of one component; medians by stream and metric."""

    sums: list[float] = field(default_factory=lambda: [0.0 for _ in SHARES])
    value: float = 0.0
    medians: dict[str, Median] = field(default_factory=dict)
    slow: float = 0.0
    looks: float = 0.0
    pending_slow: float = 0.0
    pending_looks: float = 0.0
    recent_ms: float | None = None

    @property
    def rate(self) -> float:
        """The usual share of slow answers."""
        return min(CAP, max(FLOOR, (self.slow + PRIOR_SLOW) / (self.looks + PRIOR_LOOKS)))

    def judge(self, where: str, total_ms: float | None, first_ms: float | None, *, slow: bool) -> bool:
        """Whether one answer is slow by its total or its first byte; learns their medians when all is quiet."""
        for metric, ms in (("total", total_ms), ("first", first_ms)):
            if ms is not None:
                median = self.medians.setdefault(f"{where}/{metric}", Median())
                slow = median.slow(ms) or slow
                if self.value < LOW:
                    median.learn(ms)
        if total_ms is not None:
            self.recent_ms = total_ms if self.recent_ms is None else self.recent_ms + 0.1 * (total_ms - self.recent_ms)
        return slow

    def take(self, slow: bool) -> None:
        """One answer into the sums."""
        usual = self.rate
        odds = []
        for share in SHARES:
            g = max(share, min(0.9, ABOVE * usual))
            odds.append(g / usual if slow else (1 - g) / (1 - usual))
        self.sums = [min(HIGHEST, (r + 1) * x) for r, x in zip(self.sums, odds, strict=True)]
        self.value = sum(self.sums) / len(SHARES)
        self.pending_looks += 1
        self.pending_slow += slow
        if self.value < LOW:
            fade = exp(-self.pending_looks / WEEK_LOOKS)
            self.slow = self.slow * fade + self.pending_slow
            self.looks = self.looks * fade + self.pending_looks
            self.pending_slow = self.pending_looks = 0.0

    def forget(self) -> None:
        """Begin anew after an episode, with nothing pending."""
        self.sums = [0.0 for _ in SHARES]
        self.value = self.pending_slow = self.pending_looks = 0.0

    def usual_ms(self) -> float | None:
        """The usual total time, over all streams."""
        known = [m.ms for name, m in self.medians.items() if name.endswith("/total")]
        values = sorted(ms for ms in known if ms is not None)
        return values[len(values) // 2] if values else None
