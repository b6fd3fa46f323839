"""Which processes share a kind of work: each says now and then that it lives, and hears who else does."""

from bot.store import keys
from bot.store.client import RedisClient, text


class PeerStore:
    """Groups of processes by name, by the server's clock. Operations raise `StoreError`, and may be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def beat(self, group: str, member: str, ttl_ms: int) -> list[str]:
        """This process lives; all that said so within that time, sorted."""
        return [text(name) for name in await self._said(group, member, ttl_ms, "here")]

    async def leave(self, group: str, member: str, ttl_ms: int) -> None:
        """This process stops: from now on nobody counts on it."""
        await self._said(group, member, ttl_ms, "leave")

    async def _said(self, group: str, member: str, ttl_ms: int, verb: str) -> list[bytes]:
        words = (member, ttl_ms, keys.PEERS_TTL_S, keys.PEERS_KEPT, verb)
        found: list[bytes] = await self._link.run("peers", (keys.peers(group),), words)
        return sorted(found)
