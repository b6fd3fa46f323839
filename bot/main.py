"""The composition root: the only file that knows every concrete class. Who opens, closes."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from enum import Flag, auto
from typing import TextIO

from bot.channels.channel import Channel
from bot.channels.registry import CHANNELS, Outside
from bot.core.detection.assessment import AssessorSettings
from bot.core.service import Other, ServiceView
from bot.courier import Courier
from bot.errors import StoreError
from bot.judge import Bench, Judge
from bot.prober import Clock, Prober
from bot.settings import Service, Settings, page_check_id
from bot.store.connect import open_store
from bot.store.store import Store

log = logging.getLogger(__name__)

DRAIN_S = 2.0
"""What is seen and decided at the moment of stopping gets this long to be written and said."""


class Role(Flag):
    """What a process does: look, or judge what was seen and tell."""

    PROBE = auto()
    JUDGE = auto()


EVERYTHING = Role.PROBE | Role.JUDGE


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What the outside gives: the terminal, its style ("auto", "live", "plain", "json"), and the clock.

    `now` gives Unix seconds; `speed` how many of them pass in one second of the machine (a played story's is above 1).
    """

    out: TextIO
    style: str = "auto"
    now: Callable[[], float] = time.time
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Running:
    """A started Groundtruth: its store, for reading, and the moment everything runs."""

    store: Store
    settings: Settings


def view(service: Service, settings: Settings) -> ServiceView:
    """A configured service as judging and wording see it; pages of the others that speak of it bear witness."""
    witnesses = (other for other in settings.services if service.id in other.mentions and other.id != service.id)
    lag = service.page.usual_lag if service.page else None
    return ServiceView(
        id=service.id,
        name=service.name,
        names={c.id: c.name for c in service.components},
        page_ids={c.id: c.page_id for c in service.components if c.page_id and service.page},
        page_url=service.page.page_url if service.page else "",
        usual_lag_s=(lag.median_s, lag.p90_s) if lag else None,
        others={page_check_id(other.id): Other(other.name, other.mentions[service.id]) for other in witnesses},
    )


@contextlib.asynccontextmanager
async def running(settings: Settings, around: Surroundings, roles: Role = EVERYTHING) -> AsyncIterator[Running]:
    """The roles at work until the block is left; then drained and closed within seconds.

    Raises:
        UserError: the state directory is in use, no server can be started, a channel cannot be opened.
        StoreError: the user's server cannot be reached.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.redis.reveal() if settings.redis else None
        opened = Running(await stack.enter_async_context(open_store(url, settings.state_dir)), settings)
        outside = Outside(settings.state_dir, around.out, around.style, around.now)
        channels = {
            c.name: await stack.enter_async_context(CHANNELS[c.kind](c.name, c.options, outside))
            for c in (settings.channels if Role.JUDGE in roles else ())
        }
        await stack.enter_async_context(Works(opened, channels, around, roles).at_work())
        yield opened


class Works:
    """The workers of one process, wired to each other: prober, judges and couriers, as far as its roles go."""

    def __init__(self, opened: Running, channels: Mapping[str, Channel], around: Surroundings, roles: Role) -> None:
        settings, store, now = opened.settings, opened.store, around.now
        # The embedded store has one user at a time, so what a killed run held is ours at once.
        owner = f"{settings.vantage}.{secrets.token_hex(4)}" if settings.redis else settings.vantage
        services = settings.services
        self._judges: dict[str, Judge] = {}
        self._courier: Courier | None = None
        self._prober: Prober | None = None
        if Role.JUDGE in roles:
            self._courier = Courier(store, [s.id for s in services], channels, owner, now)
            bench = Bench(owner, now, tuple(channels), self._courier.wake)
            self._judges = {s.id: Judge(store, view(s, settings), assessing(s, settings), bench) for s in services}
        if Role.PROBE in roles:
            self._prober = Prober(settings, store, Clock(now, around.speed), owner, self._written)

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everything runs inside; a worker that breaks ends the block with its error."""
        async with contextlib.AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            workers = [tasks.create_task(judge.run(), name=f"judge of {s}") for s, judge in self._judges.items()]
            if self._courier is not None:
                workers += [tasks.create_task(self._courier.run(n), name=f"courier of {n}") for n in self._courier.news]
            async with contextlib.AsyncExitStack() as looking:
                if self._prober is not None:
                    workers.append(tasks.create_task(self._prober.stream.run(), name="stream"))
                    await looking.enter_async_context(self._prober.at_work())
                yield
            await self._drain()
            for worker in workers:
                worker.cancel()

    def _written(self, service: str) -> None:
        if service in self._judges:
            self._judges[service].news.set()

    async def _drain(self) -> None:
        """What is queued is written, what is decided is said, as far as it goes in the time that is left."""
        waiting = self._prober.stream if self._prober else None
        try:
            async with asyncio.timeout(DRAIN_S):
                if waiting is not None:
                    await waiting.flush()
                if self._courier is not None:
                    for name in self._courier.news:
                        await self._courier.round(name)
        except (TimeoutError, StoreError) as error:
            left = waiting.waiting if waiting else 0
            log.warning("stopped with %d observations not yet written: %s", left, error or "no time left")


def assessing(service: Service, settings: Settings) -> AssessorSettings:
    """The detector's inputs for one service: its components, and how often one of them is looked at from one place."""
    paces = [sum(1 / check.interval_s for check in c.checks) for c in service.components]
    return AssessorSettings(
        components=tuple(c.id for c in service.components),
        interval_s=1 / max(paces, default=1 / 30) if any(paces) else 30.0,
        false_alarms_per_month=settings.detection.false_alarms_per_month,
    )
