"""Results and time on their way into the roll-ups: gathered by minute, and written every few minutes. Pure.

What is gathered is part of the judgement's state, so it is written with the stream position it belongs to: a restart or
another judge goes on with it, and a result is added to its bucket in the very commit that takes it out of here.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite

from bot.core.detection.classification import LATEST, Sample
from bot.core.history.rollups import HELD, MINUTES, Chunk, Rollup, chunks
from bot.core.model.snapshot import ComponentStatus
from bot.core.stats.histogram import bin_of
from probes.model import Observation, State

EVERY_S = 300.0
"""How often what was gathered is written: each time costs one line a component and level in the append-only file."""
MANY = 2_000
"""Minutes gathered at most before they are written all the same, some 100 kB: a prober may bring a week at once."""
AHEAD_S = 3_600.0
"""A clock may be ahead of ours by this; what claims to come from later still is counted as of now."""
BACK_S = 3_600.0
"""A clock set back by more than this was wrong before: time is counted anew from where it is now."""
_PLACE = {state: place for place, state in enumerate(HELD)}


@dataclass(frozen=True, slots=True)
class JudgedState:
    """The state of a component as last judged, and until when that holds without news (Unix seconds)."""

    state: State
    until: float


@dataclass(frozen=True, slots=True)
class Rolled:
    """The state between two commits: sums by component and minute, time counted so far, when last written."""

    pending: dict[str, dict[int, str]] = field(default_factory=dict)
    believed: dict[str, JudgedState] = field(default_factory=dict)
    counted_to: float = 0.0
    written_at: float = 0.0


class RollupRecorder:
    """Gathers one service's results and time per state. `components` are those that are kept; others are nobody's."""

    def __init__(self, components: Mapping[str, str], kept: Rolled) -> None:
        self._components = components
        self._pending = {
            c: {m: Rollup.unpacked(text) or Rollup() for m, text in minutes.items()}
            for c, minutes in kept.pending.items()
        }
        self._believed = dict(kept.believed)
        self._counted_to = kept.counted_to
        self._written_at = kept.written_at

    def count(self, seen: Observation, result: Sample | None) -> None:
        """One look at a component, with what it says of it if it says anything."""
        if seen.component not in self._components or not (isfinite(seen.at) and 0 <= seen.at < LATEST):
            return
        rollup = self._rollup(seen.component, seen.at)
        if result is None:
            rollup.counts[3] += 1
        elif result.failed:
            rollup.counts[2] += 1
        else:
            rollup.counts[int(result.slow)] += 1
            for bins, ms in ((rollup.bins, result.total_ms), (rollup.first_tokens, result.first_token_ms)):
                if ms is not None:
                    place = bin_of(ms)
                    bins[place] = bins.get(place, 0) + 1

    def hold(self, voices: Mapping[str, ComponentStatus], now: float) -> None:
        """Time has passed to `now` in the states believed so far; from now on those of `voices` are believed."""
        if now < self._counted_to - BACK_S or not self._counted_to:
            self._counted_to = now
        if now > self._counted_to:
            for component, believed in self._believed.items():
                if believed.state in _PLACE and component in self._components:
                    self._held(component, _PLACE[believed.state], min(now, believed.until))
            self._counted_to = now
        for component, voice in voices.items():
            ours = voice.measured
            until = (ours.at if ours.at is not None else now) + ours.stale_after_s
            self._believed[component] = JudgedState(ours.state, max(until, now))

    def take(self, now: float) -> tuple[Chunk, ...]:
        """What is to be added to the roll-ups now, if it is time; it is gathered no longer."""
        if 0 <= now - self._written_at < EVERY_S and sum(map(len, self._pending.values())) <= MANY:
            return ()
        self._written_at = now
        latest, present = MINUTES.number(now + AHEAD_S), MINUTES.number(now)
        for minutes in self._pending.values():
            for minute in [m for m in minutes if m > latest]:
                minutes.setdefault(present, Rollup()).add(minutes.pop(minute))
        taken, self._pending = self._pending, {}
        return chunks(taken, now)

    def state(self) -> Rolled:
        """What must be written for another process to go on here."""
        pending = {c: {m: r.packed() for m, r in minutes.items()} for c, minutes in self._pending.items()}
        return Rolled(pending, dict(self._believed), self._counted_to, self._written_at)

    def _rollup(self, component: str, at: float) -> Rollup:
        minutes = self._pending.setdefault(component, {})
        minute = int(at // 60)
        rollup = minutes.get(minute)
        if rollup is None:
            rollup = minutes[minute] = Rollup()
        return rollup

    def _held(self, component: str, place: int, until: float) -> None:
        """Count the time since `_counted_to` to whole milliseconds, each to its own minute."""
        begin, end = _ms(self._counted_to), _ms(until)
        while begin < end:
            border = min(end, (begin // 60_000 + 1) * 60_000)
            self._rollup(component, begin / 1000).held_ms[place] += border - begin
            begin = border


def _ms(at: float) -> int:
    return int(at * 1000)
