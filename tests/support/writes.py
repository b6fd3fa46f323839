"""Short ways to write and look at everything, for the tests of the store."""

from dataclasses import replace
from typing import Any

from redis.asyncio import Redis

from bot.store.store import Store
from bot.store.types import START, Claimant, ClaimedDelivery, Commit, DeliveryWrite, Token

SERVICE = "claude"
ANNA = Claimant("anna", 30.0)
BEN = Claimant("ben", 30.0)


def delivery(version: int = 1, **changes: Any) -> DeliveryWrite:
    return replace(DeliveryWrite("i1", "console", version, f"v{version}"), **changes)


async def leased(store: Store, owner: str = "judge") -> Token:
    token = await store.lease(SERVICE, owner, 60_000)
    assert token is not None
    return token


async def say(store: Store, *writes: DeliveryWrite) -> None:
    """Commit deliveries and nothing else."""
    assert await store.commit(SERVICE, await leased(store), Commit(START, b"", deliveries=writes))


async def claim_one(store: Store, now: float, courier: Claimant = ANNA) -> ClaimedDelivery:
    (claimed,) = await store.outbox.claim(SERVICE, "console", courier, now)
    return claimed


async def claims(store: Store, now: float, courier: Claimant = ANNA) -> list[ClaimedDelivery]:
    return await store.outbox.claim(SERVICE, "console", courier, now)


async def dump(redis_url: str) -> dict[bytes, bytes | None]:
    """Every key with all it holds."""
    async with Redis.from_url(redis_url) as redis:
        return {key: await redis.dump(key) async for key in redis.scan_iter()}
