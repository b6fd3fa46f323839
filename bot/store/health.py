"""How each part of each process was when it last said so."""

from bot.store import keys
from bot.store.client import RedisClient, mapping


class HealthStore:
    """Signs of health by part. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put(self, part: str, record: str) -> None:
        """The latest sign (JSON) of one part of one process; all go when nobody has written one for a day."""
        await self._link.calls([("HSET", keys.HEALTH, part, record), ("EXPIRE", keys.HEALTH, keys.HEALTH_TTL_S)])

    async def drop(self, *parts: str) -> None:
        """Forget parts that are no more."""
        if parts:
            await self._link.call("HDEL", keys.HEALTH, *parts)

    async def all(self) -> dict[str, str]:
        """The latest sign of every part (JSON)."""
        return mapping(await self._link.call("HGETALL", keys.HEALTH))
