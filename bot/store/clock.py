"""The time that all processes share: the store's, carried on between looks by a clock that nobody sets.

Claims, due times, silences and the times of results are compared by several machines. Their own clocks may be an hour
apart, or be set while we run; so none of them counts. Without the store the time goes on by itself.
"""

import asyncio
import contextlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable

from bot.core.text.durations import duration
from bot.errors import StoreError
from bot.store.store import Store

log = logging.getLogger(__name__)

LOOK_S = 5.0
LEAP_S = 2.0
"""A clock that moved so much against the steady one was set; less is drift."""
SLOW_S = 1.0
"""A server that answers so late says too little of the time."""
CALM_S = 60.0
"""So long after a leap it is over."""

Tell = Callable[[str, str, bool], Awaitable[None]]


def steady() -> float:
    """Seconds since some moment, suspended ones included where the system counts them."""
    return time.clock_gettime(time.CLOCK_BOOTTIME) if sys.platform == "linux" else time.monotonic()


class SharedClock:
    """Unix seconds by the store's clock; `wall` is this machine's own, of which leaps are told."""

    def __init__(
        self, store: Store, wall: Callable[[], float] = time.time, steadily: Callable[[], float] = steady
    ) -> None:
        self._store, self._wall, self._steady = store, wall, steadily
        self._ahead = self._wall_ahead = wall() - steadily()
        self._known = False
        self._leapt_at: float | None = None

    def now(self) -> float:
        """Unix seconds."""
        return self._steady() + self._ahead

    async def look(self) -> str:
        """Compare with the store's clock and this machine's; what leapt, in a sentence, "" where nothing did.

        Raises StoreError.
        """
        began = self._steady()
        theirs = await self._store.time()
        took = self._steady() - began
        said = ""
        moved = self._wall() - self._steady() - self._wall_ahead
        self._wall_ahead += moved
        if abs(moved) > LEAP_S:
            said = f"this machine's clock was set {_way(moved)}; checks and messages go by the store's clock"
        if took <= SLOW_S:
            step = theirs + took / 2 - self.now()
            self._ahead += step
            if self._known and abs(step) > LEAP_S:
                said = f"the store's clock was set {_way(step)}, and all times from now on with it"
            self._known = True
        return said

    @contextlib.asynccontextmanager
    async def kept(self, tell: Tell) -> AsyncIterator[None]:
        """Looks go on inside; a leap is told, and its end."""
        task = asyncio.create_task(self._keep(tell), name="clock")
        try:
            yield
        finally:
            task.cancel()
            await asyncio.wait({task})

    async def _keep(self, tell: Tell) -> None:
        while True:
            await asyncio.sleep(LOOK_S)
            try:
                said = await self.look()
                if said:
                    log.warning("%s", said)
                    self._leapt_at = self._steady()
                    await tell("clock", said, False)
                elif self._leapt_at is not None and self._steady() - self._leapt_at > CALM_S:
                    self._leapt_at = None
                    await tell("clock", "clocks go evenly again", True)
            except StoreError as error:
                log.debug("the clock waits for the store: %s", error)


def _way(moved: float) -> str:
    return f"{'forward' if moved > 0 else 'back'} by {duration(abs(moved))}"
