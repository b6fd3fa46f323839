"""What stands on the status page in people's own words: written here, read with everything else."""

from bot.store import keys
from bot.store.client import RedisClient


class AnnouncementStore:
    """Announcements by id. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def put(self, name: str, body: str) -> None:
        """Keep one; what stood under this id is replaced."""
        await self._link.calls([
            ("HSET", keys.ANNOUNCEMENTS, name, body),
            ("EXPIRE", keys.ANNOUNCEMENTS, keys.ANNOUNCEMENTS_TTL_S),
        ])  # fmt: skip

    async def drop(self, *names: str) -> int:
        """Take these off; how many stood there."""
        if not names:
            return 0
        # Counted first: a removal whose reply was lost is sent again, and removes nothing then.
        there = await self._link.call("HMGET", keys.ANNOUNCEMENTS, *names)
        await self._link.call("HDEL", keys.ANNOUNCEMENTS, *names)
        return sum(one is not None for one in there)
