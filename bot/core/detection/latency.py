"""Slowness: the same Shiryaev-Roberts sums on how many times longer than usual an answer took. Pure.

An answer's level is its time over the usual one in quarters of an octave, from half to eight times; how often each
level comes is learned. The alternatives are made from that: a share f of the answers takes k times as long, so a level
has the chance (1 - f) usual(level) + f usual(level of 1/k of that time). Whatever the shape of the usual times, the
odds against them are right, and a target whose times vary little is found out sooner. An answer that is not `LEAST_MS`
slower than usual never speaks for slowness. Where the times of one answer and the next go together, each says less: the
logarithm of the odds is taken (1 - c) / (1 + c) times, c the correlation from answer to answer that was learned.

The usual time is the median, followed by small steps on the logarithm (each look moves it by `STEP` towards the
side it was on), apart for the total time and for the time to the first byte: so it follows the hours of the day, and
what doubles within an hour is slowness. It stands still while an episode goes on, so that this never becomes usual. The
first `WARM_LOOKS` answers are taken as usual; later levels are learned like the usual failures: only what was cleared.
Until then only the check's own limit says "slow" (`by_limit`): the same sums on how many answers are beyond it, of
which a share of `BEYOND` is presumed to be usual.
"""

from dataclasses import dataclass, field
from math import erfc, exp, log, sqrt
from statistics import median

OCTAVE = 4
"""Levels in which a time doubles."""
LOWEST, TOP = -4, 12
LEVELS = TOP - LOWEST + 1
PER_LOG = OCTAVE / log(2)
ALTERNATIVES = (
    (0.9, (4,), 0.27),
    (0.9, (5, 6, 7), 0.18),
    (0.6, (4,), 0.15),
    (0.6, (5, 6, 7), 0.15),
    (0.3, (4, 6), 0.08),
    (0.3, (7, 9), 0.07),
    (0.15, (5, 7, 9), 0.10),
)
"""Share of the answers, by how many levels they are slower (each alike), prior: twice to five times as long."""
WEIGHTS = tuple(w for _, _, w in ALTERNATIVES)
SPREAD, SPREAD_LOOKS = 0.8, 30.0
"""At first times are taken to vary by this on the logarithm, as those of language models do; worth so many answers."""
LEAST_SHARE = 0.0007
"""No level is rarer: bounds what one answer can say, as nobody has seen the tail of a distribution."""
FRESH = 0.02
"""Odds are reckoned anew when the answers known have become this share more."""
APART = 200.0
"""Squares of levels that speak for no correlation at first."""
SHARE = 0.4
"""The share of the threshold of failures that opens slowness.

Simulated for six months each at a result every 30 s: lognormal times of spread 0.35, of 0.8, heavy tails, following the
clock by 35%, correlated by 0.3 and by 0.6 gave one false alarm in these 36 months (spread 0.8), three at a tenth of the
threshold. Three minutes of threefold times once a day are slowness, and are told eight times a month.
"""
SLOW = 4
"""From this level on (twice as long) an answer counts as slow."""
LATEST = 9
"""Answers whose median is the latency of the present."""
WARM_LOOKS = 240
"""So many answers make the first median. Of 40 simulated targets whose times spread by 0.8, four had a false alarm in
their first 1,500 answers with 40 of them, two with 160, none with 240. Until then only a check's own limit says "slow".
"""
BEYOND, BEYOND_LOOKS, MOST = 0.1, 40.0, 0.6
"""The usual share of answers beyond a check's own limit at first, how many answers that is worth, and the least share
looked for: a limit that one answer in five exceeds as a rule is no slowness.
"""
STEP = 0.004
LEAST_MS = 200.0
"""Below this nobody feels the difference, however many times the usual it is."""
WEEK_LOOKS = 20160.0
LOW = 30.0
HIGHEST = 1e30


def _normal(level: int) -> float:
    """The chance of a level if times are lognormal with `SPREAD`; the outermost levels hold what lies beyond."""
    width = log(2) / OCTAVE / SPREAD
    below = 0.0 if level == LOWEST else _phi((level - 0.5) * width)
    above = 1.0 if level == TOP else _phi((level + 0.5) * width)
    return above - below


def _phi(z: float) -> float:
    return 0.5 * erfc(-z / sqrt(2))


FIRST = tuple(SPREAD_LOOKS * _normal(level) for level in range(LOWEST, TOP + 1))


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast one answer was: its level, and whether anybody would feel that it is slower than usual."""

    level: int
    felt: bool

    @property
    def slow(self) -> bool:
        return self.felt and self.level >= SLOW


MARKED = Pace(SLOW, felt=True)
"""What an answer counts as at least that was found slow by the check's own limit."""


@dataclass(slots=True)
class Median:
    """A running median of log milliseconds; the `first` ones are kept until there are enough of them."""

    log_ms: float = 0.0
    looks: int = 0
    first: list[float] = field(default_factory=list)

    def pace(self, ms: float) -> Pace | None:
        """How it compares with the usual; None before the median is known."""
        if self.looks < WARM_LOOKS:
            return None
        return Pace(self.level(log(ms)), ms - exp(self.log_ms) > LEAST_MS)

    def level(self, log_ms: float) -> int:
        """The level of a time."""
        return min(TOP, max(LOWEST, round((log_ms - self.log_ms) * PER_LOG)))

    def learn(self, ms: float) -> list[int]:
        """Move towards this value; the levels of the first ones as soon as their median is known."""
        x = log(ms)
        self.looks += 1
        if self.looks > WARM_LOOKS:
            step = max(STEP, 0.6 / self.looks)
            self.log_ms += step if x > self.log_ms else -step
            return []
        self.first.append(x)
        self.log_ms = median(self.first)
        if self.looks < WARM_LOOKS:
            return []
        first, self.first = self.first, []
        return [self.level(one) for one in first]

    @property
    def ms(self) -> float | None:
        return exp(self.log_ms) if self.looks >= WARM_LOOKS else None


@dataclass(slots=True)
class LatencyDetector:
    """The evidence of slowness of one component; medians by stream and metric.

    `levels` counts the usual answers of each level, `cleared` those that will be added to them next, `pending` those of
    which it is not known yet whether they are usual. `products` and `squares` are those of successive levels, `weight`
    is how much of its logarithm each answer's odds are worth.
    """

    sums: list[float] = field(default_factory=lambda: [0.0 for _ in ALTERNATIVES])
    value: float = 0.0
    medians: dict[str, Median] = field(default_factory=dict)
    levels: list[float] = field(default_factory=lambda: [0.0] * LEVELS)
    pending: list[float] = field(default_factory=lambda: [0.0] * LEVELS)
    waiting: int = 0
    recent_ms: float | None = None
    latest: list[float] = field(default_factory=list)
    slow: list[bool] = field(default_factory=list)
    cleared: list[float] = field(default_factory=lambda: [0.0] * LEVELS)
    last: int = 0
    products: float = 0.0
    squares: float = 0.0
    weight: float = 1.0
    odds: dict[int, list[float]] = field(default_factory=dict)
    within: float = 0.0
    beyond: float = 0.0

    def __post_init__(self) -> None:
        """A state of a release with other levels or alternatives: they begin anew, the medians stay."""
        if len(self.levels) != LEVELS or len(self.sums) != len(ALTERNATIVES):
            self.levels, self.cleared = [0.0] * LEVELS, [0.0] * LEVELS
            self.forget()

    @property
    def rate(self) -> float:
        """The usual share of slow answers."""
        return sum(self.usual(level) for level in range(SLOW, TOP + 1))

    def usual(self, level: int) -> float:
        """The usual share of answers of this level."""
        place = level - LOWEST
        return max(LEAST_SHARE, (self.levels[place] + FIRST[place]) / (sum(self.levels) + SPREAD_LOOKS))

    def judge(
        self, where: str, total_ms: float | None, first_ms: float | None, *, slow: bool, learns: bool = True
    ) -> Pace | None:
        """How fast one answer was by its total or its first byte, None if nobody knows; `learns` their medians."""
        pace = MARKED if slow else None
        for metric, ms in (("total", total_ms), ("first", first_ms)):
            if ms is not None:
                usual = self.medians.setdefault(f"{where}/{metric}", Median())
                one = usual.pace(ms)
                if one is not None and (pace is None or (one.felt, one.level) > (pace.felt, pace.level)):
                    pace = one
                if learns:
                    for level in usual.learn(ms):
                        self._clear(level)
        if total_ms is not None:
            self.latest = [*self.latest[1 - LATEST :], total_ms]
            self.recent_ms = sorted(self.latest)[len(self.latest) // 2]
        self.slow = [*self.slow[1 - LATEST :], pace is not None and pace.slow]
        return pace

    @property
    def slow_lately(self) -> bool:
        """Whether most of the latest answers were slow."""
        return sum(self.slow) * 2 > len(self.slow)

    def take(self, pace: Pace) -> None:
        """One answer into the sums."""
        odds = self.odds.get(pace.level) or self._odds(pace.level)
        level = min(SLOW, pace.level)
        self.products += level * self.last
        self.squares += level * level
        self.last = level
        if pace.felt:
            self.sums = [min(HIGHEST, (r + 1) * o) for r, o in zip(self.sums, odds, strict=True)]
        else:
            self.sums = [min(HIGHEST, (r + 1) * min(1.0, o)) for r, o in zip(self.sums, odds, strict=True)]
        self.value = sum(w * r for w, r in zip(WEIGHTS, self.sums, strict=True))
        if self.value >= LOW:
            self.pending[pace.level - LOWEST] += 1
            self.waiting += 1
            return
        self._clear(pace.level)
        if self.waiting:
            self.cleared = [a + b for a, b in zip(self.cleared, self.pending, strict=True)]
            self.pending, self.waiting = [0.0] * LEVELS, 0

    def knows(self, where: str) -> bool:
        """Whether a median of this stream is known."""
        medians = (self.medians.get(f"{where}/{metric}") for metric in ("total", "first"))
        return any(m is not None and m.ms is not None for m in medians)

    def by_limit(self, *, slow: bool) -> None:
        """One answer of a stream whose median is not known yet, within the check's own limit or not."""
        usual = (self.beyond + BEYOND * BEYOND_LOOKS) / (self.within + self.beyond + BEYOND_LOOKS)
        shares = [max(f, MOST, min(0.95, 2 * usual)) for f, _, _ in ALTERNATIVES]
        odds = [f / usual if slow else (1 - f) / (1 - usual) for f in shares]
        self.sums = [min(HIGHEST, (r + 1) * o) for r, o in zip(self.sums, odds, strict=True)]
        self.value = sum(w * r for w, r in zip(WEIGHTS, self.sums, strict=True))
        if not slow:
            self.within += 1
        elif self.value < LOW:
            self.beyond += 1

    def _clear(self, level: int) -> None:
        """An answer of this level was usual; when enough of them are new, the odds follow."""
        self.cleared[level - LOWEST] += 1
        new = sum(self.cleared)
        if new >= FRESH * (sum(self.levels) + SPREAD_LOOKS):
            fade = exp(-new / WEEK_LOOKS)
            self.levels = [n * fade + more for n, more in zip(self.levels, self.cleared, strict=True)]
            self.cleared, self.odds = [0.0] * LEVELS, {}
            self.products, self.squares = self.products * fade, self.squares * fade
            together = max(0.0, self.products / (self.squares + APART))
            self.weight = (1 - together) / (1 + together)

    def _odds(self, level: int) -> list[float]:
        """How much likelier a level is under each alternative than usual."""
        usual = self.usual(level)
        found = self.odds[level] = [
            (1 - f + f * sum(self._slowed(level, k) for k in by) / len(by) / usual) ** self.weight
            for f, by, _ in ALTERNATIVES
        ]
        return found

    def _slowed(self, level: int, by: int) -> float:
        """The chance of this level if all answers are `by` levels slower than usual."""
        if level == TOP:
            return sum(self.usual(one) for one in range(TOP - by, TOP + 1))
        return self.usual(level - by) if level - by >= LOWEST else 0.0

    def forget(self) -> None:
        """Begin anew after an episode, with nothing pending."""
        self.sums = [0.0 for _ in ALTERNATIVES]
        self.value = 0.0
        self.pending, self.waiting = [0.0] * LEVELS, 0

    def usual_ms(self) -> float | None:
        """The usual total time, over all streams."""
        known = [m.ms for name, m in self.medians.items() if name.endswith("/total")]
        values = sorted(ms for ms in known if ms is not None)
        return values[len(values) // 2] if values else None
