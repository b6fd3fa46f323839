"""Posts the daily and weekly digests when they are due."""

import asyncio
import hashlib

from bot.delivery.routes import expand_targets
from bot.delivery.self_notices import SelfNotices
from bot.desk.digests import Digests, log
from bot.errors import StoreError
from bot.process import Process
from bot.scheduling.cron import windows
from bot.settings import Digest

EVERY_S = 30.0
TURN = "digest"


NOTED_S = 8 * 86_400.0


class DigestJob:
    """Tells each configured digest when its time comes, once; after an absence the newest, if it is not too late."""

    def __init__(self, us: Process, news: SelfNotices) -> None:
        self._us = us
        self._news = news
        self._all = Digests(us.store, us.settings.services)

    async def run(self) -> None:
        """Run for ever; wait while the store is away."""
        while True:
            try:
                await self.look()
            except StoreError as error:
                log.debug("the digest waits for the store: %s", error)
            await asyncio.sleep(EVERY_S / self._us.speed)

    async def look(self) -> int:
        """Tell what is due, if it is our turn; the number of digests told. Raises StoreError."""
        store, now, told = self._us.store, self._us.now(), 0
        if not await store.shared.hold(TURN, self._us.owner, round(EVERY_S * 3000)):
            return 0
        for one in self._us.settings.watching.digests:
            due = next((w.begins for w in windows(one.when, now, 1) if w.begins <= now), None)
            if due is None:
                continue
            name = f"digest:{_named(one)}:{due:.0f}"
            if await store.notes.noted(name):
                continue
            answer, anything_measured = await self._all.of(one.every, due, now)
            subject = f"digest@{_named(one)}@{due:.0f}"
            targets = expand_targets(self._us.settings, one.to)
            # The same subject again is an edit, so whoever dies before the note doubles nothing.
            if anything_measured and not await self._news.tell(subject, answer.title, targets, answer.lines):
                continue
            await store.notes.note(name, "1", NOTED_S)
            told += anything_measured
        return told


def _named(one: Digest) -> str:
    words = f"{one.every} {one.when.cron} {one.when.zone} {sorted(one.to)}"
    return hashlib.sha256(words.encode()).hexdigest()[:8]
