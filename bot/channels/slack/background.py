"""Work that goes on after an interaction was acknowledged: kept until it is done, drained at the end."""

import asyncio
import logging
from collections.abc import Callable, Coroutine
from typing import Any

log = logging.getLogger(__name__)

Errand = Coroutine[Any, Any, None]

AT_MOST = 1_000
"""Errands under way; more than that is somebody hammering, and those beyond are refused."""


class BackgroundTasks:
    """Tasks that nobody waits for, and that are nevertheless not lost."""

    def __init__(self, name: str) -> None:
        self._name = name
        self._tasks: set[asyncio.Task[None]] = set()

    def begin(self, errand: Errand, otherwise: Callable[[], Errand] | None = None) -> None:
        """Start it; an error of its own is logged, not raised, and `otherwise` is done instead."""
        if len(self._tasks) >= AT_MOST:
            errand.close()
            log.warning("%s: too much to do at once, an interaction is dropped", self._name)
            return
        task = asyncio.create_task(errand, name=f"errand of {self._name}")
        self._tasks.add(task)
        task.add_done_callback(lambda done: self._ended(done, otherwise))

    async def drain(self, within_s: float) -> None:
        """Let what is under way end; what is not done by then is cancelled."""
        waiting = set(self._tasks)
        if not waiting:
            return
        _, late = await asyncio.wait(waiting, timeout=within_s)
        for task in late:
            task.cancel()
        if late:
            log.warning("%s: %d answers were not given before shutdown", self._name, len(late))
            await asyncio.wait(late)

    def _ended(self, task: asyncio.Task[None], otherwise: Callable[[], Errand] | None) -> None:
        self._tasks.discard(task)
        error = None if task.cancelled() else task.exception()
        if error is not None:
            log.error("%s: an interaction failed", self._name, exc_info=error)
            if otherwise is not None:
                self.begin(otherwise())
