"""How well a rule did on worlds whose truth is known: delays, misses, flaps, false alarms. Pure.

Per scenario: the delay is the first opening within a true interval minus its start; a miss has none; flaps are further
openings until `AFTER_S` after its end; every other opening is a false alarm, counted per 30 days.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from bot.core.detection.assessment import Transition

AFTER_S = 45 * 60.0
CLOSED_S = 3 * 3600.0
"""An incident that ended later than this after the truth is not compared with it."""
MONTH_DAYS = 30.0


@dataclass(frozen=True, slots=True)
class TrueInterval:
    """One true interval of trouble with the vendor, in seconds from the start of the recording."""

    start_s: float
    end_s: float
    components: tuple[str, ...] = ()
    rate: float | None = None


@dataclass(frozen=True, slots=True)
class Score:
    """The figures of one scenario; delays in minutes, nan where there are none."""

    scenario: str
    incidents: int
    median_min: float
    p90_min: float
    missed: int
    flaps: int
    false_alarms: int
    days: float

    @property
    def false_per_month(self) -> float:
        return self.false_alarms / self.days * MONTH_DAYS if self.days else 0.0


def truths(label: Any, slot_s: float) -> tuple[TrueInterval, ...]:
    """The vendor's incidents in one scenario's labels; trouble of ours or of a vantage is none."""
    return tuple(
        TrueInterval(i["start_slot"] * slot_s, i["end_slot"] * slot_s, tuple(i["components"]), i.get("rate"))
        for i in label["incidents"]
        if i["scope"] == "vendor"
    )


def scored(scenario: str, opened_s: Iterable[float], intervals: Sequence[TrueInterval], days: float) -> Score:
    """Openings (seconds from the start) against the truth."""
    openings = sorted(opened_s)
    delays: list[float] = []
    missed = flaps = matched = 0
    for truth in intervals:
        within = [t for t in openings if truth.start_s <= t <= truth.end_s]
        after = [t for t in openings if truth.end_s < t <= truth.end_s + AFTER_S]
        matched += len(within) + len(after)
        flaps += len(within) + len(after) - bool(within)
        missed += not within
        if within:
            delays.append((within[0] - truth.start_s) / 60)
    return Score(
        scenario, len(intervals), quantile(delays, 0.5), quantile(delays, 0.9), missed, flaps,
        len(openings) - matched, days,
    )  # fmt: skip


def covered(told: Sequence[Transition], intervals: Sequence[TrueInterval], start: float) -> tuple[int, int]:
    """How many incidents' last interval of the failure rate contains the true rate, of how many that ended."""
    hits = total = 0
    for t in intervals:
        ends = [x for x in told if x.event == "resolved" and t.start_s <= x.at - start <= t.end_s + CLOSED_S]
        if t.rate and ends:
            total += 1
            hits += ends[-1].low <= t.rate <= ends[-1].high
    return hits, total


def quantile(values: Sequence[float], q: float) -> float:
    """The q-quantile by linear interpolation; nan of nothing."""
    if not values:
        return float("nan")
    ordered = sorted(values)
    place = q * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)
