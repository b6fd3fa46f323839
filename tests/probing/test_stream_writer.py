"""From a prober to the store: exactly once, through every absence of the store."""

import asyncio

import pytest
from redis.asyncio import Redis

from bot.errors import StoreError
from bot.probing import stream_writer
from bot.probing.stream_writer import GATHER_S, StreamWriter, gathering
from bot.store.keys import keys_of
from bot.store.store import Store


class Fragile:
    """A real store whose replies can be lost, and which can be away."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self.away = False
        self.lose_replies = 0

    async def append(self, service, prober, first_seq, rows, oldest=0):
        """Write, unless away; perhaps say that it failed all the same."""
        if self.away:
            raise StoreError("away")
        reply = await self._store.append(service, prober, first_seq, rows, oldest)
        if self.lose_replies:
            self.lose_replies -= 1
            raise StoreError("the reply was lost")
        return reply


async def rows_of(store, service):
    """All rows of a stream, in order."""
    return [row for _, row in await store.read(service, count=10_000)]


def a_stream(fragile, **more):
    """A prober's end and what it was told of writes."""
    written = []
    return StreamWriter(
        fragile, "eu", lambda service, plans, _urgent: written.append((service, dict(plans))), **more
    ), written


async def test_rows_arrive_in_order_once(store):
    """Everything put before a flush is written by it, each service to its own stream."""
    stream, written = a_stream(Fragile(store))
    for number in range(1200):
        stream.put("claude" if number % 2 else "openai", b'{"k":"o","n":%d}' % number)
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in range(1, 1200, 2)]
    assert stream.waiting == 0
    assert {service for service, _ in written} == {"claude", "openai"}


async def test_the_first_row_of_a_service_while_others_are_written(store):
    """What is seen of a service for the first time during a write is written too, and ends nothing."""

    class Busy(Fragile):
        async def append(self, service, prober, first_seq, rows, oldest=0):
            if service == "claude":
                stream.put("openai", b'{"k":"o","n":2}')
            return await super().append(service, prober, first_seq, rows, oldest)

    stream, _ = a_stream(Busy(store))
    stream.put("claude", b'{"k":"o","n":1}')
    await stream.flush()
    await stream.flush()
    assert await rows_of(store, "claude") == [b'{"k":"o","n":1}']
    assert await rows_of(store, "openai") == [b'{"k":"o","n":2}']


async def test_a_lost_reply_repeats_nothing(store):
    """The batch is sent again, and the store skips what it has."""
    fragile = Fragile(store)
    stream, _ = a_stream(fragile)
    fragile.lose_replies = 2
    for number in range(10):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    for _ in range(2):
        with pytest.raises(StoreError):
            await stream.flush()
        stream.put("claude", b'{"k":"o","n":"later"}')
    await stream.flush()

    assert len(await rows_of(store, "claude")) == 12
    assert len(set(await rows_of(store, "claude"))) == 11


async def test_it_catches_up_after_the_store_was_away(store, caplog):
    """While the store is away nothing is lost; when it is back all is written, and both are said."""
    fragile = Fragile(store)
    stream, _ = a_stream(fragile)
    fragile.away = True
    running = asyncio.create_task(stream.run())
    for number in range(50):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    async with asyncio.timeout(10):
        while stream.away_since is None:  # noqa: ASYNC110
            await asyncio.sleep(0)
        fragile.away = False
        while stream.waiting:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
    running.cancel()

    assert len(await rows_of(store, "claude")) == 50
    assert "store is away" in caplog.text
    assert "none lost" in caplog.text


async def test_the_buffer_is_bounded_and_says_what_it_dropped(store):
    """Beyond the bound the oldest rows go, and are counted; numbers never repeat."""
    fragile = Fragile(store)
    stream, _ = a_stream(fragile, buffer_rows=100)
    for number in range(150):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()

    assert stream.dropped == 50
    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in range(50, 150)]


def test_good_results_wait_for_less_than_a_round():
    """A second where checks run every few seconds or less often; else a part of the shortest interval."""
    assert gathering([15.0, 60.0], 1.0) == gathering([], 1.0) == GATHER_S
    assert gathering([60.0, 0.2], 1.0) == pytest.approx(0.05)
    assert gathering([15.0], 100.0) == GATHER_S / 100


async def test_what_a_failover_lost_is_written_again_once(store, redis_url, caplog):
    """The last rows are gone with their counter: they come back under their numbers, and no other."""
    stream, _ = a_stream(store)
    for number in range(10):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()
    kept = await store.read("claude")
    async with Redis.from_url(redis_url) as redis:
        await redis.xdel(keys_of("claude").stream, *(at for at, _ in kept[6:]))
        [counter] = await redis.keys("*seq:*")
        await redis.set(counter, 6)
    stream.put("claude", b'{"k":"o","n":10}')
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in range(11)]
    assert (stream.waiting, stream.lost) == (0, 0)
    assert "4 are written again, 0 are lost" in caplog.text


async def test_an_emptied_store_gets_what_is_still_here(store, redis_url, caplog):
    """A lost counter is noticed with the next row; nothing is counted as lost of which nobody knows."""
    stream, _ = a_stream(store)
    for number in range(5):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    stream.put("claude", b'{"k":"o","n":5}')
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in range(6)]
    assert "it was emptied" in caplog.text


async def test_a_gap_that_cannot_be_filled_is_counted(store, redis_url, monkeypatch):
    """A restored backup is older than what is kept here: what lies between is lost, and a number says how much."""
    monkeypatch.setattr(stream_writer, "SENT_ROWS", 3)
    stream, _ = a_stream(store)
    for number in range(10):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
        await stream.flush()
    async with Redis.from_url(redis_url) as redis:
        [counter] = await redis.keys("*seq:*")
        await redis.set(counter, 2)
        await redis.delete(keys_of("claude").stream)
    stream.put("claude", b'{"k":"o","n":10}')
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in (7, 8, 9, 10)]
    assert stream.lost == 5


async def test_rows_given_up_are_no_gap_that_could_be_filled(store):
    """After the buffer overflowed the numbers go on behind what was dropped, and nothing old is written again."""
    fragile = Fragile(store)
    stream, _ = a_stream(fragile, buffer_rows=5)
    stream.put("claude", b'{"k":"o","n":0}')
    await stream.flush()
    for number in range(1, 9):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in (0, 4, 5, 6, 7, 8)]
    assert (stream.dropped, stream.lost) == (3, 0)


class Meanwhile(Fragile):
    """A store that takes its time: rows come while a write is under way."""

    def __init__(self, store, happens):
        super().__init__(store)
        self.happens = happens

    async def append(self, service, prober, first_seq, rows, oldest=0):
        """Write, and let something happen before the answer is there."""
        reply = await super().append(service, prober, first_seq, rows, oldest)
        happens, self.happens = self.happens, lambda: None
        happens()
        return reply


async def test_all_that_is_written_may_be_given_up_meanwhile(store):
    """The buffer overflows during a write by more than what is in it: what is left is written, and counted once."""

    def overflow():
        for number in range(5, 14):
            stream.put("claude", b'{"k":"o","n":%d}' % number)

    stream, _ = a_stream(Meanwhile(store, overflow), buffer_rows=5)
    for number in range(5):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in (0, 1, 2, 3, 4, 9, 10, 11, 12, 13)]
    assert (stream.waiting, stream.dropped) == (0, 9)


async def test_a_gap_noticed_while_rows_are_given_up(store, redis_url):
    """The store lost all, and the buffer overflows during the write that shows it: the rest is written."""
    fragile = Meanwhile(store, lambda: None)
    stream, _ = a_stream(fragile, buffer_rows=5)
    for number in range(3):
        stream.put("claude", b'{"k":"o","n":%d}' % number)
    await stream.flush()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()

    def overflow():
        for number in range(4, 10):
            stream.put("claude", b'{"k":"o","n":%d}' % number)

    fragile.happens = overflow
    stream.put("claude", b'{"k":"o","n":3}')
    await stream.flush()

    assert await rows_of(store, "claude") == [b'{"k":"o","n":%d}' % n for n in range(5, 10)]
    assert (stream.waiting, stream.dropped) == (0, 2)
