"""The sum is that of the numbers, whatever they were before."""

from math import fsum, isclose

from hypothesis import given
from hypothesis import strategies as st

from bot.core.stats.sum_tree import SumTree

NUMBERS = st.floats(0.0, 1e30)


@given(st.lists(NUMBERS, max_size=40), st.lists(st.tuples(st.integers(0, 50), NUMBERS), max_size=60))
def test_it_is_the_sum_after_any_changes(given_first, changes):
    values = dict(enumerate(given_first))
    tree = SumTree(values)
    for name, value in changes:
        tree.put(name, value)
        if name in values:
            values[name] = value
        assert isclose(tree.total, fsum(values.values()), rel_tol=1e-12, abs_tol=1e-300)


def test_a_huge_number_that_is_gone_leaves_nothing():
    """A running sum would have lost the small ones."""
    tree = SumTree({"big": 1.0, "small": 0.25})
    tree.put("big", 1e30)
    tree.put("big", 0.0)
    assert tree.total == 0.25
