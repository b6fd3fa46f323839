"""Tells those who asked for it that an incident is over: one direct message each.

The message goes through the outbox under a subject of its own, and the request is dropped only when that is written:
who dies in between writes the same message again, which is one message.
"""

import logging

from bot.core.answers.status import headline_of
from bot.core.model.incident import IncidentStatus
from bot.core.model.notify_request import NotifyRequest
from bot.core.text.quoting import clean
from bot.delivery.self_notices import SelfNotice, SelfNotices
from bot.desk.reader import Reader
from bot.process import Process
from bot.store.codec import NOTIFY_REQUEST

log = logging.getLogger(__name__)

EVERY_S = 2.0
LEASE = "wishes"
LONGEST_S = 30 * 86_400.0
"""A request about an incident that is no longer on record is dropped after this."""


class NotifyRequestJob:
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
        waiting = {
            name: NOTIFY_REQUEST.load(body) for name, body in (await self._process.store.notify_requests.all()).items()
        }
        known = [request for request in waiting.values() if request is not None]
        done = [name for name, request in waiting.items() if request is None]
        told = 0
        for service, incident in dict.fromkeys((request.service, request.incident) for request in known):
            about = [request for request in known if (request.service, request.incident) == (service, incident)]
            text = await self._over(about[0])
            if text is None:
                continue
            notice = SelfNotice(f"over@{service}@{incident}", text, [request.target for request in about], over=True)
            if text and not await self._news.publish((notice,)):
                continue
            told += len(about) if text else 0
            done += [request.name for request in about]
        await self._process.store.notify_requests.fulfilled(done)
        return told

    async def _over(self, request: NotifyRequest) -> str | None:
        """What is said of the end; None while there is none, "" where nobody will ever know."""
        now = self._process.now()
        if request.service not in {service.id for service in self._process.settings.services}:
            return ""
        one = await self._reader.incident(request.service, request.incident)
        if one is None:
            return "" if now - request.at > LONGEST_S else None
        if one.status is not IncidentStatus.RESOLVED:
            return None
        said = headline_of(one, await self._reader.standing(request.service), now)
        return f"{clean(said, 200).partition(' ')[2]}; you asked to be told (incident {clean(one.id, 20)})"
