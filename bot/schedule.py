"""APScheduler keeps the time, and nothing else: which coroutine is due, never what it means."""

import asyncio
import contextlib
import logging
import random
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler

FIRST_WITHIN_S = 1.0
"""A check's first run comes within this time of the start, so that the first reading does not wait for an interval."""

Job = Callable[..., Coroutine[Any, Any, None]]


class Schedule:
    """Runs coroutines at intervals with jitter, as tasks of its own: no pile of missed runs after a pause.

    A job that raises ends the block, as any task of a group does; leaving the block ends what still runs.
    """

    def __init__(self, speed: float = 1.0) -> None:
        """`speed`: seconds of our clock in one second of the machine (not 1 only where time is played)."""
        self._speed = speed
        self._stack = contextlib.AsyncExitStack()
        self._running: set[asyncio.Task[None]] = set()
        # After a pause (a suspended laptop) the missed run is made up for once, however late.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    async def __aenter__(self) -> Self:
        # Its jobs only start ours, so all it could complain of is being stopped.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._scheduler.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        return await self._stack.__aexit__(kind, error, trace)

    def every(self, interval_s: float, job: Job, *args: Any, name: str) -> None:
        """Run `job(*args)` every `interval_s` seconds, give or take a tenth, beginning within a second or so.

        A run that is due while the last one still goes on is the job's own to refuse.
        """
        interval_s /= self._speed
        first = min(FIRST_WITHIN_S, interval_s) * random.random()  # noqa: S311  (spreads load; nothing to guess)
        self._scheduler.add_job(
            self._begin,
            "interval",
            args=(job, args),
            id=name,
            seconds=interval_s,
            jitter=interval_s / 10,
            next_run_time=datetime.now(UTC) + timedelta(seconds=first),
        )

    def soon(self, job: Job, *args: Any) -> None:
        """Run `job(*args)` once, now, beside everything else."""
        task = self._group.create_task(job(*args))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _begin(self, job: Job, args: tuple[Any, ...]) -> None:
        """Only starts the run: APScheduler's own tasks belong to no group, and would die unheard."""
        self.soon(job, *args)
