"""How often one person acts, counted for all processes together."""

import secrets
from hashlib import sha256

from bot.core.model.person import Person
from bot.store import keys
from bot.store.client import RedisClient


class ActStore:
    """A bucket a person, by the server's clock. Operations raise `StoreError`, and may then be called again."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def wait_s(self, person: Person, per_minute: int) -> float:
        """Count one act; 0 where it may be, else after how many seconds the next one may."""
        who = sha256(f"{person.platform}\n{person.place}\n{person.user}".encode()).hexdigest()[:32]
        return int(await self._link.run("acts", (keys.acts(who),), (per_minute, secrets.token_hex(8)))) / 1000
