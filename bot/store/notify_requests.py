"""Who wants to be told, once and directly, when an incident is over."""

from bot.store import keys
from bot.store.client import RedisClient, mapping


class NotifyRequestStore:
    """Requests by name ("service/incident/target"). Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def add(self, name: str, request: str) -> bool:
        """Keep a request (JSON); whether it is new."""
        keep = ("EXPIRE", keys.WISHES, keys.WISHES_TTL_S)
        new, _ = await self._link.calls([("HSETNX", keys.WISHES, name, request), keep])
        return bool(new)

    async def all(self) -> dict[str, str]:
        """All that wait (JSON by name)."""
        return mapping(await self._link.call("HGETALL", keys.WISHES))

    async def fulfilled(self, names: list[str]) -> None:
        """These were told."""
        if names:
            await self._link.call("HDEL", keys.WISHES, *names)
