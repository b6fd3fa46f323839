"""Which primary serves which slot: what most of the primaries say, and which slot a command is for."""

from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.store.keys import STATE_SCHEMA, keys_of
from bot.store.slots import PARTS, SLOTS, SlotMap, SlotRange, View, agreed, slot_of, spread, view_of

OPERATIONS = Path(__file__).parents[2] / "deploy/docs/operations.md"
A, B, C, D = ("a", 1), ("b", 2), ("c", 3), ("d", 4)


def thirds(*primaries) -> View:
    edges = (0, 5461, 10922, SLOTS)
    return tuple(
        SlotRange(first, after - 1, one) for one, first, after in zip(primaries, edges, edges[1:], strict=False)
    )


OLD, NEW = thirds(A, B, C), thirds(D, B, C)


@pytest.mark.parametrize(
    ("views", "first", "last"),
    [
        ({A: OLD, B: OLD, C: OLD}, A, C),
        ({A: None, B: OLD, C: OLD}, A, C),
        ({A: OLD, B: NEW, C: NEW, D: NEW}, D, C),
        ({B: NEW, C: NEW, D: NEW}, D, C),
        ({A: OLD, B: NEW, C: OLD, D: NEW}, None, C),
        ({A: OLD, B: None, C: None}, None, None),
        ({}, None, None),
    ],
)
def test_most_primaries_decide(views, first, last):
    """One that was cut off or suspended believes in itself; whoever hears only that one may not write."""
    found = agreed(views)
    assert (found.owner(0), found.owner(SLOTS - 1)) == (first, last)
    assert found.whole == (first is not None and last is not None)


PLACES = st.sampled_from([A, B, C, D])
CUTS = st.lists(st.integers(1, SLOTS - 1), unique=True, max_size=5).map(sorted)


@st.composite
def views_of(draw):
    edges = [0, *draw(CUTS), SLOTS]
    return tuple(SlotRange(first, after - 1, draw(PLACES)) for first, after in pairwise(edges))


@given(st.dictionaries(PLACES, st.none() | views_of()), st.integers(0, SLOTS - 1))
def test_an_owner_is_named_by_more_than_half(views, slot):
    """Slot by slot, whatever the ranges look like."""
    named = [SlotMap(view).owner(slot) for view in views.values() if view]
    owner = agreed(views).owner(slot)
    if owner is not None:
        assert 2 * named.count(owner) > len(views)
    else:
        assert all(2 * named.count(one) <= len(views) for one in named if one)


def test_a_node_that_does_not_know_its_host_is_where_it_was_asked():
    """Both ways in which a server says so; a node whose host nobody knows is left out."""
    reply = [[10, 20, [None, 7000, b"n"], [b"", 7001, b"m"], [b"?", 7002, b"o"]], [0, 9, [b"10.0.0.1", 7000, b"p"]]]
    low, high = view_of(reply, ("host", 6379))
    assert (low.primary, low.replicas) == (("10.0.0.1", 7000), ())
    assert (high.primary, high.replicas) == (("host", 7000), (("host", 7001),))


def test_the_slot_of_a_command():
    """Wherever its key stands; what has no key goes where all share."""
    k, shared = keys_of("claude"), slot_of(("GET", STATE_SCHEMA))
    own = slot_of(("GET", k.judge))
    assert own != shared
    assert f"`{{_}}`: slot {shared}" in OPERATIONS.read_text("utf-8")
    assert {
        slot_of(("EVALSHA", "digest", 2, k.lease, k.fence, "take")),
        slot_of(("XREAD", "COUNT", 5, "BLOCK", 100, "STREAMS", k.stream, "0-0")),
        slot_of(("SET", k.judge.encode(), "x")),
        slot_of(("GET", "claude")),
    } == {own}
    assert {slot_of((word,)) for word in ("INFO", "PING", "TIME")} | {slot_of(("EVAL", "return 1", 0, "x"))} == {shared}


def test_the_parts_of_a_store_are_spread_over_all_slots():
    """No node with a sixteenth of the slots is without one."""
    shared, *tags = spread()
    assert shared == "_"
    assert [slot_of(("GET", f"{{{tag}}}")) * PARTS // SLOTS for tag in tags] == list(range(PARTS))
