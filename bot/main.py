"""The composition root: the only file that knows every concrete class. Who opens, closes."""

import asyncio
import contextlib
import json
import logging
import secrets
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, replace
from importlib.metadata import version
from typing import TextIO

from bot.channels.channel import Channel
from bot.channels.registry import CHANNELS, Outside
from bot.core.assessment import AssessorSettings
from bot.core.service import Other, ServiceView
from bot.courier import Courier
from bot.errors import StoreError
from bot.judge import Bench, Judge
from bot.schedule import Schedule
from bot.settings import Service, Settings, page_check_id
from bot.store.connect import open_store
from bot.store.records import encode
from bot.store.store import Store
from bot.stream import Stream
from bot.turns import Turns
from bot.watch import Watch
from probes.control import Control
from probes.model import Observation
from probes.tools import Tools
from probes.transport import Transport

log = logging.getLogger(__name__)

PRESENCE_S = 30.0
AGAIN_S = 0.2
DRAIN_S = 2.0
"""What is seen and decided at the moment of stopping gets this long to be written and said."""


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
async def running(settings: Settings, around: Surroundings) -> AsyncIterator[Running]:
    """Probers, judges and couriers at work until the block is left; then drained and closed within seconds.

    Raises:
        UserError: the state directory is in use, no server can be started, a channel cannot be opened.
        StoreError: the user's server cannot be reached.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.redis.reveal() if settings.redis else None
        store = await stack.enter_async_context(open_store(url, settings.state_dir))
        outside = Outside(settings.state_dir, around.out, around.style, around.now)
        channels = {
            c.name: await stack.enter_async_context(CHANNELS[c.kind](c.name, c.options, outside))
            for c in settings.channels
        }
        works = Works(settings, store, channels, around)
        await stack.enter_async_context(works.at_work())
        yield Running(store, settings)


class Works:
    """The three kinds of workers of one process, wired to each other."""

    def __init__(self, settings: Settings, store: Store, channels: Mapping[str, Channel], around: Surroundings) -> None:
        now = around.now
        self._owner = owner = f"{settings.vantage}.{secrets.token_hex(4)}"
        self._settings = settings
        self._store = store
        self._around = around
        self._courier = Courier(store, [s.id for s in settings.services], channels, owner, now)
        bench = Bench(owner, now, tuple(channels), self._courier.wake)
        self._judges = {s.id: Judge(store, view(s, settings), assessing(s, settings), bench) for s in settings.services}
        self._stream = Stream(store, settings.vantage, self._written)
        self._watch: Watch | None = None

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everything runs inside; a worker that breaks ends the block with its error."""
        async with contextlib.AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            workers = [tasks.create_task(judge.run(), name=f"judge of {s}") for s, judge in self._judges.items()]
            workers += [tasks.create_task(self._courier.run(n), name=f"courier of {n}") for n in self._courier.news]
            workers.append(tasks.create_task(self._stream.run(), name="stream"))
            async with self._watching():
                yield
            await self._drain()
            await _ended(workers)

    @contextlib.asynccontextmanager
    async def _watching(self) -> AsyncIterator[None]:
        settings, around = self._settings, self._around
        async with (
            Transport(settings.transport) as transport,
            Control(transport, around.now, settings.control) as control,
            Schedule(around.speed) as schedule,
        ):
            tools = Tools(transport, settings.vantage, around.now, settings.secrets)
            self._watch = Watch(
                settings.checks(),
                tools,
                control,
                self._seen,
                Turns(self._store, self._owner, around.speed),
            )
            self._watch.start(schedule)
            schedule.every(PRESENCE_S, self._present, name="presence")
            yield

    def _seen(self, seen: Observation) -> None:
        """To the service's stream; a page also to those of the other services that it speaks of."""
        self._stream.put(seen.service, encode(seen))
        if seen.page is not None:
            for service in self._settings.service(seen.service).mentions.keys() & self._judges.keys() - {seen.service}:
                self._stream.put(service, encode(replace(seen, service=service)))

    async def _present(self) -> None:
        """Leave word that this vantage is at work, and on what."""
        word = {"at": self._around.now(), "version": version("groundtruth"), "waiting": self._stream.waiting}
        try:
            await self._store.announce(tuple(self._judges), self._around.now())
            await self._store.put_vantage(self._settings.vantage, json.dumps(word), self._around.now())
        except StoreError as error:
            log.debug("no word left: %s", error)

    def _written(self, service: str, plans: Mapping[str, str]) -> None:
        if self._watch is not None:
            self._watch.planned(service, plans)
        self._judges[service].news.set()

    async def _drain(self) -> None:
        """What is queued is written, what is decided is said, as far as it goes in the time that is left."""
        try:
            async with asyncio.timeout(DRAIN_S):
                await self._stream.flush()
                for name in self._courier.news:
                    await self._courier.round(name)
        except (TimeoutError, StoreError) as error:
            log.warning(
                "stopped with %d observations not yet written: %s", self._stream.waiting, error or "no time left"
            )


async def _ended(workers: list[asyncio.Task[None]]) -> None:
    """Cancel until they are gone: before Python 3.12, `wait_for` in the Redis client can swallow one cancellation.

    See https://github.com/python/cpython/issues/86296.
    """
    pending = set(workers)
    while pending:
        for worker in pending:
            worker.cancel()
        _, pending = await asyncio.wait(pending, timeout=AGAIN_S)


def assessing(service: Service, settings: Settings) -> AssessorSettings:
    """The detector's inputs for one service: its components, and how often one of them is looked at from one place."""
    paces = [sum(1 / check.interval_s for check in c.checks) for c in service.components]
    return AssessorSettings(
        components=tuple(c.id for c in service.components),
        interval_s=1 / max(paces, default=1 / 30) if any(paces) else 30.0,
        false_alarms_per_month=settings.detection.false_alarms_per_month,
    )
