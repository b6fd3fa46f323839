"""What every worker of a process needs."""

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from bot.errors import StoreError
from bot.settings import Settings
from bot.store.store import Store

log = logging.getLogger(__name__)

LEAST_S = 0.2
"""The shortest pause between two runs of a job, in seconds of the machine, however fast a recorded story is played."""
LEASE_S = 10.0
MISSED = 3
"""A lease outlasts so many missed runs of its job, and `LEASE_S` at least, before another process takes over."""


@dataclass(frozen=True, slots=True)
class Process:
    """This process: the open store, the configuration, its name among replicas, its clock (Unix seconds).

    `speed`: seconds of that clock in one second of the machine; above 1 only while a recorded story is played.
    """

    store: Store
    settings: Settings
    owner: str
    now: Callable[[], float]
    speed: float = 1.0

    async def every(
        self, seconds: float, job: Callable[[], Awaitable[object]], lease: str = "", *, at_once: bool = True
    ) -> None:
        """Run `job` for ever, with pauses of so many seconds of this process's clock, also while the store is away.

        With a `lease` (its name among all processes) only the process that holds it runs the job. Without `at_once` the
        first run comes after the first pause. What the job raises besides `StoreError` goes to the supervisor.
        """
        pause_s = max(LEAST_S, seconds / self.speed)
        ttl_ms = round(max(LEASE_S, MISSED * pause_s) * 1000)
        if not at_once:
            await asyncio.sleep(pause_s)
        while True:
            try:
                if not lease or await self.store.leases.acquire(lease, self.owner, ttl_ms):
                    await job()
            except StoreError as error:
                log.debug("%s waits for the store: %s", lease or job.__qualname__, error)
            await asyncio.sleep(pause_s)
