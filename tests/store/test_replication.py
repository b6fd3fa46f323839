"""A primary that was paused or killed, behind a real Sentinel: what was said to be written is written."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.errors import StoreError
from bot.store import replication
from bot.store.batching import Batches
from bot.store.connect import open_store
from bot.store.keys import keys_of
from bot.store.types import Commit
from tests.support.sentinels import replicated
from tests.support.writes import SERVICE, leased

pytestmark = pytest.mark.timeout(90)


async def rows_at(port):
    """How many rows a server has."""
    async with Redis(port=port) as redis:
        return await redis.xlen(keys_of(SERVICE).stream)


async def again(operation):
    """As all callers do: try until the store is there."""
    async with asyncio.timeout(30):
        while True:
            try:
                return await operation()
            except StoreError:
                await asyncio.sleep(0.1)


@pytest.mark.parametrize("looks", ["now and then", "never"])
async def test_a_paused_primary_that_wakes_up_is_not_written_to(tmp_path, monkeypatch, looks):
    """A connection from before is still open: by looking now and then, and where not by WAIT, the write goes on."""
    async with replicated(tmp_path) as group, open_store(group.url, tmp_path) as store:
        old = await group.primary()
        assert (await store.append(SERVICE, "run1", 1, [b"a"])).last_seq == 1
        token = await leased(store)
        group.pause(old)
        new = await group.moved(old)
        group.resume(old)
        if looks == "never":
            monkeypatch.setattr(replication, "CHECK_S", 1e9)
            server = store._link._servers
            assert isinstance(server, Batches)
            server._primary._due = 1e18
        reply = await again(lambda: store.append(SERVICE, "run1", 2, [b"b"]))
        written = await again(lambda: store.commit(SERVICE, token, Commit("1-0", b"s")))

        assert reply.last_seq == 2
        assert written
        assert await rows_at(new) == 2
        assert (await store.load(SERVICE)).state == b"s"


async def test_what_is_written_is_on_a_replica(tmp_path):
    """Killed right after the answer: the next primary has every row."""
    async with replicated(tmp_path) as group, open_store(group.url, tmp_path) as store:
        old = await group.primary()
        for number in range(200):
            await store.append(SERVICE, "run1", number + 1, [b"x"])
        await group.kill(old)
        new = await group.moved(old)
        assert await rows_at(new) == 200
        assert (await again(lambda: store.append(SERVICE, "run1", 201, [b"y"]))).last_seq == 201


async def test_a_primary_without_its_replicas_goes_on_alone(tmp_path, caplog):
    """The replica is gone and the primary is still the one: writes go on, and it is said."""
    async with replicated(tmp_path, replicas=1) as group, open_store(group.url, tmp_path) as store:
        primary = await group.primary()
        await store.append(SERVICE, "run1", 1, [b"a"])
        [replica] = set(group.servers) - {primary}
        group.pause(replica)
        async with asyncio.timeout(20):
            assert (await store.append(SERVICE, "run1", 2, [b"b"])).last_seq == 2
        assert "0 of 1 replicas of the store confirm" in caplog.text
        group.resume(replica)


async def test_sentinels_that_disagree_stop_writes(tmp_path):
    """Nobody knows who is the primary: nothing is written that may be lost."""
    async with replicated(tmp_path / "one" if (tmp_path / "one").mkdir() is None else tmp_path) as one:
        other = tmp_path / "two"
        other.mkdir()
        async with replicated(other, replicas=1) as two:
            both = f"{one.url.removesuffix('/main')},{two.url.removeprefix('redis+sentinel://')}"
            with pytest.raises(StoreError, match="do not agree on a primary"):
                async with open_store(both, tmp_path):
                    pass
