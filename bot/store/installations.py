"""What chat workspaces gave us when they installed the app. Values are encrypted before they come here."""

from bot.store import keys
from bot.store.client import RedisClient, mapping, text

AT_MOST = 1_000


class InstallationStore:
    """Records by name, kept until they are dropped. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put(self, name: str, record: str) -> bool:
        """Keep the record in the place of an earlier one; False where there are too many already."""
        new = not await self._link.call("HEXISTS", keys.INSTALLATIONS, name)
        if new and int(await self._link.call("HLEN", keys.INSTALLATIONS)) >= AT_MOST:
            return False
        await self._link.call("HSET", keys.INSTALLATIONS, name, record)
        return True

    async def get(self, name: str) -> str:
        """The record, "" where there is none."""
        return text(await self._link.call("HGET", keys.INSTALLATIONS, name))

    async def drop(self, name: str) -> None:
        """Forget the record."""
        await self._link.call("HDEL", keys.INSTALLATIONS, name)

    async def names(self) -> list[str]:
        """Of all that are kept, sorted."""
        return sorted(mapping(await self._link.call("HGETALL", keys.INSTALLATIONS)))
