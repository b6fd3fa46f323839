"""Small notes that chat platforms share between replicas: what was posted where, which press was already answered."""

import secrets

from bot.store import keys
from bot.store.client import RedisClient, text


class KeyValues:
    """Notes by name. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def once(self, name: str, ttl_s: float) -> bool:
        """Whether nobody has said this name before: true for exactly one caller until `ttl_s` seconds have passed."""
        return bool(await self._link.run("once", (keys.note(name),), (secrets.token_hex(8), _milliseconds(ttl_s))))

    async def note(self, name: str, text_of_it: str, ttl_s: float) -> None:
        """Keep the text; what stood there is replaced."""
        await self._link.call("SET", keys.note(name), text_of_it, "PX", _milliseconds(ttl_s))

    async def noted(self, name: str) -> str:
        """The text, "" where there is none."""
        return text(await self._link.call("GET", keys.note(name)))


def _milliseconds(ttl_s: float) -> int:
    return max(1, round(min(ttl_s, keys.NOTE_TTL_S) * 1000))
