"""Notices that the store is not the one it was: emptied, or another one put in its place while we ran.

What was known of incidents, silences and subscriptions is gone then. People are told, and messages that stand on a
channel and that nobody would ever edit again are ended with a sentence.
"""

import logging

from bot.core.health.signs import EMPTIED
from bot.delivery.courier import Courier
from bot.delivery.routes import Routes
from bot.delivery.self_notices import SelfNotices
from bot.process import Process

log = logging.getLogger(__name__)

EVERY_S = 2.0
"""Sooner than anything is detected anew, so that the old messages end before new ones begin."""
NAME = 64
"""Characters of the names of what is new that tell one such event from another."""
SAID = (
    "the store was emptied, or another one is in its place: what was known of incidents, silences and subscriptions is"
    " gone; open incidents are found anew, and their earlier messages are ended"
)
PART = (
    "a part of the store was emptied: what was known there of incidents, silences and subscriptions is gone; open"
    " incidents are found anew, and messages whose incident is not the same again are ended"
)


class StoreWatch:
    """Runs in every process, for the messages that its courier has posted."""

    def __init__(self, process: Process, routes: Routes, news: SelfNotices, courier: Courier) -> None:
        self._process, self._routes, self._news, self._courier = process, routes, news, courier
        self._known: tuple[str, ...] = ()

    async def run(self) -> None:
        """Look for ever."""
        await self._process.every(EVERY_S, self.look)

    async def look(self) -> None:
        """Look once. Raises StoreError; what is not done yet is done the next time."""
        found = await self._process.store.identity()
        if self._known and found != self._known:
            said = PART if set(found) & set(self._known) else SAID
            count = await self._courier.end_standing()
            log.warning("%s (%d by this process)", said, count)
            # All processes say it under one name, so it is said once.
            new = "".join(sorted(set(found) - set(self._known)))
            if not await self._news.tell(f"emptied@{new[:NAME]}", said, await self._routes.watchers(), entry=EMPTIED):
                return
        self._known = found
        await self._courier.forget_over(self._same)

    async def _same(self) -> bool:
        return await self._process.store.identity() == self._known
