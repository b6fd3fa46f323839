"""What people did, and what was refused."""

from bot.store import keys
from bot.store.client import RedisClient, text


class AuditStore:
    """Lines of the audit log. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def add(self, line: str, whose: str) -> None:
        """One more entry (JSON). `whose` stands in every entry of that person and in no other.

        Beyond a person's share it is that person's oldest that goes; beyond the bound the oldest of all.
        """
        bounds = (keys.AUDIT_EACH, keys.AUDIT_KEPT, keys.AUDIT_TTL_S)
        await self._link.run("audit", (keys.AUDIT,), (line, whose, *bounds))

    async def latest(self, limit: int) -> list[str]:
        """The latest entries (JSON), newest first."""
        return [text(line) for line in await self._link.call("LRANGE", keys.AUDIT, 0, limit - 1)]
