"""The day's budget: never overspent, however many ask at once; a new day begins with nothing used."""

import asyncio
import time

from redis.asyncio import Redis

from bot.store.budget import BudgetUse
from bot.store.keys import keys_of
from bot.store.store import Store

DAY_S = 86_400


async def test_what_is_set_aside_adds_up_to_the_limit_and_no_further(store: Store) -> None:
    """A look is refused as soon as tokens or money would go beyond what is allowed; a smaller one may still fit."""
    purse = store.purse
    assert await purse.reserve("claude", (60, 0.02), (100, 0.05))
    assert not await purse.reserve("claude", (60, 0.01), (100, 0.05))
    assert not await purse.reserve("claude", (10, 0.04), (100, 0.05))
    assert await purse.reserve("claude", (40, 0.03), (100, 0.05))
    assert await purse.spent("claude") == BudgetUse(100, 0.05, 2)
    assert await purse.spent("openai") == BudgetUse(0, 0.0, 0)


async def test_probers_that_ask_at_once_share_one_budget(store: Store) -> None:
    """Of a hundred that ask at the same moment as many are allowed as the budget holds."""
    asked = [store.purse.reserve("claude", (7, 0.0001), (100, 1.0)) for _ in range(100)]
    assert sum(await asyncio.gather(*asked)) == 14
    assert (await store.purse.spent("claude")).tokens == 98


async def test_a_new_day_begins_with_nothing_used(store: Store, redis_url: str) -> None:
    """Yesterday's figures count for nothing."""
    assert await store.purse.reserve("claude", (100, 0.05), (100, 0.05))
    key = keys_of("claude").budget
    async with Redis.from_url(redis_url) as redis:
        await redis.hset(key, "day", str(int(time.time() // DAY_S) - 1))
    assert await store.purse.spent("claude") == BudgetUse(0, 0.0, 0)
    assert await store.purse.reserve("claude", (100, 0.05), (100, 0.05))


async def test_nothing_allowed_is_nothing_spent(store: Store) -> None:
    """A budget of nothing refuses the smallest look."""
    assert not await store.purse.reserve("claude", (1, 0.0), (0, 0.0))
    assert not await store.purse.reserve("claude", (0, 0.000001), (0, 0.0))
