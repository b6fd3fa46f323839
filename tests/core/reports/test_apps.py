"""Counts of apps: summed over the window, bounded by app; no single one raises trouble, and none hides it."""

from hypothesis import given, settings
from hypothesis import strategies as st

from bot.core.model.report import APPS, Apps, Report
from bot.core.reports.apps import MOST, POINTS, WINDOW_S, AppRequests, Counts, apps_say, settled, sums, taken
from bot.core.reports.surge import SurgeDetector
from bot.core.text.reports import apps_say as worded
from bot.core.text.reports import voices_of

NOW = 10_000.0
TOTALS = st.integers(1, 10**9)
SAID = st.tuples(TOTALS, st.floats(0.0, 1.0)).map(lambda one: (round(one[0] * one[1]), one[0]))


def counted(*said: tuple[int, int]) -> Counts:
    counts: Counts = {}
    for n, (failed, total) in enumerate(said):
        counts = taken(counts, f"app{n}", AppRequests(NOW, failed, total))
    return counts


def test_they_add_up_and_are_worded() -> None:
    said = apps_say(counted((100, 400), (100, 400), (12, 180)))

    assert said is not None
    assert said == Apps(3, 212, 980, 3, trouble=True)
    assert worded([said]) == "apps say: 212 of 980 calls failed (3 apps)"
    assert worded([Apps(1, 0, 1)]) == "apps say: 0 of 1 call failed (1 app)"


@given(SAID, st.lists(st.integers(20, 100_000), max_size=5))
def test_no_single_one_raises_trouble(lie, honest) -> None:
    """However many requests it says failed, where all others say that it works."""
    said = apps_say(counted(lie, *((0, total) for total in honest)))

    assert said is not None
    assert not said.trouble
    if honest:
        assert said.failed <= said.total / 2 + 1


@given(SAID, st.integers(2, 5))
def test_none_hides_trouble(lie, failing) -> None:
    """However many requests it says went well, where two others say that it fails."""
    said = apps_say(counted(lie, *[(30, 100)] * failing))

    assert said is not None
    assert said.trouble
    assert said.failed / said.total > 0.1


@settings(max_examples=30)
@given(st.lists(st.tuples(st.integers(0, 200), st.floats(0.0, 3_000.0), SAID), max_size=60))
def test_floods_stay_small_and_nothing_in_the_window_is_lost(said) -> None:
    counts: Counts = {}
    for app, after, (failed, total) in said:
        counts = taken(counts, f"app{app}", AppRequests(NOW + after, failed, total))
    assert len(counts) <= MOST
    assert all(len(points) <= POINTS for points in counts.values())
    latest = settled(counts, NOW + 3_000.0)
    assert all(each.at > NOW + 3_000.0 - WINDOW_S for points in latest.values() for each in points)


def test_many_reports_of_one_app_are_one_sum() -> None:
    counts: Counts = {}
    for n in range(200):
        counts = taken(counts, "app", AppRequests(NOW + n, 1, 10))

    assert sums(counts, "app") == (200, 2_000)
    assert len(counts["app"]) == POINTS


def test_what_cannot_be_is_left_out() -> None:
    for failed, total in ((2, 1), (-1, 5), (0, 0), (0, -3), (1, 10**12)):
        assert taken({}, "app", AppRequests(NOW, failed, total)) == {}


def test_small_reports_become_a_voice_once_they_say_something() -> None:
    """Ten requests every twenty seconds say nothing each, and together that a third fails; later they are gone."""
    detector = SurgeDetector(["api"])
    heard = [detector.take(Report(NOW + 20 * n, "api", "a", place=APPS, failed=1, total=3)) for n in range(8)]
    detector.settle(NOW + 160, ())
    said = detector.reports("api", NOW + 160)

    assert sum(heard) == said.affected == 1
    assert voices_of([said]).endswith("apps say: 8 of 24 calls failed (1 app)")
    detector.settle(NOW + 2_000, ())
    assert detector.reports("api", NOW + 2_000).apps is None


def test_two_failing_apps_are_worth_a_check_at_once_and_no_incident() -> None:
    detector = SurgeDetector(["api"], opens=True)
    detector.take(Report(NOW, "api", "a", place=APPS, failed=40, total=100))
    assert detector.doubted() == set()
    detector.take(Report(NOW, "api", "b", place=APPS, failed=40, total=100))
    detector.settle(NOW + 1, ())

    assert detector.doubted() == {"api"}
    assert detector.surging() == {}
    assert detector.steps(NOW + 800, ()) == []
