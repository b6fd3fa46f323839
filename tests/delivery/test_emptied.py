"""The store is emptied under running processes: messages that nobody would edit again end with a sentence."""

from dataclasses import replace

from redis.asyncio import Redis

from bot.core.model.incident import IncidentStatus
from bot.delivery.self_notices import SelfNotices
from bot.errors import StoreError
from bot.jobs.store_watch import StoreWatch
from bot.process import Process
from bot.settings import Settings
from bot.store.types import Claimant
from tests.support.delivery import INCIDENT, World


class Watchers:
    """Who hears of our own troubles."""

    async def watchers(self):
        """The second notebook."""
        return ("two",)


def watched(world, courier, owner="one"):
    """What notices it, in one process."""
    process = Process(world.store, Settings(()), owner, lambda: world.now)
    news = SelfNotices(world.store, owner, lambda: world.now, lambda: None)
    return StoreWatch(process, Watchers(), news, courier)  # type: ignore[arg-type]


async def test_messages_end_with_a_sentence_and_it_is_told_once(store, redis_url):
    """Two processes notice it: each root is edited in place, once, and people hear of it once."""
    world = World(store)
    couriers = [world.courier("a"), world.courier("b")]
    watches = [watched(world, courier, name) for courier, name in zip(couriers, "ab", strict=True)]
    await world.say()
    await couriers[0].round("one")
    for watch in watches:
        await watch.look()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    for _ in range(2):
        for watch in watches:
            await watch.look()
    for courier in couriers:
        await courier.round("one")
        await courier.round("two")

    acts = [act for act, _ in world.books["one"].acts]
    assert acts == ["post", "edit"]
    assert "is not kept up to date any more" in world.books["one"].acts[-1][1]
    assert len(world.books["one"].roots) == 1
    assert len(world.books["two"].roots) == 1
    [told] = world.books["two"].roots.values()
    assert "the store was emptied" in told


async def test_what_is_found_anew_by_the_same_id_goes_on_in_its_message(store, redis_url):
    """Nothing is posted again, and nothing is left behind."""
    world = World(store)
    courier = world.courier()
    watch = watched(world, courier)
    await world.say()
    await courier.round("one")
    await watch.look()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await world.say()
    await watch.look()
    await courier.round("one")
    assert [act for act, _ in world.books["one"].acts] == ["post", "edit"]
    assert "not kept up to date" not in world.books["one"].acts[-1][1]


async def test_what_was_posted_again_before_leaves_no_message_behind(store, redis_url):
    """The first one ends with the sentence."""
    world = World(store)
    courier = world.courier()
    watch = watched(world, courier)
    await world.say()
    await courier.round("one")
    await watch.look()
    [(key, root)] = courier._standing.items()
    courier._standing[key] = replace(root, where='{"key": "another"}')
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await world.say()
    assert await store.outbox.claim("claude", "one", Claimant("b", 15.0), world.now)
    await watch.look()
    await courier.round("one")
    assert "not kept up to date" in world.books["one"].roots["another"]


async def test_what_is_over_is_left_alone(store, redis_url):
    """The end of an incident stands for good."""
    world = World(store)
    courier = world.courier()
    watch = watched(world, courier)
    await world.say()
    await courier.round("one")
    await world.say(replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=world.now))
    await courier.round("one")
    await watch.look()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await watch.look()
    await courier.round("one")

    assert [act for act, _ in world.books["one"].acts] == ["post", "edit"]


async def test_what_another_process_has_ended_is_left_alone(store, redis_url):
    """One posts the root, another delivers the end: the one that posted does not take it for open."""
    world = World(store)
    couriers = [world.courier("a"), world.courier("b")]
    watches = [watched(world, courier, name) for courier, name in zip(couriers, "ab", strict=True)]
    await world.say()
    await couriers[0].round("one")
    for watch in watches:
        await watch.look()
    assert couriers[0]._standing
    await world.say(replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=world.now))
    await watches[0].look()
    assert couriers[0]._standing, "the end does not stand on the channel yet"
    await couriers[1].round("one")
    for watch in watches:
        await watch.look()
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    for watch in watches:
        await watch.look()
    for courier in couriers:
        await courier.round("one")

    assert [act for act, _ in world.books["one"].acts] == ["post", "edit"]
    assert not [words for _, words in world.books["one"].acts if "not kept up to date" in words]


async def test_a_store_emptied_while_it_is_read_makes_nothing_forgotten(store, redis_url):
    """The rows are gone, and so is the identity: what stands is still ended, whatever its age."""
    world = World(store)
    courier = world.courier()
    watch = watched(world, courier)
    await world.say()
    await courier.round("one")
    await watch.look()
    world.now += 30 * 86_400
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await courier.forget_over(watch._same)
    await watch.look()
    await courier.round("one")
    assert [act for act, _ in world.books["one"].acts] == ["post", "edit"]


async def test_only_what_another_process_delivered_is_read_whole(store, monkeypatch):
    """A hundred messages that stand cost two numbers each."""
    world, read = World(store), []
    couriers = [world.courier("a"), world.courier("b")]
    watch = watched(world, couriers[0])
    await world.say()
    await world.say(replace(INCIDENT, id="4F7L"))
    while await couriers[0].round("one"):
        pass
    whole = couriers[0]._outbox.delivered

    async def delivered(service, names):
        read.extend(names)
        return await whole(service, names)

    monkeypatch.setattr(couriers[0]._outbox, "delivered", delivered)
    await watch.look()
    assert read == []
    await world.say(replace(INCIDENT, id="4F7L", status=IncidentStatus.RESOLVED, resolved_at=world.now))
    await couriers[1].round("one")
    await watch.look()
    assert read == ["one/4F7L"]
    await watch.look()
    assert read == ["one/4F7L"]


async def test_nothing_is_ended_while_the_store_is_the_same(store):
    """A look says nothing by itself."""
    world = World(store)
    courier = world.courier()
    watch = watched(world, courier)
    await world.say()
    await courier.round("one")
    for _ in range(3):
        await watch.look()
    assert await courier.round("one") == 0


async def test_what_was_said_is_written_down_when_the_store_is_back(store):
    """A failover between saying and noting: the claim is still ours, so nobody says it again."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    await world.say()
    done, away = courier._outbox.done, [StoreError("failing over"), StoreError("failing over")]

    async def perhaps(*words):
        if away:
            raise away.pop()
        return await done(*words)

    courier._outbox.done = perhaps
    await courier.round("one")
    world.now += 60.0

    assert [act for act, _ in book.acts] == ["post"]
    assert await world.courier("other").round("one") == 0


async def test_what_was_on_its_way_while_the_store_was_emptied_is_ended(store, redis_url, monkeypatch):
    """Its answer comes after all others were ended: nobody else would know of it."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    watch = watched(world, courier)
    await watch.look()
    await world.say()
    post = book.post

    async def slowly(place, card, key):
        where = await post(place, card, key)
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        await watch.look()
        return where

    with monkeypatch.context() as patched:
        patched.setattr(book, "post", slowly)
        await courier.round("one")
    await courier.round("one")
    assert [act for act, _ in book.acts] == ["post", "edit"]
    assert "is not kept up to date any more" in book.acts[-1][1]


async def test_what_was_posted_since_is_ended_when_it_is_emptied_again(store, redis_url):
    """What the store knows is kept in mind when it is noticed that it was emptied before."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    watch = watched(world, courier)
    await watch.look()
    for number in range(2):
        async with Redis.from_url(redis_url) as redis:
            await redis.flushall()
        await world.say(replace(INCIDENT, id=f"4F7{number}"))
        await courier.round("one")
        await watch.look()
    await courier.round("one")
    said = [words for act, words in book.acts if act == "edit"]
    assert len(said) == 1, "the second one stands, and the store knows it"
    assert "4F70 is not kept up to date any more" in said[0]


async def test_what_is_found_anew_by_the_same_id_after_its_message_ended_is_told(store, redis_url):
    """Its editions begin with the first one again."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    watch = watched(world, courier)
    await watch.look()
    for _ in range(3):
        await world.say()
    await courier.round("one")
    async with Redis.from_url(redis_url) as redis:
        await redis.flushall()
    await watch.look()
    await courier.round("one")
    world.edition = 0
    await world.say()
    await courier.round("one")
    said = [words for _, words in book.acts]
    assert len(said) == 3
    assert "not kept up to date" in said[1]
    assert "not kept up to date" not in said[2]
