import time

import pytest
from redis.asyncio import Redis

from bot.core.history.rollups import Rollup, chunks
from bot.core.model.person import Person
from bot.store import keys
from bot.store.keys import keys_of
from bot.store.replication import marked
from bot.store.store import Store
from bot.store.types import Commit, IncidentWrite, LedgerWrite, OutcomeWrite
from tests.support.writes import SERVICE, claim_one, delivery, leased


async def test_every_key_is_in_the_table_and_goes_by_itself(store: Store, redis_url: str) -> None:
    """After everything was used, each key is of the table's type and has its retention as time to live."""
    await store.append(SERVICE, "run1", 1, [b"a"])
    token = await leased(store)
    incidents = (IncidentWrite("i1", 1.0, "{}"),)
    writes = (delivery(trail=("t",)), delivery(subject="i2", due_at=9.0))
    rows = (LedgerWrite(1.0, "{}"),)
    told = (OutcomeWrite("press", "{}"),)
    commit = Commit("1-0", b"s", {"a": "1"}, {"a": "2"}, incidents, writes, ("line",), rows, told, aside=("{}",))
    await store.commit(SERVICE, token, commit)
    added = chunks({"api": {1: Rollup([1, 0, 0, 0])}}, 60.0)
    await store.commit(SERVICE, token, Commit("1-0", b"s", {"a": "1"}, {"a": "2"}, rollups=added))
    assert await store.leases.acquire_page(SERVICE, "claude:page", "fra", 60_000)
    await store.outbox.give_up(await claim_one(store, 5.0), "channel_not_found", 6.0)
    assert await store.people.salt()
    await store.people.spoke(SERVICE, "api:somebody", "works")
    assert await store.purse.reserve(SERVICE, (1, 0.1), (1, 0.1))
    assert await store.notes.set_once("slack:press", 60.0)
    assert await store.leases.acquire("gateway", "a", 60_000)
    await store.subscriptions.subscribe("r1", "{}")
    assert await store.notify_requests.add("claude/4F7K/slack:U1", "{}")
    await store.pings.add("backup", "ok")
    await store.pings.door_open()
    await store.health.put("a/slack", "{}")
    await store.audit.add("{}", "me")
    assert await store.acts.wait_s(Person("slack", "T1", "U1", "Ann"), 30) == 0
    await store.announcements.put("4F7K", "{}")
    assert await store.installations.put("slack/T1", "secret")
    for one in ("a/1", "a/2"):
        await store.groups.admit("slack:C1", one, time.time(), (30.0, 1), ("{}", "{}"))
    await store.vantages.announce([SERVICE], 1.0)
    await store.vantages.put("local", "{}", 1.0)
    assert await store.lease(SERVICE, "another", 60_000, asks_ms=60_000) is None
    await store.peers.beat("judges", "a", 60_000)
    await store.outbox.ring("slack")
    for words in marked([("SET", keys.STATE_SCHEMA)]):
        await store._link.call(*words)
    found = set()
    async with Redis.from_url(redis_url, decode_responses=True) as redis:
        async for key in redis.scan_iter():
            kind = keys.kind_of(key)
            assert kind is not None, f"{key} is not in the table"
            found.add(kind.holds)
            assert await redis.type(key) == kind.type, key
            left = await redis.ttl(key)
            assert 0 < left <= (kind.ttl_s or 60) or key in {keys.ROUTES, keys.INSTALLATIONS, keys.STATE_SCHEMA}, key
    assert found == {kind.holds for kind in keys.KINDS.values()}, "a key of the table was never written"


def test_names_that_are_no_hash_tag_are_refused() -> None:
    """A service cannot smuggle itself into another's slot."""
    for name in ("", "a{b}", "{", "_", "a b", "a" * 65):
        with pytest.raises(ValueError, match="not a service name"):
            keys_of(name)


def test_all_keys_of_a_service_share_its_tag() -> None:
    """On a cluster they are in one slot, and foreign keys are nobody's."""
    k = keys_of("claude")
    assert all("{claude}" in key for key in (k.stream, k.seq("x"), k.delivery("{other}/y"), k.due("slack")))
    assert keys.kind_of(k.delivery("a:b\n{c}")) == keys.KINDS["delivery"]
    assert keys.kind_of("session:1") is None
