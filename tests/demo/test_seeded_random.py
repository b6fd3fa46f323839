"""Chance is uniform, repeatable, and spells have the share and the length that were asked for."""

import itertools

import pytest

from bot.demo.seeded_random import TroubleIntervals, chance, token


def test_chance_is_uniform_and_repeatable():
    """10,000 draws fill ten bins evenly, and the same words draw the same number."""
    bins = [0] * 10
    for number in range(10_000):
        bins[int(chance("seed", number) * 10)] += 1
    assert min(bins) > 880
    assert max(bins) < 1120
    assert chance("seed", 5) == chance("seed", 5) != chance("other", 5)


def test_words_are_not_run_together():
    """("ab", "c") and ("a", "bc") are different words."""
    assert chance("ab", "c") != chance("a", "bc")


def test_token_keeps_to_its_alphabet():
    """An id has the wanted length and letters, and differs by its words."""
    assert set(token(12, "x", alphabet="ab")) <= {"a", "b"}
    assert len({token(20, "request", n) for n in range(1000)}) == 1000


@pytest.mark.parametrize(("rate", "mean_s"), [(0.25, 60.0), (0.1, 20.0), (0.8, 10.0)])
def test_spells_have_their_share_and_length(rate: float, mean_s: float):
    """Over a long time the share of trouble is the rate, and a spell's mean length the asked one."""
    spells = TroubleIntervals(rate, mean_s, "seed")
    step, count = min(mean_s, mean_s * (1 - rate) / rate) / 60, 500_000
    seen = [spells.bad(n * step) for n in range(count)]
    lengths = [len(list(run)) * step for bad, run in itertools.groupby(seen) if bad]
    assert sum(seen) / count == pytest.approx(rate, rel=0.15)
    assert sum(lengths) / len(lengths) == pytest.approx(mean_s, rel=0.15)


def test_spells_answer_alike_however_they_are_asked():
    """Going back in time, or asking rarely, changes nothing."""
    times = [n * 7.0 for n in range(500)]
    once = [TroubleIntervals(0.3, 30, "s").bad(t) for t in times]
    running = TroubleIntervals(0.3, 30, "s")
    assert [running.bad(t) for t in times] == once
    assert [running.bad(t) for t in reversed(times)] == once[::-1]


def test_never_and_always():
    """Rates of nought and one need no spells."""
    assert not TroubleIntervals(0, 10, "s").bad(1e9)
    assert TroubleIntervals(1, 10, "s").bad(1e9)
