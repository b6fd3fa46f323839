"""Slowness by the target's own distribution of times: what is usual for it is never told, twice as long soon is."""

import random
from math import exp, pi, sin, sqrt
from statistics import median

import pytest
from hypothesis import Phase, given, settings
from hypothesis import strategies as st

from bot.core.detection.assessment import AssessorSettings
from bot.core.detection.assessor import Assessor
from bot.core.detection.latency import ALTERNATIVES, LEVELS, SHARE, LatencyDetector, Median
from probes.model import Outcome, Timings
from tests.support.results import START, fed, look, timed

NEEDED = SHARE * 1.6 * 864_000
"""The evidence that opens slowness at a check every 30 s and the default budget."""


def fed_times(detector, times):
    """The highest evidence on the way."""
    highest = 0.0
    for ms in times:
        pace = detector.judge("eu/api", ms, None, slow=False)
        if pace is not None:
            detector.take(pace)
        highest = max(highest, detector.value)
    return highest


def usual(rng, count, spread, typical=700.0):
    return [typical * exp(rng.gauss(0, spread)) for _ in range(count)]


@settings(max_examples=40, derandomize=True, deadline=None, phases=(Phase.generate,))
@given(st.integers(0, 2**32), st.floats(0.05, 0.8), st.sampled_from([5.0, 65.0, 700.0, 20_000.0]), st.integers(1, 1500))
def test_any_times_are_usual_but_for_the_stated_rate(seed, spread, typical, count):
    """One false alarm in 36 months of results is the rate that `SHARE` states, 3 million of them: none in 60,000."""
    assert fed_times(LatencyDetector(), usual(random.Random(seed), count, spread, typical)) < NEEDED


@pytest.mark.parametrize("spread", [0.05, 0.2, 0.35, 0.5, 0.65, 0.8])
def test_times_of_any_spread_are_usual_from_the_first_minute_on(spread):
    """Most targets vary more than a prior for the middle of them: that is learned before it is judged."""
    for seed in range(8):
        typical = (5.0, 65.0, 700.0, 20_000.0)[seed % 4]
        assert fed_times(LatencyDetector(), usual(random.Random(seed), 1500, spread, typical)) < NEEDED


@pytest.mark.parametrize("seed", range(3))
def test_what_follows_the_clock_is_usual(seed):
    """A target twice as slow at noon as at night, for five days."""
    rng = random.Random(seed)
    times = [ms * exp(0.35 * sin(n / 2880 * 2 * pi)) for n, ms in enumerate(usual(rng, 5 * 2880, 0.35))]
    assert fed_times(LatencyDetector(), times) < NEEDED


@pytest.mark.parametrize("together", [0.3, 0.6])
def test_times_that_go_together_say_less_each(together):
    """Where one slow answer follows the other anyway, a few of them are no slowness."""
    rng, z, times = random.Random(4), 0.0, []
    for _ in range(5 * 2880):
        z = together * z + sqrt(1 - together**2) * rng.gauss(0, 1)
        times.append(700 * exp(0.35 * z))
    detector = LatencyDetector()
    assert fed_times(detector, times) < NEEDED
    assert detector.weight == pytest.approx((1 - together) / (1 + together), rel=0.3)


def test_twice_as_long_is_found_within_nine_answers():
    """In the median over thirty stretches, a day of usual times before each."""
    needed = []
    for seed in range(30):
        rng, detector = random.Random(seed), LatencyDetector()
        fed_times(detector, usual(rng, 2880, 0.35))
        answers = 0
        while detector.value < NEEDED:
            fed_times(detector, usual(rng, 1, 0.35, 1400))
            answers += 1
        needed.append(answers)
    assert median(needed) <= 9


def test_what_nobody_feels_is_no_slowness():
    """Five times as long as 20 ms."""
    detector = LatencyDetector()
    rng = random.Random(1)
    fed_times(detector, usual(rng, 2000, 0.3, 20))
    assert fed_times(detector, usual(rng, 200, 0.3, 100)) < NEEDED / 1000


def test_a_state_with_other_levels_begins_anew_with_its_medians():
    """That of the release before, which had four levels and five alternatives."""
    old = LatencyDetector(
        [9.0] * 5, 9.0, {"eu/api/total": Median(6.5, 900)}, levels=[1.0, 2.0, 3.0, 4.0], pending=[0.0] * 4
    )
    assert (len(old.sums), old.value) == (len(ALTERNATIVES), 0.0)
    assert {len(old.levels), len(old.pending), len(old.cleared)} == {LEVELS}
    assert old.medians["eu/api/total"].ms == pytest.approx(exp(6.5))
    fed_times(old, [700.0] * 10)


def test_an_assessor_read_again_goes_on_as_before():
    """To the last figure: odds are kept, or follow from what is."""
    rng = random.Random(9)
    judge = Assessor(AssessorSettings(("api",)))
    times = usual(rng, 500, 0.35)
    fed(judge, [timed(START + n * 30, ms) for n, ms in enumerate(times[:333])])
    again = Assessor(judge.settings, judge.dump())
    rest = [timed(START + n * 30, ms) for n, ms in enumerate(times) if n >= 333]
    fed(judge, rest)
    fed(again, rest)
    assert judge.dump() == again.dump()


def beyond(every, shares, seed=1):
    """What follows from answers of which these shares are beyond the limit, each share for so many answers."""
    rng, judge, at, steps = random.Random(seed), Assessor(AssessorSettings(("api",), interval_s=every)), START, []
    for share, count in shares:
        for _ in range(count):
            slow = rng.random() < share
            outcome = Outcome.SLOW if slow else Outcome.OK
            steps += fed(judge, [look(at, outcome=outcome, timings=Timings(total=860.0 if slow else 22.0))])
            at += every
    return steps


@pytest.mark.parametrize(("every", "within_s"), [(2.0, 20), (5.0, 40), (30.0, 210)])
def test_a_check_with_a_limit_of_its_own_is_called_slow_in_its_first_minutes(every, within_s):
    """Before its usual times are known: thirty answers within `slow_ms`, then all beyond it, then all within it."""
    steps = beyond(every, [(0, 30), (1, 100), (0, 900)])
    assert [(s.event, s.kind) for s in steps] == [("opened", "slowness"), ("resolved", "slowness")]
    assert steps[0].at - START - 30 * every <= within_s


@pytest.mark.parametrize("share", [0.02, 0.1])
def test_a_limit_that_is_exceeded_now_and_then_is_no_slowness(share):
    """Whoever sets it where one answer in ten is beyond it hears nothing in the first two hours."""
    assert not [s for seed in range(10) for s in beyond(30.0, [(share, 240)], seed)]
