"""Posts the daily and weekly digests when they are due."""

import hashlib

from bot.delivery.routes import expand_targets
from bot.delivery.self_notices import SelfNotices
from bot.desk.digests import Digests
from bot.process import Process
from bot.scheduling.cron import windows
from bot.settings import Digest

EVERY_S = 30.0
LEASE = "digest"
NOTED_S = 8 * 86_400.0


class DigestJob:
    """Tells each configured digest when its time comes, once; after an absence the newest, if it is not too late."""

    def __init__(self, process: Process, news: SelfNotices) -> None:
        self._process = process
        self._news = news
        self._all = Digests(process.store, process.settings.services)

    async def run(self) -> None:
        """Look for ever, in one process at a time."""
        await self._process.every(EVERY_S, self.look, LEASE)

    async def look(self) -> int:
        """Tell what is due; the number of digests told. Raises StoreError."""
        store, now, told = self._process.store, self._process.now(), 0
        for one in self._process.settings.watching.digests:
            due = next((w.begins for w in windows(one.when, now, 1) if w.begins <= now), None)
            if due is None:
                continue
            name = f"digest:{_named(one)}:{due:.0f}"
            if await store.notes.get(name):
                continue
            answer, anything_measured = await self._all.of(one.every, due)
            subject = f"digest@{_named(one)}@{due:.0f}"
            targets = expand_targets(self._process.settings, one.to)
            # The same subject again is an edit, so whoever dies before the note doubles nothing.
            if anything_measured and not await self._news.tell(subject, answer.title, targets, answer.lines):
                continue
            await store.notes.put(name, "1", NOTED_S)
            told += anything_measured
        return told


def _named(one: Digest) -> str:
    words = f"{one.every} {one.when.cron} {one.when.zone} {sorted(one.to)}"
    return hashlib.sha256(words.encode()).hexdigest()[:8]
