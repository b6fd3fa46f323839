"""What all processes share that belongs to no service: turns, subscriptions, and the health of each part.

A turn is a lease by name: who of several replicas holds the one Discord gateway.
"""

from bot.store import keys
from bot.store.client import RedisClient, mapping, text


class Leases:
    """Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    # Turns.

    async def hold(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Whether it is this owner's turn; asking again keeps it, a refusal changes nothing."""
        return bool(await self._link.run("leader", (keys.turn(name),), (owner, ttl_ms)))

    async def passes(self, name: str, owner: str) -> None:
        """Give the turn up, if it is this owner's; whoever asks a millisecond later has it."""
        await self._link.run("leader", (keys.turn(name),), (owner, 1, "pass"))

    # Subscriptions.

    async def subscribe(self, name: str, route: str) -> None:
        """Keep a route (JSON) under its name."""
        await self._link.call("HSET", keys.ROUTES, name, route)

    async def unsubscribe(self, name: str) -> bool:
        """Whether there was one."""
        return bool(await self._link.call("HDEL", keys.ROUTES, name))

    async def subscriptions(self) -> dict[str, str]:
        """All of them by name (JSON)."""
        return mapping(await self._link.call("HGETALL", keys.ROUTES))

    # Health.

    async def put_health(self, part: str, record: str) -> None:
        """The last word (JSON) of one part of one process; all go when nobody has spoken for a day."""
        await self._link.calls([("HSET", keys.HEALTH, part, record), ("EXPIRE", keys.HEALTH, keys.HEALTH_TTL_S)])

    async def drop_health(self, *parts: str) -> None:
        """Forget parts that are no more."""
        if parts:
            await self._link.call("HDEL", keys.HEALTH, *parts)

    async def health(self) -> dict[str, str]:
        """Every part's last word (JSON)."""
        return mapping(await self._link.call("HGETALL", keys.HEALTH))

    # Audit.

    async def audit(self, line: str) -> None:
        """One more deed (JSON); the oldest beyond the bound go."""
        await self._link.calls([
            ("LPUSH", keys.AUDIT, line),
            ("LTRIM", keys.AUDIT, 0, keys.AUDIT_KEPT - 1),
            ("EXPIRE", keys.AUDIT, keys.AUDIT_TTL_S),
        ])  # fmt: skip

    async def audited(self, limit: int) -> list[str]:
        """The latest deeds, newest first."""
        return [text(line) for line in await self._link.call("LRANGE", keys.AUDIT, 0, limit - 1)]
