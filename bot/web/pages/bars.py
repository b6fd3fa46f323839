"""Bars of days: one column a day, coloured by the worst of it, hatched where nothing was known. Pure.

A column's height above the hatch is the share of the day that was watched, so a day we were blind is never green.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property

from bot.core.answers.history import share_up
from bot.core.history.ranges import SPANS, Point, RangeHistory, failure_rate, uptime
from bot.core.history.rollups import HELD, Rollup
from bot.core.model.card import Colour
from bot.core.text.durations import duration
from bot.core.text.numbers import percent
from bot.core.text.states import TONE, WORDS
from probes.model import State

LEAST_MS = 30_000
"""Time in a state from which it colours the day."""
WIDTH, HEIGHT = 4, 28
"""Of a column in the picture's own units; one unit of it is the gap."""


@dataclass(frozen=True, slots=True)
class Day:
    """One column: the day ("2026-04-13"), its colour, the share of it that was watched, and all of it in words."""

    date: str
    tone: Colour
    known: float
    words: str


@dataclass(frozen=True, slots=True)
class Shape:
    """A rectangle of a bar."""

    look: str
    x: int
    y: float
    width: int
    height: float


@dataclass(frozen=True)
class Bar:
    """A bar of days, and its rectangles; equal neighbours are one."""

    days: tuple[Day, ...]

    @property
    def width(self) -> int:
        """In the picture's own units."""
        return len(self.days) * WIDTH - 1

    @cached_property
    def shapes(self) -> tuple[Shape, ...]:
        """What is drawn, the gaps between days apart."""
        runs: list[tuple[str, float, int, int]] = []
        for place, day in enumerate(self.days):
            known = round(day.known, 2)
            if runs and runs[-1][:2] == (day.tone.value, known):
                look, known, first, _ = runs.pop()
                runs.append((look, known, first, place))
            else:
                runs.append((day.tone.value, known, place, place))
        return tuple(shape for run in runs for shape in _drawn(*run))

    @cached_property
    def summary(self) -> str:
        """The bar in a sentence, for those who cannot see it."""
        counts: dict[str, int] = {}
        for day in self.days:
            word = _WORD[day.tone] if day.known else "not measured"
            counts[word] = counts.get(word, 0) + 1
        said = ", ".join(f"{n} {'day' if n == 1 else 'days'} {word}" for word, n in counts.items())
        return f"The last {len(self.days)} days: {said}."


_WORD = {
    Colour.GREEN: "without trouble",
    Colour.YELLOW: "degraded",
    Colour.ORANGE: "with a partial outage",
    Colour.RED: "with a major outage",
    Colour.BLUE: "under maintenance",
    Colour.GREY: "not measured",
}


def bar_of(past: RangeHistory) -> Bar:
    """A component's bar."""
    return Bar(tuple(_day(point, past.counted_to) for point in past.points))


def worst_of(bars: Sequence[Bar]) -> Bar:
    """A service's bar: each day is that of its worst component."""
    return Bar(tuple(max(days, key=_rank) for days in zip(*(bar.days for bar in bars), strict=True)))


@dataclass(frozen=True, slots=True)
class PastFigures:
    """What a row shows of a past, worked out once: `up` is the uptime (0 to 1; None: unknown), the rest are words."""

    bar: Bar
    up: float | None
    uptime: str
    missing: str


def figures_of(past: RangeHistory) -> PastFigures:
    """A component's past as its row shows it."""
    sums = past.sums
    up = uptime(sums)
    return PastFigures(bar_of(past), up, share_up(up) if up is not None else "unknown", missing_words(past))


def missing_words(past: RangeHistory) -> str:
    """How much of a span was not measured, "" where that is next to nothing."""
    unknown = past.unknown_s
    if unknown < past.span.seconds / 1000:
        return ""
    whole = past.span.name if past.span.name in SPANS else duration(past.span.seconds)
    return f"{duration(unknown)} of {whole} not measured"


def worst_state(sums: Rollup) -> State:
    """The worst state that lasted, unknown where nothing was known."""
    held = dict(zip(HELD, sums.held_ms, strict=True))
    order = (State.MAJOR, State.PARTIAL, State.DEGRADED, State.OPERATIONAL, State.MAINTENANCE)
    lasting = (state for state in order if held[state] >= LEAST_MS)
    return next(lasting, State.OPERATIONAL if sums.known_ms else State.UNKNOWN)


def day_words(sums: Rollup, watched_s: float) -> str:
    """A day in words: uptime, time in trouble, what was not measured, failures."""
    if not sums.known_ms:
        return "not measured"
    up = uptime(sums)
    parts = [f"uptime {share_up(up)}" if up is not None else "uptime unknown"]
    parts += [
        f"{WORDS[state]} {duration(ms / 1000)}"
        for state, ms in zip(HELD, sums.held_ms, strict=True)
        if state is not State.OPERATIONAL and ms >= 500
    ]
    rate = failure_rate(sums)
    if rate is not None and sums.failed:
        parts.append(f"{percent(rate[0])} of {sums.total} checks failed")
    missing = watched_s - sums.known_ms / 1000
    if missing >= 60:
        parts.append(f"not measured {duration(missing)}")
    return ", ".join(parts)


def date_of(at: float) -> str:
    """The day (UTC) of a moment: "2026-04-13"."""
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%d}"


def _day(point: Point, counted_to: float) -> Day:
    passed = max(1.0, min(point.begins + point.seconds, counted_to) - point.begins)
    state = worst_state(point.sums)
    known = min(1.0, point.sums.known_ms / 1000 / passed)
    # What is left out by the seconds between two writes is no gap.
    known = 1.0 if known > 0.985 else known
    return Day(date_of(point.begins), TONE[state], known, day_words(point.sums, passed))


def _rank(day: Day) -> tuple[int, float]:
    order = (Colour.GREEN, Colour.BLUE, Colour.GREY, Colour.YELLOW, Colour.ORANGE, Colour.RED)
    return order.index(day.tone), -day.known


def _drawn(look: str, known: float, first: int, last: int) -> list[Shape]:
    x, width = first * WIDTH, (last - first + 1) * WIDTH - 1
    height = round(HEIGHT * known, 1) if look != Colour.GREY.value else 0.0
    # Some trouble in a day hardly watched is seen all the same.
    height = max(height, 6.0) if look in {"yellow", "orange", "red"} else height
    shapes = [Shape("hatch", x, 0, width, round(HEIGHT - height, 1))] if height < HEIGHT else []
    return shapes + ([Shape(look, x, round(HEIGHT - height, 1), width, height)] if height else [])
