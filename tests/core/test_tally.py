"""Results of the last minutes, counted in good times too."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.tally import MINUTES, Minute, counted, lately


def test_only_the_last_ten_minutes_count():
    """What is older falls out, and the span says how much time the figures stand for."""
    minutes: tuple[Minute, ...] = ()
    for second in range(0, 1200, 30):
        minutes = counted(minutes, float(second), failed=second % 300 == 0)

    assert lately(minutes, 1199.0) == (2, 20, 599.0)
    assert lately((), 50.0) == (0, 0, 0.0)


@given(st.lists(st.tuples(st.floats(0, 5000), st.booleans()), max_size=200))
def test_it_is_bounded_and_never_fails_more_than_it_counts(results):
    """In whatever order results come."""
    minutes: tuple[Minute, ...] = ()
    for at, failed in results:
        minutes = counted(minutes, at, failed=failed)
    failed, total, span = lately(minutes, 5000.0)

    assert len(minutes) <= MINUTES
    assert 0 <= failed <= total <= len(results)
    assert span >= 0
