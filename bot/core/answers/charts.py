"""What an answer about the past shows as charts: few points, and none where nothing was measured. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from bot.core.history.ranges import Point, RangeHistory, folded, latencies
from bot.core.history.rollups import Rollup, total
from bot.core.text import inline
from bot.core.text.quoting import clean

POINTS, SERIES = 20, 6
"""Most points of a chart and series in it: what Slack draws."""
LEFT_OUT = "times in UTC; those without results are left out"


@dataclass(frozen=True, slots=True)
class Series:
    """One line of a chart: a value for each label."""

    name: str
    values: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Chart:
    """A line chart: values by label. `unit` is what they are in: "% of checks failed", "seconds"."""

    title: str
    unit: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]
    note: str = ""


@dataclass(frozen=True, slots=True)
class Drawing:
    """Charts below a message: counted until `as_of` (Unix seconds); nothing comes after the `last`."""

    charts: tuple[Chart, ...]
    as_of: float
    last: bool = False


def dated(drawing: Drawing) -> str:
    """The line under the charts of a message, with a time's token. It promises no other charts: none may come."""
    return f"Counted until {inline.moment(drawing.as_of)}" + (", the last picture" if drawing.last else "")


def charts(pasts: Sequence[RangeHistory], service: str) -> tuple[Chart, ...]:
    """One component: its failures and its latency; several: failures and median of each. One point is no chart."""
    if not pasts:
        return ()
    latency = _latency(pasts[0]) if len(pasts) == 1 else _medians(pasts[:SERIES], service)
    found = [_failures(pasts[:SERIES], service), latency]
    return tuple(chart for chart in found if len(chart.labels) > 1)


def _failures(pasts: Sequence[RangeHistory], service: str) -> Chart:
    name = pasts[0].name if len(pasts) == 1 else service
    title = f"{clean(name, 30)}: failures, {pasts[0].span.name}"
    return _chart(title, "% of checks failed", [(past.name, past, _share) for past in pasts])


def _latency(past: RangeHistory) -> Chart:
    lines = [(share, past, _quantile(share)) for share in ("p50", "p99")]
    return _chart(f"{clean(past.name, 30)}: latency, {past.span.name}", "seconds", lines)


def _medians(pasts: Sequence[RangeHistory], service: str) -> Chart:
    title = f"{clean(service, 24)}: median latency, {pasts[0].span.name}"
    timed = [past for past in pasts if past.sums.bins] or pasts
    return _chart(title, "seconds", [(past.name, past, _quantile("p50")) for past in timed])


Value = Callable[[Rollup], float | None]


def _chart(title: str, unit: str, lines: Sequence[tuple[str, RangeHistory, Value]]) -> Chart:
    """The columns in which every line has a value, each line under a name of its own."""
    columns = [condensed(past) for _, past, _ in lines]
    span_s = lines[0][1].span.seconds
    values = [[of(point.sums) for point in points] for points, (_, _, of) in zip(columns, lines, strict=True)]
    whole = [n for n in range(min(map(len, values))) if all(row[n] is not None for row in values)]
    left_out = len(whole) < len(columns[0])
    names = _apart([clean(name, 16)[:16] or "unnamed" for name, _, _ in lines])
    series = tuple(
        Series(name, tuple(round(value, 3) for n in whole if (value := row[n]) is not None))
        for name, row in zip(names, values, strict=True)
    )
    labels = _apart([_label(columns[0][n].begins, span_s) for n in whole])
    return Chart(title, unit, labels, series, LEFT_OUT if left_out else "times in UTC")


def condensed(past: RangeHistory) -> list[Point]:
    """The columns of a span, neighbours together until there are few enough."""
    columns = folded(past.points, past.span)
    size = -(-len(columns) // POINTS) or 1
    groups = [columns[at : at + size] for at in range(0, len(columns), size)]
    return [Point(g[0].begins, sum(p.seconds for p in g), total(p.sums for p in g)) for g in groups]


def _label(at: int, span_s: int) -> str:
    then = datetime.fromtimestamp(at, UTC)
    if span_s <= 86_400:
        return f"{then:%H:%M}"
    return f"{then.day} {then:%b}" if span_s > 8 * 86_400 else f"{then.day} {then:%b %H:%M}"


def _apart(names: Sequence[str]) -> tuple[str, ...]:
    """The same, a name that was there before with a number behind it."""
    found: list[str] = []
    for name in names:
        number, unlike = 1, name
        while unlike in found:
            number += 1
            unlike = f"{name} ({number})"
        found.append(unlike)
    return tuple(found)


def _share(sums: Rollup) -> float | None:
    return 100 * sums.failed / sums.total if sums.total else None


def _quantile(share: str) -> Value:
    def of(sums: Rollup) -> float | None:
        ms = latencies(sums).get(share)
        return None if ms is None else ms / 1000

    return of
