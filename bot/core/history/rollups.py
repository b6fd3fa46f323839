"""What a component's results came to by minute, hour and day: numbers that add. Pure.

Because they add, the sum over whole buckets is exact whatever their size, late rows find their own bucket at any age,
and a span costs the same however long ago it was. Time in trouble is from its first failure to its last, as far as that
was watched; an alert comes later than the first, so time may be moved from one state to another by adding to the one
what is taken from the other. Time that nobody judged, or of which nothing was known, is in no state: it is what is
missing from the length of the bucket.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Self

from bot.core.stats.histogram import BINS
from probes.model import State

HELD = (State.OPERATIONAL, State.DEGRADED, State.PARTIAL, State.MAJOR, State.MAINTENANCE)
"""The states of which time is kept, in order; unknown is what is left."""
OUTCOMES = ("ok", "slow", "failed", "unusable")
_DAY = 86_400


@dataclass(frozen=True, slots=True)
class Level:
    """One resolution: buckets of `seconds`, `chunk` of them kept under one key, for `kept_s` after the chunk's end."""

    kind: str
    seconds: int
    chunk: int
    kept_s: int

    def number(self, at: float) -> int:
        """The bucket of a moment, counted since the epoch."""
        return int(at // self.seconds)

    def left_s(self, chunk: int, now: float) -> int:
        """How long a chunk is still kept; 0 or less: not any more."""
        return int((chunk + 1) * self.chunk * self.seconds + self.kept_s - now)


MINUTES = Level("minutes", 60, 60, 2 * _DAY)
HOURS = Level("hours", 3_600, 24, 91 * _DAY)
DAYS = Level("days", _DAY, 128, 5 * 365 * _DAY)
LEVELS = (MINUTES, HOURS, DAYS)


@dataclass(slots=True)
class Rollup:
    """A sum: results by `OUTCOMES`, milliseconds by `HELD`, latencies and first tokens of good answers by bin.

    `failed` are failures that count against the component; `unusable` results say nothing of it (inconclusive, or our
    own network's, key's or request's fault).
    """

    counts: list[int] = field(default_factory=lambda: [0] * len(OUTCOMES))
    held_ms: list[int] = field(default_factory=lambda: [0] * len(HELD))
    bins: dict[int, int] = field(default_factory=dict)
    first_tokens: dict[int, int] = field(default_factory=dict)

    @property
    def ok(self) -> int:
        """Good answers, not slow."""
        return self.counts[0]

    @property
    def slow(self) -> int:
        """Good answers that took too long."""
        return self.counts[1]

    @property
    def failed(self) -> int:
        """Failures that count against the component."""
        return self.counts[2]

    @property
    def unusable(self) -> int:
        """Results that say nothing of the component."""
        return self.counts[3]

    @property
    def total(self) -> int:
        """Results that say something of the component."""
        return sum(self.counts[:3])

    @property
    def known_ms(self) -> int:
        """Time in any state."""
        return sum(self.held_ms)

    def add(self, other: "Rollup") -> None:
        """Take in another sum."""
        self.counts = [a + b for a, b in zip(self.counts, other.counts, strict=True)]
        self.held_ms = [a + b for a, b in zip(self.held_ms, other.held_ms, strict=True)]
        for mine, more in ((self.bins, other.bins), (self.first_tokens, other.first_tokens)):
            for place, n in more.items():
                mine[place] = mine.get(place, 0) + n

    def packed(self) -> str:
        """As kept: counts and times, then latencies, and first tokens where there are any; nothing stands for zero."""
        head = ",".join(str(n or "") for n in (*self.counts, *self.held_ms))
        tokens = f";{_packed(self.first_tokens)}" if self.first_tokens else ""
        return f"{head};{_packed(self.bins)}{tokens}"

    @classmethod
    def unpacked(cls, text: str) -> Self | None:
        """The sum in `text`; None when it is none that we understand."""
        try:
            head, first, bins, *tokens = text.split(";")
            numbers = [int(n or 0) for n in head.split(",")]
            counts = numbers[: len(OUTCOMES)]
            if len(numbers) != len(OUTCOMES) + len(HELD) or min(counts) < 0 or len(tokens) not in {0, 2}:
                return None
            latencies, first_tokens = _unpacked(first, bins), _unpacked(*tokens) if tokens else {}
        except ValueError:
            return None
        return cls(counts, numbers[len(OUTCOMES) :], latencies, first_tokens)


def _packed(bins: Mapping[int, int]) -> str:
    """The first bin, then all bins up to the last."""
    if not bins:
        return ";"
    first, last = min(bins), max(bins)
    return f"{first};" + ",".join(str(bins.get(place) or "") for place in range(first, last + 1))


def _unpacked(first: str, bins: str) -> dict[int, int]:
    """The bins that were packed so. Raises ValueError for what is none."""
    found = {int(first) + n: int(word) for n, word in enumerate(bins.split(",")) if word}
    if int(first or 0) > BINS:
        raise ValueError("no bin has this number")
    return found


@dataclass(frozen=True, slots=True)
class Chunk:
    """What to add to some buckets of one chunk of a component, and how long (seconds) it is kept from now."""

    level: Level
    component: str
    chunk: int
    left_s: int
    buckets: Mapping[int, str]


def total(of: Iterable[Rollup]) -> Rollup:
    """The sum of sums."""
    whole = Rollup()
    for one in of:
        whole.add(one)
    return whole


def chunks(pending: Mapping[str, Mapping[int, Rollup]], now: float) -> tuple[Chunk, ...]:
    """What has come since the last write, by component and minute, as additions to every level.

    What a level does not keep any more is left out there.
    """
    made = []
    for component, minutes in pending.items():
        for level in LEVELS:
            sums: dict[int, Rollup] = {}
            for minute, rollup in minutes.items():
                sums.setdefault(minute * MINUTES.seconds // level.seconds, Rollup()).add(rollup)
            for chunk in sorted({number // level.chunk for number in sums}):
                left = level.left_s(chunk, now)
                if left > 0:
                    inside = {n: r.packed() for n, r in sorted(sums.items()) if n // level.chunk == chunk}
                    made.append(Chunk(level, component, chunk, left, inside))
    return tuple(made)
