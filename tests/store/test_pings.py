"""What jobs report: kept with the server's time, bounded, and by the rules of Healthchecks about runs."""

import asyncio
import time

from redis.asyncio import Redis

from bot.store import keys
from bot.store.store import Store

ONE, OTHER = "3f1c9b64-8c1e-4f4e-9d57-0d3a3f6a2b11", "00000000-0000-4000-8000-000000000001"


async def test_a_success_is_kept_with_the_servers_time(store: Store) -> None:
    """A record of nothing before, and the moment afterwards."""
    assert (await store.pings.get("backup")).last_at is None
    await store.pings.add("backup", "ok")
    record = await store.pings.get("backup")
    assert record.ok_at is not None
    assert abs(record.ok_at - await store.time()) < 5
    assert record.last_at == record.ok_at
    assert [event.kind for event in record.events] == ["ok"]


async def test_a_run_ends_with_its_own_success(store: Store) -> None:
    """Its length is known; the success of another run ends it not, one of no run named or a failure does."""
    pings = store.pings
    await pings.add("backup", "start", ONE)
    await pings.add("backup", "ok", OTHER)
    assert (await pings.get("backup")).started_at is not None
    await pings.add("backup", "ok", ONE)
    record = await pings.get("backup")
    assert record.started_at is None
    assert record.took_s is not None
    assert 0 <= record.took_s < 5
    for kind, run in (("ok", ""), ("fail", OTHER)):
        await pings.add("backup", "start", ONE)
        await pings.add("backup", kind, run, 3 if kind == "fail" else None, "disk full")
        assert (await pings.get("backup")).started_at is None
    record = await pings.get("backup")
    assert (record.code, record.body, record.failures, record.took_s) == (3, "disk full", 1, None)
    assert record.failed_at == record.last_at


async def test_a_log_line_changes_nothing_but_the_list(store: Store) -> None:
    """It neither starts nor ends."""
    await store.pings.add("backup", "log", body="half way")
    record = await store.pings.get("backup")
    assert record.last_at is None
    assert record.events[0].body == "half way"


async def test_what_is_kept_is_bounded(store: Store) -> None:
    """The latest events, and the beginning of each body."""
    for n in range(keys.PING_EVENTS + 5):
        await store.pings.add("backup", "ok", body=f"{n} " + "x" * 5_000)
    record = await store.pings.get("backup")
    assert len(record.events) == keys.PING_EVENTS
    assert record.events[-1].body.startswith(f"{keys.PING_EVENTS + 4} x")
    assert len(record.events[-1].body) == keys.PING_BODY


async def test_the_times_without_a_door_are_known(store: Store, redis_url: str) -> None:
    """A door that says nothing counts as closed; once it is open again the gap has its end."""
    assert await store.pings.closed(time.time()) == ()
    await store.pings.door_open()
    assert await store.pings.closed(await store.time()) == ()
    (gap,) = await store.pings.closed(await store.time() + 60)
    assert gap.ends is None
    async with Redis.from_url(redis_url) as redis:
        await redis.hset(keys.DOOR, "open_at", str(time.time() - 500))
    await store.pings.door_open()
    (gap,) = await store.pings.closed(await store.time())
    assert gap.ends is not None
    assert 499 < gap.ends - gap.begins < 510


async def test_pings_at_once_are_all_kept(store: Store) -> None:
    """None overwrites another."""
    await asyncio.gather(*(store.pings.add("backup", "fail") for _ in range(10)))
    assert (await store.pings.get("backup")).failures == 10
