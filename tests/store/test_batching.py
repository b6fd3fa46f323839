"""Commands of the same moment are one round trip, and none of them suffers by another."""

import asyncio
from typing import Any

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError as AwayError

from bot.errors import StoreError
from bot.store.client import RedisClient
from bot.store.connect import servers
from bot.store.store import Store


async def count(store: Store, command: str) -> int:
    """How often the server was asked to do something."""
    stats = await store.notes._link.call("INFO", "commandstats")
    return int(stats.get(f"cmdstat_{command}", {}).get("calls", 0))


async def reads(store: Store) -> int:
    """How many reads from sockets the server made: one a round trip."""
    return int((await store.notes._link.call("INFO", "stats"))["total_reads_processed"])


async def test_what_is_asked_for_at_once_is_one_round_trip(store: Store) -> None:
    await store.ping()
    before = await reads(store)
    await asyncio.gather(*(store.load(f"s{n}") for n in range(50)))
    assert await reads(store) - before <= 3
    before = await reads(store)
    for n in range(50):
        await store.load(f"s{n}")
    assert await reads(store) - before >= 50


async def test_one_refused_command_concerns_no_other(store: Store) -> None:
    """The server refuses one (a key of another kind), and has never heard of a script: the others are done."""
    link = store.notes._link
    await link.call("SET", "gt:1:text", "t")
    await link.call("SCRIPT", "FLUSH")
    refused: Any
    kept: Any
    token: Any
    refused, kept, token = await asyncio.gather(
        link.call("HGET", "gt:1:text", "field"),
        link.call("GET", "gt:1:text"),
        store.lease("claude", "me", 1000),
        return_exceptions=True,
    )
    assert isinstance(refused, StoreError)
    assert "WRONGTYPE" in str(refused)
    assert kept == b"t"
    assert token.startswith("1.")


async def test_a_word_that_cannot_be_sent_is_its_askers_own(store: Store) -> None:
    link = store.notes._link
    bad: Any
    worse: Any
    good: Any
    bad, worse, good = await asyncio.gather(
        link.call("SET", "gt:1:a", "\ud800"),
        link.call("SET", "gt:1:b", True),
        link.call("SET", "gt:1:c", "fine"),
        return_exceptions=True,
    )
    assert isinstance(bad, UnicodeError)
    assert isinstance(worse, StoreError)
    assert good
    assert await link.call("MGET", "gt:1:a", "gt:1:b", "gt:1:c") == [None, None, b"fine"]


async def test_who_no_longer_waits_stops_nobody(store: Store) -> None:
    """One asker of a round trip is cancelled, before or while it is under way."""
    link = store.notes._link
    for turns in range(4):
        gone = asyncio.create_task(link.call("SET", "gt:1:gone", "1"))
        stays = asyncio.create_task(link.call("INCR", "gt:1:stays"))
        for _ in range(turns):
            await asyncio.sleep(0)
        gone.cancel()
        assert await stays == turns + 1
        with pytest.raises(asyncio.CancelledError):
            await gone


async def test_more_than_fits_goes_in_several(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bot.store.batching.MOST", 7)
    link = store.notes._link
    await asyncio.gather(*(link.call("SET", f"gt:1:k{n}", n) for n in range(50)))
    assert await asyncio.gather(*(link.call("GET", f"gt:1:k{n}") for n in range(50))) == [
        str(n).encode() for n in range(50)
    ]
    assert await count(store, "set") >= 50


async def test_nothing_is_sent_after_the_end(redis_url: str) -> None:
    """Who asks late, or at that very moment, is told; no connection is opened that nobody would close."""
    async with Redis.from_url(redis_url) as watching:
        link = RedisClient(servers(redis_url), "here")
        await link.call("PING")
        asked = asyncio.create_task(link.call("GET", "a"))
        await asyncio.sleep(0)
        await link.close()
        late = await asyncio.gather(asked, link.call("PING"), link.calls([("PING",)]), return_exceptions=True)
        assert [type(one) for one in late[1:]] == [StoreError, StoreError]
        assert late[0] is None or isinstance(late[0], StoreError | asyncio.CancelledError)
        names = [one["name"] for one in await watching.client_list()]
        assert "groundtruth" not in names


@pytest.mark.parametrize("turns", range(6))
async def test_nobody_waits_for_a_server_that_is_left(redis_url: str, turns: int) -> None:
    """At whatever moment it is left: what is asked of it ends with an error, or was just answered."""
    server = servers(redis_url)
    asked = asyncio.create_task(server.reply("PING"))
    for _ in range(turns):
        await asyncio.sleep(0)
    await server.abandon()
    found: Any
    async with asyncio.timeout(5):
        [found] = await asyncio.gather(asked, return_exceptions=True)
    assert found is True or isinstance(found, AwayError)


async def test_a_new_password_counts_for_every_command(redis_url: str) -> None:
    """Single commands, scripts and transactions go by the new client, also once the server has cut the old one off."""
    apart = "&" if "?" in redis_url else "?"
    async with Redis.from_url(redis_url) as admin:
        link = RedisClient(servers(redis_url), "here")
        await link.call("PING")
        await admin.config_set("requirepass", "n3w-s3cret")
        try:
            await link.replace(servers(f"{redis_url}{apart}password=n3w-s3cret"))
            await admin.client_kill_filter(_type="normal", skipme=True)
            assert await link.call("PING")
            assert await link.calls([("SET", "a", "1"), ("GET", "a")]) == [True, b"1"]
            assert await link.run("once", ("{a}b",), ("n", 1000))
        finally:
            await admin.config_set("requirepass", "")
            await link.close()
