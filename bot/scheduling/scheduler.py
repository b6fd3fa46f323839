"""APScheduler keeps the time, and nothing else: which coroutine is due, never what it means."""

import asyncio
import contextlib
import logging
import random
import time
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import TracebackType
from typing import Any, Self

from apscheduler.schedulers.asyncio import AsyncIOScheduler

from bot.supervision import Supervisor

FIRST_WITHIN_S = 1.0
"""A check's first run comes within this time of the start, so that the first reading does not wait for an interval."""

FIRST_APART_S = 0.001
"""The first runs of thousands come this much later one by one, or they would all be late."""

SLOTS = 40
"""Jobs of APScheduler for one interval at most: beyond that several runs share one, which costs a tenth."""

TOO_LATE_S = 1.0
"""Runs that could begin only so much later than due are left out, and counted."""

WATCH_S = 1.0
"""How often it is looked whether the machine's clock was set back, and the least that is noticed."""

TOGETHER = 8
"""So many runs of one job begin at once, and the next ones later: a process that wakes for each of them alone pays up
to three times as much, and one that begins hundreds at once would measure its own queue."""

GOLDEN = 0.618
"""Steps of this share of a stretch, begun again at its end, never come to lie close together."""

JITTER = 0.1
"""Share of its interval by which a run is moved."""

log = logging.getLogger(__name__)

Job = Callable[..., Coroutine[Any, Any, None]]


@dataclass(frozen=True, slots=True)
class Run:
    """A job and its arguments, to begin so many seconds after its slot is due."""

    after_s: float
    job: Job
    args: tuple[Any, ...]
    name: str


@dataclass(frozen=True, slots=True)
class Slot:
    """What runs when one job of APScheduler is due."""

    name: str
    runs: list[Run]


class Schedule:
    """Runs coroutines at intervals with jitter, as tasks of its own: no pile of missed runs after a pause.

    The supervisor tells of a job that raises, which runs again when it is due; leaving the block ends what still runs.
    """

    def __init__(
        self, speed: float = 1.0, supervisor: Supervisor | None = None, wall: Callable[[], float] = time.time
    ) -> None:
        """`speed`: seconds of our clock in one second of the machine (not 1 only where time is played)."""
        self._wall = wall
        self._speed = speed
        self._supervisor = supervisor or Supervisor()
        self._stack = contextlib.AsyncExitStack()
        self._running: set[asyncio.Task[None]] = set()
        self._slots: dict[float, list[Slot]] = {}
        self._count = 0
        self._open = True
        self.left_out = 0
        # After a pause (a suspended laptop) the missed run is made up for once, however late.
        defaults = {"coalesce": True, "max_instances": 1, "misfire_grace_time": None}
        self._scheduler = AsyncIOScheduler(timezone=UTC, job_defaults=defaults)

    async def __aenter__(self) -> Self:
        # Its jobs only start ours, so all it could complain of is being stopped.
        logging.getLogger("apscheduler").setLevel(logging.CRITICAL)
        self._group = await self._stack.enter_async_context(asyncio.TaskGroup())
        self._scheduler.start()
        watch = self._group.create_task(self._watch(), name="clock set back")
        self._running.add(watch)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> bool | None:
        self._open = False
        self._scheduler.shutdown(wait=False)
        for task in self._running:
            task.cancel()
        return await self._stack.__aexit__(kind, error, trace)

    def every(self, interval_s: float, job: Job, *args: Any, name: str, first_s: float | None = None) -> None:
        """Run `job(*args)` within a second or so, and every `interval_s` seconds from a moment of chance on.

        Each run is moved by up to a tenth of the interval. One that is due while the last one still goes on is the
        job's own to refuse. `first_s`: a job that ran before is due again in so many seconds, not at once.
        """
        interval_s /= self._speed
        soon = FIRST_WITHIN_S * _chance() + self._count * FIRST_APART_S
        first = max(soon, (first_s or 0.0) / self._speed)
        self._later(Run(min(first, interval_s), job, args, name))
        after = 1.0 if first_s else 0.75 + _chance()
        slots = self._slots.setdefault(interval_s, [])
        if len(slots) < SLOTS:
            slots.append(Slot(name, []))
            self._scheduler.add_job(
                self._begin,
                "interval",
                args=(slots[-1],),
                id=name,
                seconds=interval_s,
                jitter=interval_s * JITTER,
                next_run_time=datetime.now(UTC) + timedelta(seconds=interval_s * after + (first if first_s else 0.0)),
            )
            slots[-1].runs.append(Run(0.0, job, args, name))
        else:
            runs = slots[self._count % SLOTS].runs
            runs.append(Run(interval_s * JITTER * (len(runs) // TOGETHER * GOLDEN % 1), job, args, name))
        self._count += 1

    def soon(self, job: Job, *args: Any, name: str) -> None:
        """Run `job(*args)` once, now, beside everything else; not at all where the end has begun."""
        if not self._open:
            return
        task = self._group.create_task(self._done(job, args, name))
        self._running.add(task)
        task.add_done_callback(self._running.discard)

    async def _done(self, job: Job, args: tuple[Any, ...], name: str) -> None:
        # The job's coroutine is made only here: a task that is cancelled before it begins would leave it unawaited.
        await self._supervisor.job(name, job(*args))

    async def _watch(self) -> None:
        """APScheduler goes by the machine's clock: when that is set back, what is due comes forward by as much."""
        loop = asyncio.get_running_loop()
        ahead = self._wall() - loop.time()
        while True:
            await asyncio.sleep(WATCH_S)
            moved = self._wall() - loop.time() - ahead
            ahead += moved
            if moved < -WATCH_S:
                for job in self._scheduler.get_jobs():
                    job.modify(next_run_time=job.next_run_time + timedelta(seconds=moved))

    async def sleep(self, seconds: float) -> None:
        """Sleep by the schedule's clock."""
        await asyncio.sleep(seconds / self._speed)

    async def _begin(self, slot: Slot) -> None:
        """Only starts the runs: APScheduler's own tasks belong to no group, and would die unheard."""
        for run in slot.runs:
            self._later(run)

    def _later(self, run: Run) -> None:
        loop = asyncio.get_running_loop()
        loop.call_later(run.after_s, self._start, run, loop.time() + run.after_s)

    def _start(self, run: Run, due: float) -> None:
        late = asyncio.get_running_loop().time() - due
        if late > TOO_LATE_S:
            # More than this process can do: to begin it all the same would make everything else late, too.
            self._leave_out(late)
        else:
            self.soon(run.job, *run.args, name=run.name)

    def _leave_out(self, late: float) -> None:
        if not self.left_out:
            log.warning("this prober is overloaded: runs begin %.1f s late, so some are skipped (logged once)", late)
        self.left_out += 1


def _chance() -> float:
    return random.random()  # noqa: S311  (spreads load; nothing to guess)
