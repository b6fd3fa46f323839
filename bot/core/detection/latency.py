"""Slowness: the same Shiryaev-Roberts sums on how many times longer than usual an answer took. Pure.

An answer's level is how many of `TIMES` the usual latency it exceeds; it counts as slow from the second on (twice as
long). If a share s of the answers is slow, its odds are 1 - s + s q/u with q the chance of its level among slow
answers (`SLOW`) and u among usual ones.

The usual latency is the median, followed by small steps on the logarithm (each look moves it by `STEP` towards the
side it was on), apart for the total time and for the time to the first byte. It stands still while the evidence is
high, so that slowness never becomes usual. The usual share of slow answers is learned like the usual failures: only
from what was cleared.
"""

from dataclasses import dataclass, field
from math import exp, log

SHARES = (0.12, 0.2, 0.35, 0.55, 0.9)
TIMES = (1.6, 2.0, 3.0)
SLOW = (0.15, 0.15, 0.3, 0.4)
USUAL = (0.9, 0.06, 0.03, 0.01)
LEAST = (0.5, 0.02, 0.01, 0.004)
IS_SLOW = 2
LATEST = 9
"""Answers whose median is the latency of the present."""
WARM_LOOKS = 40
STEP = 0.004
LEAST_MS = 200.0
"""Below this nobody feels the difference, however many times the usual it is."""
PRIOR_LOOKS = 60.0
WEEK_LOOKS = 20160.0
LOW = 30.0
HIGHEST = 1e30


@dataclass(slots=True)
class Median:
    """A running median of log milliseconds."""

    log_ms: float = 0.0
    looks: int = 0

    def level(self, ms: float) -> int:
        """How many of `TIMES` the usual it exceeds; none before the median is known."""
        usual = self.ms
        if usual is None or ms - usual <= LEAST_MS:
            return 0
        return sum(ms > usual * t for t in TIMES)

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
class LatencyDetector:
    """The evidence of slowness of one component; medians by stream and metric."""

    sums: list[float] = field(default_factory=lambda: [0.0 for _ in SHARES])
    value: float = 0.0
    medians: dict[str, Median] = field(default_factory=dict)
    levels: list[float] = field(default_factory=lambda: [0.0 for _ in USUAL])
    pending: list[float] = field(default_factory=lambda: [0.0 for _ in USUAL])
    recent_ms: float | None = None
    latest: list[float] = field(default_factory=list)
    slow: list[bool] = field(default_factory=list)

    @property
    def rate(self) -> float:
        """The usual share of slow answers."""
        return sum(self.usual(level) for level in range(IS_SLOW, len(USUAL)))

    def usual(self, level: int) -> float:
        """The usual share of answers of this level."""
        share = (self.levels[level] + PRIOR_LOOKS * USUAL[level]) / (sum(self.levels) + PRIOR_LOOKS)
        return max(LEAST[level], share)

    def judge(self, where: str, total_ms: float | None, first_ms: float | None, *, slow: bool) -> int:
        """The level of one answer by its total or its first byte; learns their medians when all is quiet."""
        level = IS_SLOW if slow else 0
        for metric, ms in (("total", total_ms), ("first", first_ms)):
            if ms is not None:
                median = self.medians.setdefault(f"{where}/{metric}", Median())
                level = max(level, median.level(ms))
                if self.value < LOW:
                    median.learn(ms)
        if total_ms is not None:
            self.latest = [*self.latest[1 - LATEST :], total_ms]
            self.recent_ms = sorted(self.latest)[len(self.latest) // 2]
        self.slow = [*self.slow[1 - LATEST :], level >= IS_SLOW]
        return level

    @property
    def slow_lately(self) -> bool:
        """Whether most of the latest answers were slow."""
        return sum(self.slow) * 2 > len(self.slow)

    def take(self, level: int) -> None:
        """One answer into the sums."""
        ratio = SLOW[level] / self.usual(level)
        self.sums = [min(HIGHEST, (r + 1) * (1 - s + s * ratio)) for r, s in zip(self.sums, SHARES, strict=True)]
        self.value = sum(self.sums) / len(SHARES)
        self.pending[level] += 1
        if self.value < LOW:
            fade = exp(-sum(self.pending) / WEEK_LOOKS)
            self.levels = [n * fade + new for n, new in zip(self.levels, self.pending, strict=True)]
            self.pending = [0.0 for _ in USUAL]

    def forget(self) -> None:
        """Begin anew after an episode, with nothing pending."""
        self.sums = [0.0 for _ in SHARES]
        self.value = 0.0
        self.pending = [0.0 for _ in USUAL]

    def usual_ms(self) -> float | None:
        """The usual total time, over all streams."""
        known = [m.ms for name, m in self.medians.items() if name.endswith("/total")]
        values = sorted(ms for ms in known if ms is not None)
        return values[len(values) // 2] if values else None
