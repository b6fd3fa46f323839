"""What people did, and what was refused."""

from bot.store import keys
from bot.store.client import RedisClient, text


class AuditStore:
    """Lines of the audit log. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def add(self, line: str) -> None:
        """One more entry (JSON); the oldest beyond the bound go."""
        await self._link.calls([
            ("LPUSH", keys.AUDIT, line),
            ("LTRIM", keys.AUDIT, 0, keys.AUDIT_KEPT - 1),
            ("EXPIRE", keys.AUDIT, keys.AUDIT_TTL_S),
        ])  # fmt: skip

    async def latest(self, limit: int) -> list[str]:
        """The latest entries (JSON), newest first."""
        return [text(line) for line in await self._link.call("LRANGE", keys.AUDIT, 0, limit - 1)]
