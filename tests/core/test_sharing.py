"""Who does what among several: everybody agrees, it is spread evenly, and little moves."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.sharing import Share, rank, ranked

NAMES = st.text("abcdefghijklmnopqrstuvwxyz0123456789.-", min_size=1, max_size=12)
GROUPS = st.sets(NAMES, min_size=1, max_size=12)


@given(GROUPS, NAMES, st.randoms())
def test_everybody_agrees(members, thing, chance):
    """Whoever has the same list, in whatever order, names the same process; exactly one has the thing."""
    shuffled = list(members)
    chance.shuffle(shuffled)
    assert ranked(shuffled, thing) == ranked(sorted(members), thing)
    assert sorted(rank(member, shuffled, thing) for member in members) == list(range(len(members)))


@given(GROUPS, NAMES, NAMES)
def test_only_what_the_newcomer_gets_moves(members, newcomer, thing):
    """And when it leaves again, all of that goes back, and nothing else moves."""
    before, after = ranked(members, thing)[0], ranked({*members, newcomer}, thing)[0]
    assert after in {before, newcomer}


@given(GROUPS, NAMES)
def test_the_next_one_takes_over(members, thing):
    """Those who are left stand in the same order."""
    first, *others = ranked(members, thing)
    assert ranked(members - {first}, thing) == others


@pytest.mark.parametrize("processes", [2, 3, 8, 50])
def test_things_are_spread_evenly(processes):
    """Within four standard deviations of an equal share, for names as they are in use."""
    members = [f"gt-{number}.{number * 7919:08x}" for number in range(processes)]
    counts = dict.fromkeys(members, 0)
    for number in range(5_000):
        counts[ranked(members, f"service-{number}")[0]] += 1
    share = 5_000 / processes
    assert max(abs(count - share) for count in counts.values()) < 4 * math.sqrt(share)


def test_a_name_weighs_the_same_in_every_version():
    """Two versions at work at the same time agree: this order is part of what they speak with each other."""
    assert ranked(["a", "b", "c"], "claude") == ["b", "a", "c"]


def test_a_share_follows_its_group():
    """All of it at first; a process that its own list does not name is in it all the same."""
    share = Share("one")
    things = [f"thing-{number}" for number in range(50)]
    assert share.alone
    assert all(share.mine(thing) for thing in things)
    assert share.among(["one", "two"])
    assert not share.among(["two"])
    other = Share("two")
    other.among(["one"])
    assert share.members == other.members == ["one", "two"]
    assert all(share.mine(thing) != other.mine(thing) for thing in things)
    assert {share.rank(thing) for thing in things} == {0, 1}
