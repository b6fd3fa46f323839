"""Small values by name that processes share: what was posted where, which press was already answered."""

import secrets

from bot.store import keys
from bot.store.client import RedisClient, text


class KeyValues:
    """Values by name. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def set_once(self, name: str, ttl_s: float) -> bool:
        """Whether nobody has set this name before: true for exactly one caller until `ttl_s` seconds have passed."""
        return bool(await self._link.run("once", (keys.note(name),), (secrets.token_hex(8), _milliseconds(ttl_s))))

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        """Keep the value; what stood there is replaced."""
        await self._link.call("SET", keys.note(name), value, "PX", _milliseconds(ttl_s))

    async def get(self, name: str) -> str:
        """The value, "" where there is none."""
        return text(await self._link.call("GET", keys.note(name)))


def _milliseconds(ttl_s: float) -> int:
    return max(1, round(min(ttl_s, keys.NOTE_TTL_S) * 1000))
