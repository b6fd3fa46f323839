"""What the store keeps of those who report: the salt that makes their hashes, and each one's last word for a while."""

import secrets

from bot.store import keys
from bot.store.client import RedisClient, text
from bot.store.keys import keys_of


class ReporterStore:
    """Those who report. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def salt(self) -> bytes:
        """The secret of this store, the same for every process; made at the first call, kept for as long as it is used.

        It is never logged or shown: with it, somebody who knows all ids of a workspace could tell who reported.
        """
        made = secrets.token_hex(32)
        await self._link.call("SET", keys.SALT, made, "NX", "EX", keys.SALT_TTL_S)
        kept = await self._link.call("GETEX", keys.SALT, "EX", keys.SALT_TTL_S)
        return bytes(kept) if kept else made.encode()

    async def spoke(self, service: str, voice: str, word: str) -> str:
        """Remember a voice's word for `VOICE_TTL_S`; the word it had said within that time before, "" if none."""
        key = keys_of(service).voice(voice)
        before, _ = await self._link.calls([("GET", key), ("SET", key, word, "EX", keys.VOICE_TTL_S)])
        return text(before)
