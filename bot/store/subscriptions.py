"""What places have subscribed to, until they unsubscribe."""

from bot.store import keys
from bot.store.client import RedisClient, mapping


class SubscriptionStore:
    """Subscriptions by name. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def subscribe(self, name: str, route: str) -> None:
        """Keep a route (JSON) under its name."""
        await self._link.call("HSET", keys.ROUTES, name, route)

    async def unsubscribe(self, name: str) -> bool:
        """Whether there was one."""
        # Asked first: a removal whose reply was lost is sent again, and removes nothing then.
        there = bool(await self._link.call("HEXISTS", keys.ROUTES, name))
        await self._link.call("HDEL", keys.ROUTES, name)
        return there

    async def all(self) -> dict[str, str]:
        """All of them by name (JSON)."""
        return mapping(await self._link.call("HGETALL", keys.ROUTES))
