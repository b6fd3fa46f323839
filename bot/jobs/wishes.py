"""Tells those who asked for it that an incident is over: one direct message each.

The message goes through the outbox under a subject of its own, and the wish is dropped only when it is written there:
who dies in between writes the same message again, which is one message.
"""

import logging

from bot.core.answers.status import headline_of
from bot.core.model.incident import IncidentStatus
from bot.core.model.wish import Wish
from bot.core.text.quoting import clean
from bot.delivery.self_notices import SelfNotice, SelfNotices
from bot.desk.reader import Reader
from bot.process import Process
from bot.store.codec import WISH

log = logging.getLogger(__name__)

EVERY_S = 2.0
LEASE = "wishes"
LONGEST_S = 30 * 86_400.0
"""A wish about an incident that is no longer on record is dropped after this."""


class WishJob:
    """Runs every `EVERY_S` seconds, in one process at a time."""

    def __init__(self, process: Process, news: SelfNotices) -> None:
        self._process = process
        self._news = news
        self._reader = Reader(process.store.views, process.settings.services)

    async def run(self) -> None:
        """Look for ever."""
        await self._process.every(EVERY_S, self.look, LEASE)

    async def look(self) -> int:
        """Tell those whose incident is over; how many. Raises StoreError."""
        waiting = {name: WISH.load(body) for name, body in (await self._process.store.wishes.all()).items()}
        known = [wish for wish in waiting.values() if wish is not None]
        done = [name for name, wish in waiting.items() if wish is None]
        told = 0
        for service, incident in dict.fromkeys((wish.service, wish.incident) for wish in known):
            about = [wish for wish in known if (wish.service, wish.incident) == (service, incident)]
            text = await self._over(about[0])
            if text is None:
                continue
            notice = SelfNotice(f"over@{service}@{incident}", text, [wish.target for wish in about], over=True)
            if text and not await self._news.publish((notice,)):
                continue
            told += len(about) if text else 0
            done += [wish.name for wish in about]
        await self._process.store.wishes.fulfilled(done)
        return told

    async def _over(self, wish: Wish) -> str | None:
        """What is said of the end; None while there is none, "" where nobody will ever know."""
        now = self._process.now()
        if wish.service not in {service.id for service in self._process.settings.services}:
            return ""
        one = await self._reader.incident(wish.service, wish.incident)
        if one is None:
            return "" if now - wish.at > LONGEST_S else None
        if one.status is not IncidentStatus.RESOLVED:
            return None
        said = headline_of(one, await self._reader.standing(wish.service), now)
        return f"{clean(said, 200).partition(' ')[2]}; you asked to be told (incident {clean(one.id, 20)})"
