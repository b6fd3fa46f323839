"""How a thousand roots share fifty edits a minute, by a clock the test sets."""

import heapq

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.slack.rate_limits import (
    BURST,
    BURST_S,
    EDIT,
    EDITS,
    KEPT_FOR_NEWS,
    LONGEST_S,
    POST,
    WINDOW_S,
    Edits,
    Posts,
    Rests,
)


@given(st.lists(st.tuples(st.booleans(), st.floats(0, 5), st.integers(0, 200)), max_size=300))
def test_never_more_than_the_limit_in_any_window(asked):
    """Whatever comes in whatever order: each turn that is kept is counted once."""
    edits, now, told = Edits(), 0.0, []
    for news, passed, root in asked:
        now += passed
        allowed = edits.wait(str(root), now) == 0 if news else edits.spare(str(root), now)
        told += [now] if allowed else []
    assert all(sum(at - WINDOW_S < other <= at for other in told) <= EDITS for at in told)


def test_a_thousand_roots_have_their_news_in_twenty_turns():
    """Nobody is asked to come back twice, and the last is told as soon as the limit allows."""
    edits = Edits()
    waits = [edits.wait(str(root), 0.0) for root in range(1_000)]
    assert sum(wait == 0 for wait in waits) == EDITS
    assert max(waits) == 19 * WINDOW_S
    assert all(edits.wait(str(root), wait) == 0 for root, wait in enumerate(waits) if wait)


def test_figures_leave_room_for_a_click_and_wait_for_news():
    edits = Edits()
    assert sum(edits.spare("one", 0.0) for _ in range(100)) == EDITS - KEPT_FOR_NEWS
    assert edits.wait("clicked", 0.0) == 0
    for root in range(100):
        edits.wait(str(root), 0.0)
    assert not edits.spare("one", 10.0)


def test_every_root_has_its_turn_with_figures():
    """A thousand that ask every 45 s: each was shown fresh ones within two of their rounds."""
    edits, shown = Edits(), set()
    for second in range(2 * 51 * 45):
        shown |= {root for root in range(second % 45, 1_000, 45) if edits.spare(str(root), float(second))}
    assert len(shown) == 1_000


def test_one_full_place_rests_itself_and_a_second_rests_all_posts():
    """What comes after in a place that rests waits too, so that no notice overtakes the root it belongs to."""
    rests = Rests()
    rests.refused(POST, "C1", 30.0, 0.0)
    assert 29 < rests.wait(POST, "C1", 1.0) < 30
    assert rests.wait(POST, "C3", 1.0) == 0
    rests.refused(POST, "C2", 30.0, 1.0)
    first = rests.wait(POST, "C3", 2.0)
    assert 29 < first < rests.wait(POST, "C3", 2.0), "they come back one after the other"
    assert rests.wait(EDIT, "C1", 2.0) == 0
    assert rests.wait(POST, "C3", 32.0) == 0
    rests.refused(EDIT, "C1", 5.0, 40.0)
    assert rests.wait(EDIT, "C2", 41.0) > 0


@given(st.lists(st.tuples(st.floats(0, 3), st.sampled_from("ab")), max_size=200))
def test_posts_into_one_conversation_are_one_a_second(asked):
    """In the long run and but for a burst; a conversation that was silent never waits, nor does one for another."""
    posts, now = Posts(), 0.0
    told: dict[str, list[float]] = {"a": [], "b": []}
    for passed, room in asked:
        now += passed
        wait = posts.wait(room, now)
        lately = [at for at in told[room] if at + BURST_S - now > 0]
        assert (wait > 0) == (len(lately) >= BURST)
        told[room] += [] if wait else [now]
    for times in told.values():
        assert all(sum(at <= other < at + 60 for other in times) <= 60 for at in times)


def test_a_clock_set_back_keeps_no_conversation_waiting():
    posts = Posts()
    for _ in range(BURST):
        posts.wait("a", 1e9)
    assert posts.wait("a", 0.0) <= BURST_S
    assert posts.wait("a", 0.0) == 0
    posts.wait("a", 2 * BURST_S)
    assert posts.wait("a", 4 * BURST_S) == 0


def test_whoever_asks_early_keeps_its_turn():
    """News of a message that waits has it asked for again and again; it is not put off by that."""
    posts = Posts()
    waits = [posts.wait("a", 0.0, str(n)) for n in range(BURST + 2)]
    assert waits[BURST] < waits[BURST + 1]
    for tenth in range(1, 30):
        now = tenth / 10
        assert now + posts.wait("a", now, str(BURST + 1)) == pytest.approx(waits[BURST + 1])
    assert posts.wait("a", waits[BURST], str(BURST)) == 0
    assert posts.wait("a", waits[BURST + 1], str(BURST + 1)) == 0


@given(st.floats(0, 2e9))
def test_at_one_moment_a_burst_is_posted_and_no_more(now):
    """Whatever the rounding of the seconds."""
    posts = Posts()
    waits = [posts.wait("a", now) for _ in range(3 * BURST)]
    assert waits[:BURST] == [0.0] * BURST
    assert all(wait > BURST_S - 0.001 for wait in waits[BURST:])


@given(st.integers(1, 300))
def test_a_long_queue_asks_seldom_and_is_posted_one_a_second(many):
    """Each comes back when it was told; in the end none has waited for long while nothing was posted."""
    posts, queue, asked, said = Posts(), [(0.0, n) for n in range(many)], 0, []
    while queue:
        now, n = heapq.heappop(queue)
        asked += 1
        if wait := posts.wait("a", now):
            assert wait <= LONGEST_S
            heapq.heappush(queue, (now + wait, n))
        else:
            said.append(now)
    assert 0.9 * (many - BURST) <= said[-1] <= 1.5 * many + LONGEST_S
    assert asked <= many * (3 + many / LONGEST_S)
