"""A component's past over a span: which whole buckets make it up, and what they come to. Pure.

A span ends with the present bucket of its finest level and begins exactly its length before that, so its sums are
those of the results in it, not of roughly so many days; and it is made of at most some four hundred buckets in nine
keys, whenever it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.history.recorder import EVERY_S
from bot.core.history.rollups import DAYS, HELD, HOURS, MINUTES, Level, Rollup, total
from bot.core.model.incident import Incident
from bot.core.stats.histogram import quantile_ms
from bot.core.stats.intervals import wilson
from probes.model import State

Bucket = tuple[Level, int]
"""One bucket: its level, and its number since the epoch."""


@dataclass(frozen=True, slots=True)
class Range:
    """A span of `seconds`: `edge` buckets at its ends, `step` buckets between, a picture's column of `fold` steps."""

    name: str
    seconds: int
    edge: Level
    step: Level
    fold: int

    def ends(self, now: float) -> int:
        """The end of the present bucket (Unix seconds)."""
        return (self.edge.number(now) + 1) * self.edge.seconds

    def buckets(self, now: float) -> list[Bucket]:
        """Its buckets in order, without gap or overlap."""
        at, end = self.ends(now) - self.seconds, self.ends(now)
        found = []
        while at < end:
            whole = at % self.step.seconds == 0 and at + self.step.seconds <= end
            level = self.step if whole else self.edge
            found.append((level, at // level.seconds))
            at += level.seconds
        return found

    def chunks(self, now: float) -> list[tuple[Level, int]]:
        """The keys that hold them: level and number of the chunk."""
        return list(dict.fromkeys((level, number // level.chunk) for level, number in self.buckets(now)))


SPANS: Mapping[str, Range] = {
    "24h": Range("24h", 86_400, MINUTES, HOURS, 1),
    "7d": Range("7d", 7 * 86_400, HOURS, HOURS, 6),
    "30d": Range("30d", 30 * 86_400, HOURS, DAYS, 1),
    "90d": Range("90d", 90 * 86_400, HOURS, DAYS, 3),
    "1y": Range("1y", 365 * 86_400, DAYS, DAYS, 7),
}
"""A year has whole days: hours are not kept so long."""
RECENT = (Range("2h", 7_200, MINUTES, MINUTES, 10), Range("6h", 21_600, MINUTES, MINUTES, 20), SPANS["24h"])
"""The last hours, for what happens now."""


def around(began_at: float, now: float) -> Range:
    """The shortest of the last hours of which at most half is after this moment; else the last day."""
    return next((span for span in RECENT if now - began_at <= span.seconds / 2), RECENT[-1])


@dataclass(frozen=True, slots=True)
class Point:
    """What a piece of a span came to: `begins` and `seconds` of it that lie in the span."""

    begins: int
    seconds: int
    sums: Rollup


@dataclass(frozen=True, slots=True)
class RangeHistory:
    """One component over one span.

    `points` are its steps in order; `written_to` is until when the judge has written (Unix seconds, 0: never), and
    `incidents` those that lie in it, newest first.
    """

    service: str
    component: str
    name: str
    span: Range
    asked_at: float
    written_to: float
    points: tuple[Point, ...]
    incidents: tuple[Incident, ...] = ()

    @property
    def sums(self) -> Rollup:
        """The sum over the whole range."""
        return total(point.sums for point in self.points)

    @property
    def counted_to(self) -> float:
        """Until when there could be anything: what the judge has not written for long was not judged at all."""
        waiting = 0 <= self.asked_at - self.written_to < 3 * EVERY_S
        return self.written_to if waiting else self.asked_at

    @property
    def unknown_s(self) -> float:
        """Time in no state: not watched, not judged, or watched in vain."""
        begins = self.points[0].begins if self.points else self.counted_to
        return max(0.0, self.counted_to - begins - self.sums.known_ms / 1000)


def touches(incident: Incident, span: Range, now: float) -> bool:
    """Whether an incident was, or is, within a span; a vantage's own trouble is not the component's."""
    begins = span.ends(now) - span.seconds
    over = incident.resolved_at
    return incident.scope != "vantage" and incident.started_at < span.ends(now) and (over is None or over >= begins)


def past(found: Mapping[Bucket, Rollup], span: Range, now: float) -> tuple[Point, ...]:
    """The points of a span from the buckets that were kept; those that were not are empty."""
    points: dict[int, Point] = {}
    for level, number in span.buckets(now):
        at = number * level.seconds
        step = at // span.step.seconds
        point = points.setdefault(step, Point(at, 0, Rollup()))
        kept = found.get((level, number))
        if kept is not None:
            point.sums.add(kept)
        points[step] = Point(point.begins, point.seconds + level.seconds, point.sums)
    return tuple(points.values())


def folded(points: Sequence[Point], span: Range) -> tuple[Point, ...]:
    """The same in the columns of a picture, each on the borders of the calendar."""
    columns: dict[int, list[Point]] = {}
    for point in points:
        columns.setdefault(point.begins // (span.step.seconds * span.fold), []).append(point)
    return tuple(Point(c[0].begins, sum(p.seconds for p in c), total(p.sums for p in c)) for c in columns.values())


def uptime(sums: Rollup) -> float | None:
    """The share (0 to 1) of the known time in which most things worked: operational or only slow.

    Partial and major outage count against it whole, maintenance and unknown not at all. None where nothing is known.
    """
    held = dict(zip(HELD, sums.held_ms, strict=True))
    up = held[State.OPERATIONAL] + held[State.DEGRADED]
    down = held[State.PARTIAL] + held[State.MAJOR]
    return up / (up + down) if up + down else None


def failure_rate(sums: Rollup) -> tuple[float, float, float] | None:
    """Share of results that failed with its 95% interval (Wilson 1927); None without results."""
    if not sums.total:
        return None
    rate = sums.failed / sums.total
    return rate, *wilson(rate, sums.total)


def latencies(sums: Rollup) -> dict[str, float]:
    """p50, p90, p95 and p99 (ms) of good answers, within `bot.core.stats.histogram.ERROR`; empty without any."""
    return _quantiles(sums.bins)


def first_tokens(sums: Rollup) -> dict[str, float]:
    """The same of the time to a model's first words (ms); empty where no check reads them."""
    return _quantiles(sums.first_tokens)


def _quantiles(bins: Mapping[int, int]) -> dict[str, float]:
    found = {f"p{share}": quantile_ms(bins, share / 100) for share in (50, 90, 95, 99)}
    return {name: ms for name, ms in found.items() if ms is not None}
