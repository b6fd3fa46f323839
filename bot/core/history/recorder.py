"""Results and time on their way into the roll-ups: gathered by minute, and written every few minutes. Pure.

What is gathered is part of the judgement's state, so it is written with the stream position it belongs to: a restart or
another judge goes on with it, and a result is added to its bucket in the very commit that takes it out of here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from math import isfinite

from bot.core.detection.assessment import Trouble
from bot.core.detection.classification import LATEST, Sample
from bot.core.history.course import NOWHERE, Course, extended, turned
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
_WELL = _PLACE[State.OPERATIONAL]
_SLOW = (_PLACE[State.DEGRADED],)
_FAILING = (_PLACE[State.PARTIAL], _PLACE[State.MAJOR])


@dataclass(frozen=True, slots=True)
class JudgedState:
    """The state of a component as last judged, and until when that holds without news (Unix seconds)."""

    state: State
    until: float


@dataclass(frozen=True, slots=True)
class Rolled:
    """The state between two commits: sums by component and minute, time counted so far, when last written.

    `courses` are when components were in which state, `troubles` the latest trouble of each kind by component.
    """

    pending: dict[str, dict[int, str]] = field(default_factory=dict)
    believed: dict[str, JudgedState] = field(default_factory=dict)
    counted_to: float = 0.0
    written_at: float = 0.0
    courses: dict[str, Course] = field(default_factory=dict)
    troubles: dict[str, tuple[Trouble, ...]] = field(default_factory=dict)


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
        self._courses = dict(kept.courses)
        self._troubles = dict(kept.troubles)

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
            self._counted_to, self._courses = now, {}
        if now > self._counted_to:
            for component, believed in self._believed.items():
                if component in self._components:
                    self._pass(component, believed, now)
            self._counted_to = now
        for component, voice in voices.items():
            ours = voice.measured
            until = (ours.at if ours.at is not None else now) + ours.stale_after_s
            self._believed[component] = JudgedState(ours.state, max(until, now))

    def follow(self, troubles: Mapping[str, Sequence[Trouble]]) -> None:
        """What is known now of how long components were in trouble: the time counted so far is brought to that.

        Those in trouble are all in `troubles`; what is there no more is over, and ended with its last failure.
        """
        for component in self._components:
            before, now = self._troubles.get(component, ()), troubles.get(component, ())
            ended = [
                replace(old, over=True)
                for old in before
                if not old.over and not any(new.slow is old.slow and new.began <= old.failed_at for new in now)
            ]
            if not ended and not now:
                continue
            # Failures before slow answers: what was slow while it failed is slow where it no longer does.
            for trouble in sorted((*ended, *now), key=lambda one: (one.slow, one.began)):
                self._settle(component, trouble)
            fresh = {one.slow: one for one in (*before, *ended, *now)}
            self._troubles[component] = tuple(fresh.values())

    def failures(self, component: str) -> Trouble | None:
        """The latest failures of a component that made an incident, over or not."""
        return next((one for one in self._troubles.get(component, ()) if not one.slow), None)

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
        return Rolled(
            pending,
            dict(self._believed),
            self._counted_to,
            self._written_at,
            dict(self._courses),
            dict(self._troubles),
        )

    def _rollup(self, component: str, at: float) -> Rollup:
        minutes = self._pending.setdefault(component, {})
        minute = int(at // 60)
        rollup = minutes.get(minute)
        if rollup is None:
            rollup = minutes[minute] = Rollup()
        return rollup

    def _pass(self, component: str, believed: JudgedState, now: float) -> None:
        """Count the time since `_counted_to` in the state that was believed, as long as that held."""
        begin, end = _ms(self._counted_to), _ms(now)
        place = _PLACE.get(believed.state, NOWHERE)
        until = begin if place == NOWHERE else max(begin, min(end, _ms(believed.until)))
        course = self._courses.get(component, ())
        if begin < until:
            course = extended(course, begin, place)
            self._count(component, place, begin, until)
        self._courses[component] = extended(course, until, NOWHERE) if until < end else course

    def _settle(self, component: str, trouble: Trouble) -> None:
        """Let what was counted be in trouble from its first failure to its last, and well again after that."""
        now = _ms(self._counted_to)
        span, kind = (_ms(trouble.began), _ms(trouble.failed_at)), _SLOW if trouble.slow else _FAILING
        if trouble.quiet or trouble.over:
            self._turn(component, (span[1], now), kind, _WELL)
        self._turn(component, span, (_WELL,) if trouble.slow else (_WELL, *_SLOW), _PLACE[trouble.state])

    def _turn(self, component: str, span: tuple[int, int], which: Collection[int], place: int) -> None:
        course = self._courses.get(component, ())
        self._courses[component], moves = turned(course, span, _ms(self._counted_to), which, place)
        for begin, end, before in moves:
            self._count(component, before, begin, end, -1)
            self._count(component, place, begin, end)

    def _count(self, component: str, place: int, begin: int, end: int, sign: int = 1) -> None:
        """Add time (milliseconds) to a state, or take it away again, each to its own minute."""
        while begin < end:
            border = min(end, (begin // 60_000 + 1) * 60_000)
            self._rollup(component, begin / 1000).held_ms[place] += sign * (border - begin)
            begin = border


def _ms(at: float) -> int:
    return int(at * 1000)
