"""Processes that share work hear of each other through the store, by its clock."""

import pytest
from redis.asyncio import Redis

from bot.sharing import BEAT_S, SETTLED_S, SILENT_S, Peers


class Group:
    """Processes with a clock that the test sets."""

    def __init__(self, store):
        self.store, self.now = store, 1000.0

    def peers(self, owner):
        return Peers(self.store, "judges", owner, "services", lambda: self.now)


@pytest.fixture
def group(store):
    """Nobody yet."""
    return Group(store)


async def beaten(*peers, times=1):
    for _ in range(times):
        for one in peers:
            await one.beat()


async def test_all_hear_of_each_other_and_of_who_leaves(group):
    """Each thing is one process's."""
    one, two = group.peers("one"), group.peers("two")
    heard = []
    one.changed = lambda: heard.append(one.share.members)
    await beaten(one, two, one)
    assert one.share.members == two.share.members == ["one", "two"]
    await two.leave()
    await beaten(one)
    assert one.share.alone
    assert heard == [["one", "two"], ["one"]]


async def test_who_is_silent_for_long_is_no_more(store):
    """By the store's clock: the process's own is not asked."""
    await store.peers.beat("judges", "dead", 10_000)
    assert await store.peers.beat("judges", "one", 10_000) == ["dead", "one"]
    while await store.peers.beat("judges", "one", 20) != ["one"]:
        pass
    assert await store.peers.beat("other", "two", 10_000) == ["two"]


async def test_a_store_that_was_away_makes_nobody_dead(group, redis_url, caplog):
    """All were silent, and whoever speaks first keeps the others for a while; meanwhile all have the share they had."""
    one, two = group.peers("one"), group.peers("two")
    await beaten(one, two, times=2)
    async with Redis.from_url(redis_url) as redis:
        await redis.config_set("maxmemory", 1)
        await beaten(one, one)
        await redis.config_set("maxmemory", 0)
        await redis.flushall()
    assert one.share.members == ["one", "two"]
    assert caplog.text.count("so this process goes on with its share, one of 2") == 1

    await beaten(one)
    assert one.share.members == ["one", "two"], "two has not had the time to speak"
    group.now += SETTLED_S
    await beaten(one)
    assert one.share.alone


async def test_who_has_just_come_asks_for_nothing(group):
    """A process that dies again and again takes no work from those that live."""
    one = group.peers("one")
    await beaten(one)
    assert not one.share.settled
    group.now += SETTLED_S
    await beaten(one)
    assert one.share.settled


async def test_a_flood_of_names_is_bounded(store):
    """Each process has a new name each time it starts."""
    for number in range(1_005):
        await store.peers.beat("judges", f"p{number}", 60_000)
    assert len(await store.peers.beat("judges", "one", 60_000)) == 1_000


def test_a_dead_one_s_share_is_another_s_within_five_seconds():
    """What the documents promise."""
    assert SILENT_S + BEAT_S <= 5
