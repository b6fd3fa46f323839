"""A right to write that is never given twice, and a judge that notices what the store has lost."""

import logging

from redis.asyncio import Redis

from bot.judging.judge import Judge
from bot.store.keys import keys_of
from bot.store.types import Commit
from tests.support.judging import World
from tests.support.writes import SERVICE, leased


async def test_a_number_given_again_is_another_token(store, redis_url):
    """FLUSHALL while a judge is paused: the next one gets number 1 too, and the paused one writes nothing."""
    paused = await leased(store, "one")
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    fresh = await leased(store, "two")

    assert paused.partition(".")[0] == fresh.partition(".")[0]
    assert not await store.renew(SERVICE, paused, 60_000)
    assert not await store.release(SERVICE, paused)
    assert not await store.commit(SERVICE, paused, Commit("1-0", b"old"))
    assert await store.commit(SERVICE, fresh, Commit("1-0", b"new"))


async def test_a_commit_builds_upon_the_last_one_or_is_refused(store):
    """Where a failover lost a commit, the next one of that judge would say half: an incident without its messages."""
    token = await leased(store)
    first, lost = Commit("1-0", b"1", after=""), Commit("2-0", b"2")
    assert await store.commit(SERVICE, token, first)
    assert not await store.commit(SERVICE, token, Commit("3-0", b"3", after=lost.id))
    assert await store.commit(SERVICE, token, Commit("3-0", b"3", after=first.id))
    assert (await store.load(SERVICE)).state == b"3"


async def test_a_lost_commit_is_judged_again(store, redis_url, caplog):
    """The store goes back by one commit under a running judge: every row is counted once, and it is said."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 10)
        await world.remembered(10)
        async with Redis.from_url(redis_url) as redis:
            before = await redis.dump(keys_of("claude").judge)
            await world.see(*[True] * 12)
            await world.remembered(22)
            await redis.restore(keys_of("claude").judge, 0, before, replace=True)  # type: ignore[arg-type]
            await redis.delete(keys_of("claude").incidents, keys_of("claude").opened, *await redis.keys("*deliver*"))
        await world.see(True)
        kept = await world.remembered(23)
    [incident] = await world.incidents()

    assert kept.counted == 23
    assert [d.subject for d in await store.views.deliveries("claude", 10)] == [incident.id]
    assert "the store has lost what was last judged of claude" in caplog.text


async def test_an_incident_whose_messages_are_lost_is_told(store, redis_url, caplog):
    """After every connection the judge looks whether everybody who was to hear of what is open still will."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 10, *[True] * 12)
        await world.remembered(22)
    [incident] = await world.incidents()
    async with Redis.from_url(redis_url) as redis:
        await redis.delete(*await redis.keys("*deliver*"), *await redis.keys("*due:*"))
    async with world.at_work(world.judge("two")):
        await world.see(True)
        await world.remembered(23)

    assert [d.subject for d in await store.views.deliveries("claude", 10)] == [incident.id]
    assert "are sent again" in caplog.text


async def test_a_judge_that_begins_again_says_nothing_twice(store):
    """Where all deliveries are there, nothing is written anew by beginning."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 10, *[True] * 12)
        await world.remembered(22)
    before = [(d.id, d.version) for d in await store.views.deliveries("claude", 10)]
    async with world.at_work(world.judge("two")):
        await world.see(False)
        await world.remembered(23)

    assert [(d.id, d.version) for d in await store.views.deliveries("claude", 10)] == before


async def test_rows_after_a_position_ahead_of_the_clock_are_judged(store, caplog):
    """The stream is lost, the new server's clock is behind: rows are numbered after what was judged."""
    caplog.set_level(logging.WARNING)
    ahead = f"{4_102_444_800_000}-5"
    assert await store.commit(SERVICE, await leased(store), Commit(ahead, b""))
    assert (await store.append(SERVICE, "run1", 1, [b"a", b"b", b"c"])).last_seq == 3
    assert [row for _, row in await store.read(SERVICE, ahead)] == [b"a", b"b", b"c"]


async def test_a_position_ahead_of_its_stream_is_said(store, redis_url, caplog):
    """What was judged and is not there any more is lost rows: the judge says so and goes on."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 10)
        await world.remembered(10)
    async with Redis.from_url(redis_url) as redis:
        rows = await store.read("claude")
        await redis.xdel(keys_of("claude").stream, *(at for at, _ in rows[5:]))
    judge: Judge = world.judge("two")
    await judge._begun(judge._breaks.again(0.0))

    assert "the store has lost rows" in caplog.text
