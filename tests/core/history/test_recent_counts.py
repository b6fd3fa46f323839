"""Results of the last minutes, counted in good times too."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.history.recent_counts import CHECKS, MINUTES, Minute, RecentCounts, apart, counted, lately, noted, pooled
from bot.core.model.measurement import OutlierCheck


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


def looked(*checks):
    """Tallies of one component: (check, seconds between looks, whether they fail) for forty minutes."""
    kept: RecentCounts = {}
    for name, every, fails in checks:
        for at in range(0, 2400, every):
            noted(kept, "api", name, float(at), failed=fails)
    return kept["api"]


def test_a_dead_check_is_not_hidden_by_healthy_ones():
    """Inference looked at every five minutes is wholly dead beside keyless looks every half minute."""
    dead = looked(("api/messages", 300, True), ("api/keyless", 30, False))

    assert lately(pooled(dead), 2399.0)[:2] == (2, 22)
    assert apart(dead, 2399.0) == OutlierCheck("api/messages", 6, 6, 0, 20)


def test_nothing_stands_apart_where_all_fail_alike():
    """One check alone, all failing, all fine, or one failure that may be chance."""
    assert apart(looked(("api/messages", 300, True)), 2399.0) is None
    assert apart(looked(("api/messages", 300, True), ("api/keyless", 30, True)), 2399.0) is None
    assert apart(looked(("api/messages", 300, False), ("api/keyless", 30, False)), 2399.0) is None
    assert apart({"a": (Minute(39, 1, 1),), "b": (Minute(39, 20, 0),)}, 2399.0) is None
    assert apart({}, 0.0) is None


@given(st.lists(st.tuples(st.integers(0, 100), st.floats(0, 5000), st.booleans()), max_size=200))
def test_checks_are_bounded_and_pool_to_the_whole(results):
    """However many names come, and in whatever order."""
    kept: RecentCounts = {}
    for check, at, failed in results:
        noted(kept, "api", str(check), at, failed=failed)
    checks = kept.get("api", {})
    total = sum(m.total for m in pooled(checks))

    assert len(checks) <= CHECKS + 1
    assert total <= len(results)
    assert sum(m.failed for m in pooled(checks)) <= total
