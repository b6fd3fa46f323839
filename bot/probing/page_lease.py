"""Whose turn it is to read a status page: one prober of many reads it, the others stand by."""

import logging

from bot.errors import StoreError
from bot.store.store import Store
from probes.model import Check

log = logging.getLogger(__name__)

TICKS = 2
"""Looks at whose turn it is in one interval."""
KEPT = 1.25
"""Intervals for which a turn stays with a reader that is not heard of: with `TICKS` another takes over within two."""


PASSED = 0.5
"""Intervals for which nobody reads a page that its reader could not read: then the first one who asks."""


class PageLease:
    """The turns as the store keeps them; `prober` is unique among those that run, `speed` is the clock's."""

    def __init__(self, store: Store, prober: str, speed: float = 1.0) -> None:
        self._store = store
        self._prober = prober
        self._speed = speed
        self._ours: set[str] = set()

    async def ours(self, check: Check) -> bool:
        """Whether to read now; while the store is away, whoever read last goes on and the others stay quiet."""
        try:
            mine = await self._store.leases.acquire_page(check.service, check.id, self._prober, self._ms(KEPT, check))
        except StoreError as error:
            log.debug("cannot tell which prober reads %s: %s", check.id, error)
            return check.id in self._ours
        (self._ours.add if mine else self._ours.discard)(check.id)
        return mine

    async def passed(self, check: Check) -> None:
        """Let another try: the page cannot be read from here."""
        try:
            await self._store.leases.release_page(check.service, check.id, self._prober, self._ms(PASSED, check))
        except StoreError as error:
            log.debug("could not release the lease on reading %s: %s", check.id, error)

    def _ms(self, intervals: float, check: Check) -> int:
        return max(1, round(intervals * check.interval_s / self._speed * 1000))
