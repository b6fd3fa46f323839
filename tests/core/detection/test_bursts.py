"""Outages in bursts: one that went undetected is not learned as usual, and one that stands is one incident."""

import random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from bot.core.detection.baseline import DAY_S, BurstModel
from bot.core.detection.classification import Sample
from bot.core.detection.recovery import AT_LEAST_S, AT_MOST_S, RecoveryTest
from bot.core.detection.stream_filter import Stream

HOUR_S = 3600.0
START = 1_775_001_600.0


def learned(spells, hours):
    """A stream that failed for 30 s at each of these times (seconds), all of it cleared as usual, and its service."""
    stream, service = Stream("eu", "api", "api"), BurstModel()
    for hour in range(hours):
        begins = START + hour * HOUR_S
        here = [start for start in spells if hour * HOUR_S - 30 <= start < (hour + 1) * HOUR_S]
        looks = range(720) if here or not hour else ()
        for n in looks:
            failing = any(start <= hour * HOUR_S + n * 5 < start + 30 for start in here)
            stream.take(Sample(begins + n * 5, "eu", "api", "api", failing, "x" if failing else ""), service, 5.0)
        stream.calm(720 - len(looks), begins + HOUR_S - 5, 5.0)
        stream.clear(service, begins + HOUR_S, 5.0)
        stream.reckon(service, begins + HOUR_S)
    return stream, service


def test_bursts_close_together_are_learned_as_one():
    """Twelve bursts within an hour that nobody was told of: as much as one spell."""
    bursts, one = learned([7200 + n * 300 for n in range(12)], 48), learned([7200], 48)
    assert bursts[0].several == pytest.approx(one[0].several)
    assert bursts[1].count < 1.5 * one[1].count
    assert len(bursts[0].recent_spells(START + 48 * HOUR_S)) == 12, "people are told of all"


def test_usual_spells_are_learned_at_the_rate_at_which_they_come():
    """Five a day, independent of each other: what is left out after each is left out of the time too."""
    rng, at, times = random.Random(5), 0.0, []
    while at < 20 * DAY_S:
        at += rng.expovariate(5 / DAY_S)
        times.append(at)
    _, service = learned(times, 20 * 24)
    assert service.count / service.seconds * DAY_S == pytest.approx(5, rel=0.3)


@given(st.integers(1, 200), st.floats(5, 3000))
def test_how_long_it_must_be_quiet_follows_the_gaps(gaps, mean_s):
    """Within its bounds, longer for longer gaps, and shorter the better they are known."""
    known = RecoveryTest(gaps=gaps, gap_s=gaps * mean_s)
    assert AT_LEAST_S <= known.asked_s <= AT_MOST_S
    assert known.asked_s <= RecoveryTest(gaps=gaps, gap_s=gaps * mean_s * 1.5).asked_s
    if mean_s >= 600:  # the presumed first gap is no longer than those known
        assert known.asked_s >= RecoveryTest(gaps=2 * gaps, gap_s=2 * gaps * mean_s).asked_s


def test_hardly_a_gap_is_taken_for_the_end():
    """Of gaps of four minutes in the mean, hardly one lasts longer than is waited for, known or not."""
    rng, longer, all_gaps = random.Random(6), 0, 0
    for _ in range(400):
        test = RecoveryTest()
        for _ in range(13):
            gap = rng.expovariate(1 / 240)
            longer += gap > test.asked_s
            all_gaps += 1
            test.gaps, test.gap_s = test.gaps + 1, test.gap_s + gap
    assert longer / all_gaps < 1 / 300


def total(lasts_s, mends_s):
    """The reverse test after total failures of these lengths with so long mends between them, a result every 5 s."""
    test = RecoveryTest(hard=True, bursts=False)
    for n, lasts in enumerate(lasts_s):
        for _ in range(int(lasts / 5)):
            test.failure(5.0, 0.005, 1.0)
        for _ in range(int(mends_s[n] / 5) if n < len(mends_s) else 0):
            test.quiet(5.0, 0.005, 1.0)
    return test


@pytest.mark.parametrize(
    ("lasts_s", "mends_s", "closes_min"),
    [
        ((90,), (), 12.5),
        ((300, 300), (180,), 12.5),
        ((180, 180), (120,), 12.5),
        ((90, 90), (120,), 14.5),
        ((60, 60), (120,), 18),
        ((60, 60, 60), (60, 60), 14.8),
    ],
)
def test_what_was_broken_and_mended_twice_closes_soon(lasts_s, mends_s, closes_min):
    """By how long it failed and worked: the longer it failed each time, the less it can have been bursts."""
    test = total(lasts_s, mends_s)
    assert test.hard
    assert test.asked_s / 60 == pytest.approx(closes_min, abs=1)


TOTAL = st.lists(st.tuples(st.floats(20, 600), st.floats(20, 600)), min_size=1, max_size=12)


@given(TOTAL)
@example([(20, 20), (20, 135)])
@example([(20, 20), (20, 105)])
def test_longer_failures_and_shorter_mends_never_ask_for_more_quiet(courses):
    """Within its bounds for any course of total failures, and where each is long enough to count as one."""
    lasts_s, mends_s = [r for r, _ in courses], [m for _, m in courses[1:]]
    known = total(lasts_s, mends_s)
    assert 750 <= known.asked_s <= AT_MOST_S
    longer, slower = total([r + 30 for r in lasts_s], mends_s), total(lasts_s, [m + 30 for m in mends_s])
    if known.hard and known.again == longer.again == slower.again == len(mends_s):
        assert longer.asked_s <= known.asked_s + 2
        assert slower.asked_s >= known.asked_s - 2


def test_a_failure_too_short_to_count_asks_for_no_more_quiet():
    """Four failures after two minutes without any may be usual ones: as long as after the first total failure alone."""
    short, counted = total([20, 20], [135]), total([50, 50], [135])
    assert (short.again, counted.again) == (0, 1)
    assert short.asked_s == total([20], []).asked_s < counted.asked_s


@pytest.mark.parametrize("ran_s", [30.0, 86_400.0])
def test_any_number_of_total_failures_of_any_length_has_its_time(ran_s):
    """Weeks of it, in bursts or for days: no number ends."""
    test = RecoveryTest(hard=True, bursts=False, ran_s=ran_s)
    for _ in range(2000):
        test.quiet(100.0, 0.005, 1.0)
        test.failure(5.0, 0.005, 1.0)
        test.failure(ran_s, 0.005, 1.0)
    assert test.hard
    assert 750 <= test.asked_s <= AT_MOST_S


def test_single_failures_are_no_outages_that_were_mended():
    """Where one request in a few fails, the gaps between the failures say when it is over, as ever."""
    test = total([5] * 10, [60] * 9)
    assert not test.hard
    assert test.asked_s == RecoveryTest(gaps=9, gap_s=540).asked_s


@pytest.mark.parametrize("gap_s", [140, 273])
def test_bursts_of_a_target_without_spells_seldom_open_twice(gap_s):
    """Of the gaps in bursts of a minute, few are longer than is waited for, though the target was clean."""
    rng, longer, outages = random.Random(7), 0, 40
    for _ in range(outages):
        lasts, mends, at = [rng.expovariate(1 / 60) + 20], list[float](), 0.0
        while at < 3600:
            gap = rng.expovariate(1 / gap_s)
            longer += gap > total(lasts, mends).asked_s
            at += gap + 60
            mends.append(gap)
            lasts.append(rng.expovariate(1 / 60) + 20)
    assert longer / outages < 0.2


def test_a_target_known_for_spells_that_fails_again_is_given_its_time():
    """One long outage closes soon; failures again after it may be bursts, as this target has them."""
    test = RecoveryTest(hard=True, bursts=True)
    for lasts_s in (300, 60):
        for _ in range(lasts_s // 5):
            test.failure(5.0, 0.005, 1.0)
        asked_s = test.asked_s
        for _ in range(24):
            test.quiet(5.0, 0.005, 1.0)
        if lasts_s == 300:
            assert asked_s == 750
    assert test.asked_s > 1800
