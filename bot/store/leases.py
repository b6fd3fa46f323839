"""Leases: which of several processes does what only one may do, and which prober reads a page."""

from bot.store import keys
from bot.store.client import RedisClient
from bot.store.keys import keys_of


class Leases:
    """Leases by name. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def acquire(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Whether this owner has the lease now; asking again keeps it, a refusal changes nothing."""
        return bool(await self._link.run("leader", (keys.turn(name),), (owner, ttl_ms)))

    async def release(self, name: str, owner: str) -> None:
        """Give the lease up, if it is this owner's; whoever asks a millisecond later has it."""
        await self._link.run("leader", (keys.turn(name),), (owner, 1, "pass"))

    async def acquire_page(self, service: str, check: str, prober: str, ttl_ms: int) -> bool:
        """Whether this prober is the one that reads a page now; asking again keeps it so, a refusal changes nothing."""
        return bool(await self._link.run("leader", (keys_of(service).reader(check),), (prober, ttl_ms)))

    async def release_page(self, service: str, check: str, prober: str, ttl_ms: int) -> None:
        """Give up reading a page, if it is this prober that does; it is nobody's for a while."""
        await self._link.run("leader", (keys_of(service).reader(check),), (prober, ttl_ms, "pass"))
