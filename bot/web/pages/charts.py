"""Lines and columns over time as SVG coordinates: drawn by the template, readable as a table beside. Pure."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.drawing import axis_end, path
from bot.core.history.ranges import Point, RangeHistory, failure_rate, folded
from bot.core.history.rollups import Rollup
from bot.core.incidents.evidence import Evidence
from bot.core.stats.histogram import quantile_ms
from bot.core.text.durations import clock
from bot.core.text.numbers import latency, percent, span

WIDTH, HEIGHT = 720, 120


@dataclass(frozen=True, slots=True)
class Column:
    """A column: where it stands, how high it is (0 to 1; None: nothing measured), and what it says."""

    x: float
    width: float
    share: float | None
    low: float
    high: float
    words: str

    @property
    def y(self) -> float:
        """Its upper end in the picture."""
        return round(HEIGHT * (1 - (self.share or 0.0)), 1)

    @property
    def whisker(self) -> tuple[float, float]:
        """The ends of its interval in the picture."""
        return round(HEIGHT * (1 - self.high), 1), round(HEIGHT * (1 - self.low), 1)


@dataclass(frozen=True, slots=True)
class ChartLine:
    """A line: its name, its pieces as SVG paths (it breaks where nothing was measured)."""

    name: str
    look: str
    path: str


@dataclass(frozen=True, slots=True)
class Chart:
    """A picture with its words: `marks` are (height in the picture, label), `rows` the same as a table."""

    title: str
    marks: tuple[tuple[float, str], ...]
    begins: str
    ends: str
    rows: tuple[tuple[str, ...], ...]
    columns: tuple[Column, ...] = ()
    lines: tuple[ChartLine, ...] = ()

    @property
    def empty(self) -> bool:
        """Whether there is nothing to draw."""
        return not any(column.share is not None for column in self.columns) and not any(one.path for one in self.lines)


def failures(past: RangeHistory, now: float) -> Chart:
    """The share of checks that failed over a span, with its interval."""
    points = folded(past.points, past.span)
    columns = []
    rows = []
    for place, point in enumerate(points):
        found = failure_rate(point.sums)
        at = clock(point.begins, now)
        said = f"{point.sums.failed} of {point.sums.total} failed" if found else "not measured"
        rate, low, high = found or (None, 0.0, 0.0)
        words = f"{at}: {said}" + (f", {percent(rate)} ({span(low, high)})" if rate is not None else "")
        wide = WIDTH / max(1, len(points))
        columns.append(Column(round(place * wide, 1), round(wide * 0.8, 1), rate, low, high, words))
        rows.append((at, said, f"{percent(rate)}, {span(low, high)}" if rate is not None else "–"))
    marks = ((0.0, "100%"), (HEIGHT / 2, "50%"), (float(HEIGHT), "0%"))
    begins = clock(points[0].begins, now) if points else ""
    return Chart("Share of checks that failed", marks, begins, _end(points, now), tuple(rows), columns=tuple(columns))


def of(past: RangeHistory, now: float) -> tuple[Chart, ...]:
    """The charts of a span: failures, latency, and the time to the first token where a check reads it."""
    found = [failures(past, now), speeds(past, now, "Latency of good answers", lambda sums: sums.bins)]
    if past.sums.first_tokens:
        found.append(speeds(past, now, "Time to the first token", lambda sums: sums.first_tokens))
    return tuple(found)


def speeds(past: RangeHistory, now: float, title: str, bins: Callable[[Rollup], Mapping[int, int]]) -> Chart:
    """Median and 95th percentile over a span, of the times in these bins."""
    points = folded(past.points, past.span)
    found = [(p, quantile_ms(bins(p.sums), 0.5), quantile_ms(bins(p.sums), 0.95)) for p in points]
    top = axis_end(max((high for _, _, high in found if high is not None), default=0.0), 100.0)
    rows = tuple((clock(p.begins, now), _words(middle), _words(high)) for p, middle, high in found)
    lines = (
        ChartLine("p95", "line-high", path([high for _, _, high in found], top, WIDTH, HEIGHT)),
        ChartLine("p50", "line-mid", path([middle for _, middle, _ in found], top, WIDTH, HEIGHT)),
    )
    marks = ((0.0, latency(top)), (HEIGHT / 2, latency(top / 2)), (float(HEIGHT), "0"))
    begins = clock(points[0].begins, now) if points else ""
    return Chart(title, marks, begins, _end(points, now), rows, lines=lines)


def _end(points: Sequence[Point], now: float) -> str:
    """The word at the right end of the axis: "now", or when a span that is past ended."""
    if not points:
        return "now"
    end = points[-1].begins + points[-1].seconds
    return "now" if now - end < points[-1].seconds else clock(end, now)


def course(evidence: Evidence | None, now: float) -> Chart | None:
    """The share of failures of an incident, minute by minute."""
    if evidence is None or not evidence.course:
        return None
    first = evidence.course[0].minute
    last = evidence.course[-1].minute + evidence.course[-1].minutes
    wide = WIDTH / max(1, last - first)
    columns = tuple(
        Column(
            round((s.minute - first) * wide, 1),
            round(max(1.0, s.minutes * wide * 0.85), 1),
            s.failed / s.total if s.total else None,
            0.0,
            0.0,
            f"{clock(s.minute * 60, now)}: {s.failed} of {s.total} checks failed",
        )
        for s in evidence.course
    )
    rows = tuple(
        (clock(s.minute * 60, now), f"{s.failed} of {s.total}", percent(s.failed / s.total) if s.total else "–")
        for s in evidence.course
    )
    marks = ((0.0, "100%"), (HEIGHT / 2, "50%"), (float(HEIGHT), "0%"))
    title = "Share of checks that failed, all affected components together"
    return Chart(title, marks, clock(first * 60, now), clock(last * 60, now), rows, columns=columns)


def _words(ms: float | None) -> str:
    return latency(ms) if ms is not None else "–"
