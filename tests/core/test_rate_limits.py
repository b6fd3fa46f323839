"""How much is asked of others at most, at every moment."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from bot.core.rate_limits import HOUR_S, RateLimiter, ReprobeBudget

GAPS = st.lists(st.floats(0, 2), min_size=1, max_size=200)


@given(gaps=GAPS, per_s=st.sampled_from([0.5, 1.0, 10.0]))
def test_requests_to_a_host_begin_apart(gaps: list[float], per_s: float) -> None:
    """However they come, no two begin closer together than the rate allows."""
    pacing, now = RateLimiter(per_s), 100.0
    begun: list[float] = []
    for gap in gaps:
        now += gap
        wait = pacing.take(now, 1e9)
        assert wait is not None
        begun.append(now + wait)
    assert all(b - a >= 1 / per_s - 1e-9 for a, b in pairwise(begun))


def test_who_would_wait_too_long_takes_no_ones_place() -> None:
    """A refusal keeps nothing: the next patient one comes where the refused one would have come."""
    pacing = RateLimiter(1.0)
    assert pacing.take(0.0, 0.0) == 0.0
    assert pacing.take(0.0, 0.9) is None
    assert pacing.take(0.0, 1.0) == 1.0
    assert pacing.take(0.5, 2.0) == 1.5


@given(gaps=GAPS, limit=st.integers(0, 5))
def test_extra_looks_are_bounded_in_every_hour(gaps: list[float], limit: int) -> None:
    """In any hour at most so many are allowed, and as many as are allowed are given."""
    extras, now = ReprobeBudget(limit), 0.0
    taken: list[float] = []
    for gap in gaps:
        now += gap * 1000
        recent = sum(1 for at in taken if now - at < HOUR_S)
        assert extras.take("api", now) is (recent < limit)
        if recent < limit:
            taken.append(now)


def test_each_component_has_its_own_extra_looks() -> None:
    """One that uses up its own takes none of another's; those refused are counted."""
    extras = ReprobeBudget(1)
    assert extras.take("a", 1.0)
    assert not extras.take("a", 2.0)
    assert extras.take("b", 3.0)
    assert extras.refused == 1


def test_a_clock_set_back_blocks_nothing() -> None:
    """Looks of a future that did not come are forgotten."""
    extras = ReprobeBudget(1)
    assert extras.take("a", 1e9)
    assert extras.take("a", 1.0)
