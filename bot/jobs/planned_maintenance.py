"""Planned work that comes again: each window is announced as people announce theirs, under a name of its own.

The window under way and the next one, at most a day ahead, go into the services' streams. Their names come from what is
configured and when they begin, so that replicas, restarts and a clock that leaps announce each once; what somebody has
called off stays called off.
"""

import hashlib
import logging
from collections.abc import Iterator

from bot.core.model.action import ActionRequest
from bot.judging.actions import ActionQueue
from bot.process import Process
from bot.scheduling.cron import Recurring, Window, windows

log = logging.getLogger(__name__)

EVERY_S = 30.0
AHEAD_S = 86_400.0
"""How long before its beginning a window is announced."""
BY = ("configuration::maintenance", "the configuration")


class PlannedMaintenanceJob:
    """Announces what `maintenance:` of the configuration says."""

    def __init__(self, process: Process, acts: ActionQueue) -> None:
        self._process = process
        self._acts = acts
        self._services = {c.id: s.id for s in process.settings.services for c in s.components} | {
            s.id: s.id for s in process.settings.services
        }

    async def run(self) -> None:
        """Look for ever."""
        await self._process.every(EVERY_S, self.look)

    async def look(self) -> int:
        """Announce what is due to be; the number of announcements. Raises StoreError."""
        now, said = self._process.now(), 0
        for service, command, until in self._due(now):
            name = f"maintenance:{command.id}"
            if await self._process.store.notes.get(name):
                continue
            outcome = await self._acts.submit(service, command)
            if outcome is not None and not outcome.ok:
                log.warning("planned maintenance of %s is not announced: %s", command.args[0], outcome.text)
            # Only now: who dies in between says it again, and the judge knows it by its id.
            await self._process.store.notes.put(name, "1", until - now + AHEAD_S)
            said += 1
        return said

    def _due(self, now: float) -> Iterator[tuple[str, ActionRequest, float]]:
        for work in self._process.settings.maintenance:
            for window in windows(work, now, 2):
                if window.begins > now + AHEAD_S:
                    continue
                for about in work.about:
                    yield self._services[about], _announced(work, window, about, now), window.ends


def _announced(work: Recurring, window: Window, about: str, now: float) -> ActionRequest:
    words = f"{about} {work.cron} {work.zone} {work.lasts_s:.0f} {window.begins:.0f}"
    name = f"cron-{hashlib.sha256(words.encode()).hexdigest()[:24]}"
    length = f"{work.lasts_s:.0f}s from {window.begins:.0f}"
    return ActionRequest(now, "maintenance", (about, length, work.reason), BY[0], name=BY[1], id=name)
