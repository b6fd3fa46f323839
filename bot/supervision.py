"""The one place where anything at all is caught: no worker, job, row or message may end the process.

What is raised is logged with its traceback, once for each place it comes from; people who asked to hear of our own
trouble are told, once and when it is over; and the worker goes on after a growing wait.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass
from pathlib import Path
from traceback import FrameSummary, extract_tb
from typing import Any, TypeVar

log = logging.getLogger(__name__)

WAITS_S = (1.0, 2.0, 5.0, 15.0, 60.0)
WELL_S = 300.0
"""Without an error for so long, a worker that broke is well again."""
KNOWN = 500
"""Places that errors come from that are remembered, so that each has its traceback in the log once."""

T = TypeVar("T")
Tell = Callable[[str, str, bool], Awaitable[None]]
"""Says of `what` a sentence: that it is in trouble (False), or that it is over (True)."""


async def attempted(work: Awaitable[T]) -> tuple[T | None, Exception | None]:
    """The result of `work`, or what it raised; being cancelled passes through."""
    try:
        return await work, None
    except Exception as error:  # noqa: BLE001 - the reason for this module
        return None, error


def innermost(error: BaseException) -> BaseException:
    """The first error that is no group of others."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error


def place(error: BaseException) -> str:
    """Where it was raised, as in "alternatives.py:63 of_success"; of our own code where that is on the way."""
    frames = extract_tb(innermost(error).__traceback__)
    ours = [frame for frame in frames if _ours(frame)] or list(frames)
    return f"{Path(ours[-1].filename).name}:{ours[-1].lineno} {ours[-1].name}" if ours else "unknown place"


def words(error: BaseException) -> str:
    """It in one line, as in "ZeroDivisionError: float division by zero"."""
    one = innermost(error)
    return f"{type(one).__name__}: {str(one)[:200]}" if str(one) else type(one).__name__


async def _nobody(_what: str, _text: str, _over: bool) -> None:
    """A supervisor that notifies nobody."""


@dataclass(slots=True)
class BreakCount:
    """A worker or job that broke: how often lately, and when last (seconds of the loop's clock)."""

    times: int
    last: float


class Supervisor:
    """Keeps workers and jobs going. `tell` says to people what broke."""

    def __init__(self, tell: Tell = _nobody, waits_s: tuple[float, ...] = WAITS_S, well_s: float = WELL_S) -> None:
        self._tell = tell
        self._waits_s = waits_s
        self._well_s = well_s
        self._broken: dict[str, BreakCount] = {}
        self._seen: dict[tuple[str, str], None] = {}

    @property
    def broken(self) -> dict[str, int]:
        """What broke and is not well again, by name, and how often."""
        return {name: standing.times for name, standing in self._broken.items()}

    async def keep(self, name: str, work: Callable[[], Coroutine[Any, Any, None]]) -> None:
        """Run `work` until it returns; whatever it raises, it is begun again after a while."""
        while True:
            async with asyncio.TaskGroup() as beside:
                bell = beside.create_task(self._recovers(name)) if name in self._broken else None
                _, error = await attempted(work())
                if bell is not None:
                    bell.cancel()
            if error is None:
                return
            times = await self.broke(name, error)
            await asyncio.sleep(self._waits_s[min(times, len(self._waits_s)) - 1])

    async def job(self, name: str, work: Awaitable[None]) -> None:
        """Do `work` once; whatever it raises, the job is done again when it is due."""
        _, error = await attempted(work)
        if error is not None:
            await self.broke(name, error)
        elif name in self._broken and self._now() - self._broken[name].last >= self._well_s:
            await self._well(name)

    async def broke(self, name: str, error: Exception) -> int:
        """Log it and tell people; how often it broke lately."""
        standing = self._broken.setdefault(name, BreakCount(0, 0.0))
        standing.times, standing.last = standing.times + 1, self._now()
        where = (type(innermost(error)).__name__, place(error))
        fresh = where not in self._seen
        self._seen[where] = None
        if len(self._seen) > KNOWN:
            del self._seen[next(iter(self._seen))]
        level = logging.ERROR if fresh else logging.WARNING
        log.log(level, "%s broke and goes on: %s (%s)", name, words(error), where[1], exc_info=error if fresh else None)
        if standing.times == 1:
            text = f"{name} broke and goes on: {words(error)} ({where[1]}); the traceback is in the log"
            await self._say(name, text, over=False)
        return standing.times

    async def _recovers(self, name: str) -> None:
        await asyncio.sleep(self._well_s)
        await self._well(name)

    async def _well(self, name: str) -> None:
        self._broken.pop(name, None)
        log.warning("%s works again", name)
        await self._say(name, f"{name} works again", over=True)

    async def _say(self, name: str, text: str, *, over: bool) -> None:
        _, error = await attempted(self._tell(name.replace(" ", "-"), text, over))
        if error is not None:
            log.error("could not send the notice that %s", text, exc_info=error)

    def _now(self) -> float:
        return asyncio.get_running_loop().time()


def _ours(frame: FrameSummary) -> bool:
    return Path(frame.filename).is_relative_to(Path(__file__).parent)
