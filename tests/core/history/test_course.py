"""Time in trouble is from the first failure to the last, however late that is known; no time is lost or doubled."""

from collections import Counter
from dataclasses import dataclass, replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.detection.assessment import Trouble
from bot.core.history.course import Course, extended, turned
from bot.core.history.recorder import EVERY_S, Rolled, RollupRecorder
from bot.core.history.rollups import HELD, MINUTES, Rollup
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from probes.model import State
from tests.support.rolled import through_json

START = 1_776_000_000.0
NAMES = {"api": "Claude API"}
BAD = st.sampled_from([State.PARTIAL, State.MAJOR])


@dataclass(frozen=True)
class Episode:
    """An outage: seconds before it, to the alert, to the last failure, to its end.

    `told`: people hear before the end that nothing fails any more; `blind`: at first nothing was known.
    """

    well: float
    late: float
    lasts: float
    closing: float
    state: State
    told: bool
    blind: bool


EPISODES = st.lists(
    st.builds(
        Episode,
        st.floats(1.0, 3000.0), st.floats(0.0, 400.0), st.floats(0.0, 3000.0), st.floats(1.0, 2700.0), BAD,
        st.booleans(), st.booleans(),
    ),
    min_size=1,
    max_size=3,
)  # fmt: skip


class World:
    """A component whose trouble is known late, judged every so often, through restarts; and what is written of it."""

    def __init__(self, every_s: float) -> None:
        self.rolling, self.every = RollupRecorder(NAMES, Rolled()), every_s
        self.now = START
        self.minutes: dict[int, Rollup] = {}
        self.expected: dict[State, float] = {}
        self.unknown = 0.0
        self.judged(State.OPERATIONAL, ())

    def judged(self, state: State, troubles: tuple[Trouble, ...]) -> None:
        """One settling of the judgement; now and then another process goes on."""
        voice = ComponentStatus(Measurement("api", "Claude API", state, at=self.now, stale_after_s=10_000.0))
        self.rolling.hold({"api": voice}, self.now)
        self.rolling.follow({"api": troubles} if troubles else {})
        for chunk in self.rolling.take(self.now):
            if chunk.level is MINUTES:
                for number, text in chunk.buckets.items():
                    more = Rollup.unpacked(text)
                    assert more is not None
                    assert more.packed() == text
                    self.minutes.setdefault(number, Rollup()).add(more)
        self.rolling = RollupRecorder(NAMES, through_json(self.rolling.state()))

    def until(self, at: float, state: State, trouble: Trouble | None = None) -> None:
        """Time passes in a state; without a last failure a trouble fails to the very end."""
        while self.now < at:
            self.now = min(at, self.now + self.every)
            last = self.now if trouble is not None and trouble.failed_at < 0 else None
            going = replace(trouble, failed_at=last) if trouble is not None and last is not None else trouble
            self.judged(state, (going,) if going else ())

    def episode(self, one: Episode) -> None:
        """One outage from the time before it to its end."""
        began = self.now + one.well
        self.until(began, State.OPERATIONAL)
        if one.blind:
            self.judged(State.UNKNOWN, ())
            self.until(began + one.late / 2, State.UNKNOWN)
            self.judged(State.OPERATIONAL, ())
            self.unknown += self.now - began
        self.until(began + one.late, State.OPERATIONAL)
        self.judged(one.state, (Trouble(began, self.now, one.state),))
        self.until(self.now + one.lasts, one.state, Trouble(began, -1.0, one.state))
        last = self.now
        self.until(last + one.closing, one.state, Trouble(began, last, one.state, quiet=one.told))
        self.judged(State.OPERATIONAL, ())
        self.expected[one.state] = self.expected.get(one.state, 0.0) + last - began


@settings(max_examples=25, deadline=None)
@given(EPISODES, st.sampled_from([30.0, 260.0]))
def test_an_outage_has_the_minutes_from_its_first_failure_to_its_last(episodes, every_s):
    """Whatever was counted until that was known; minutes never hold less than nothing, or more than themselves."""
    world = World(every_s)
    for episode in episodes:
        world.episode(episode)
    world.now += EVERY_S
    world.judged(State.OPERATIONAL, ())
    sums: Counter[State] = Counter()
    for rollup in world.minutes.values():
        assert min(rollup.held_ms) >= 0
        assert sum(rollup.held_ms) <= 60_000
        sums.update(dict(zip(HELD, rollup.held_ms, strict=True)))

    known = world.now - START - world.unknown
    assert sum(sums.values()) / 1000 == pytest.approx(known, abs=0.1)
    bad = sum(sums[s] for s in (State.PARTIAL, State.MAJOR)) / 1000
    blind = world.unknown
    assert sum(world.expected.values()) - blind - 0.1 <= bad <= sum(world.expected.values()) + 0.1


def test_slow_and_failing_each_have_their_own_time():
    """It is slow for 40 minutes and fails for ten of them; what was believed after the last failure was too much."""
    world, slow = World(30.0), State.DEGRADED
    world.until(START + 600, State.OPERATIONAL)
    for minute in range(10, 70):
        world.now = START + minute * 60.0
        troubles = []
        if 20 <= minute < 42:
            last = min(minute, 30)
            troubles.append(Trouble(START + 1200, START + last * 60.0, State.MAJOR, quiet=minute > 33))
        if 12 <= minute < 62:
            last = min(minute, 50)
            troubles.append(Trouble(START + 600, START + last * 60.0, slow, quiet=minute > 52))
        state = State.MAJOR if 20 <= minute < 42 else slow if 12 <= minute < 62 else State.OPERATIONAL
        world.judged(state, tuple(troubles))
    world.now += EVERY_S
    world.judged(State.OPERATIONAL, ())
    held = [sum(r.held_ms[place] for r in world.minutes.values()) / 60_000 for place in range(5)]

    assert held == [34.0, 30.0, 0.0, 10.0, 0.0]


def test_a_course_is_short():
    """A component that is well has one entry for ever, and one that changes all the time a bounded number."""
    course: Course = ()
    for at in range(500):
        course = extended(course, at, 0)
    assert course == ((0, 0),)
    for at in range(1000):
        course = extended(course, 500 + at, at % 2)
    assert len(course) == 64
    again, moves = turned(course, (1490, 1500), 1500, (1,), 0)
    assert moves == [(n, n + 1, 1) for n in range(1491, 1500, 2)]
    assert turned(again, (1490, 1500), 1500, (1,), 0) == (again, [])
    assert turned((), (0, 10), 20, (0,), 1) == ((), [])
