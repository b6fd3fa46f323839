"""The ledger as it is kept: rows by their time, append-only, the oldest beyond the bound go."""

from collections.abc import Iterator, Sequence
from itertools import chain

from bot.store import keys
from bot.store.client import RedisClient, Value
from bot.store.keys import keys_of
from bot.store.types import LedgerWrite


class LedgerStore:
    """Rows of each service's ledger beside those a commit brings; `Reads` reads them. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def enter(self, service: str, rows: Sequence[LedgerWrite]) -> int:
        """Add rows; how many of them were new: entering the same history twice changes nothing."""
        if not rows:
            return 0
        key = keys_of(service).ledger
        words: Iterator[Value] = chain.from_iterable((row.at, row.body) for row in rows)
        added, _, _ = await self._link.calls([
            ("ZADD", key, *words),
            ("ZREMRANGEBYRANK", key, 0, -keys.LEDGER_KEPT - 1),
            ("EXPIRE", key, keys.LEDGER_TTL_S),
        ])  # fmt: skip
        return int(added)
