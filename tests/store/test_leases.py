import asyncio

from bot.store.store import Store


async def test_a_turn_is_one_owner_s_until_it_is_passed(store: Store) -> None:
    """Asking again keeps it, others are refused, and after passing it on the next one has it."""
    assert await store.leases.acquire("gateway", "a", 60_000)
    assert await store.leases.acquire("gateway", "a", 60_000)
    assert not await store.leases.acquire("gateway", "b", 60_000)
    await store.leases.release("gateway", "b")
    assert not await store.leases.acquire("gateway", "b", 60_000), "what is not ours cannot be passed on"
    await store.leases.release("gateway", "a")
    async with asyncio.timeout(5):
        while True:
            if await store.leases.acquire("gateway", "b", 60_000):
                break
            await asyncio.sleep(0)


async def test_subscriptions_stay_until_they_are_taken_back(store: Store) -> None:
    """The newest word under a name counts."""
    await store.subscriptions.subscribe("r1", "one")
    await store.subscriptions.subscribe("r1", "two")
    assert await store.subscriptions.all() == {"r1": "two"}
    assert await store.subscriptions.unsubscribe("r1")
    assert not await store.subscriptions.unsubscribe("r1")
    assert await store.subscriptions.all() == {}


async def test_health_is_each_part_s_last_word(store: Store) -> None:
    """A part that is no more is forgotten."""
    await store.health.put("a/slack", "{}")
    await store.health.put("b/slack", "{}")
    await store.health.drop("a/slack")
    assert await store.health.all() == {"b/slack": "{}"}
