"""The composition root: the only file that knows every concrete class. Who opens, closes."""

import asyncio
import contextlib
import logging
import secrets
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Mapping
from dataclasses import dataclass, replace
from enum import Flag, auto
from functools import partial
from pathlib import Path
from typing import Any, TextIO

from bot.advice.advisor import Advisor
from bot.advice.candidates import candidates
from bot.channels.channel import Channel
from bot.channels.context import ChannelContext
from bot.core.detection.assessment import AssessorSettings
from bot.core.health.signs import CONFIGURATION, Kind
from bot.core.model.service import Other, ServiceView
from bot.core.routing.tree import policies_for
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.grouping import Grouping
from bot.delivery.incident_charts import IncidentCharts
from bot.delivery.routes import configured_routes, policies_of
from bot.delivery.self_notices import SelfNotices, UnreachableNotices
from bot.delivery.standing import Root, StandingRoot
from bot.delivery.subscriptions import configured_subscriptions
from bot.desk.open import desk_services, open_desk
from bot.desk.reader import Reader
from bot.errors import StoreError
from bot.health.reporter import HealthReporter
from bot.jobs.correlation import CorrelationJob
from bot.jobs.digests import DigestJob
from bot.jobs.heartbeat import HeartbeatJob
from bot.jobs.notify_requests import NotifyRequestJob
from bot.jobs.planned_maintenance import PlannedMaintenanceJob
from bot.jobs.self_monitoring import SelfMonitor
from bot.jobs.store_watch import StoreWatch
from bot.judging.actions import ActionQueue
from bot.judging.judge import Judge, JudgeContext
from bot.lifetime.generations import Generations, Idle
from bot.lifetime.open_channels import OpenChannels
from bot.probing.prober import Clock, Prober, group
from bot.probing.stream_writer import StreamWriter
from bot.process import Process
from bot.settings import Service, Settings, labels_of, page_check_id
from bot.sharing import Peers
from bot.store.clock import SharedClock
from bot.store.connect import open_store
from bot.store.store import Store
from bot.supervision import Supervisor, Tell
from bot.web.health import Readiness
from bot.web.opening import KeptPage, web_open

log = logging.getLogger(__name__)

DRAIN_S = 2.0
"""What is seen and decided at the moment of stopping gets this long to be written and said."""


class Role(Flag):
    """What a process does: look, or judge what was seen and tell."""

    PROBE = auto()
    JUDGE = auto()


EVERYTHING = Role.PROBE | Role.JUDGE


@dataclass(frozen=True, slots=True)
class Terminal:
    """What the outside gives: the terminal, its style ("auto", "live", "plain", "json"), and the clock.

    `now` gives Unix seconds; `speed` how many of them pass in one second of the machine (a played story's is above 1).
    """

    out: TextIO
    style: str = "auto"
    now: Callable[[], float] = time.time
    speed: float = 1.0


@dataclass(frozen=True, slots=True)
class Running:
    """A started Groundtruth: its store, for reading, and the settings it was started with.

    `swap` puts other settings in force, whole or not at all; it raises UserError where that cannot be. `tell(what,
    text, over)` tells those who hear of our own troubles, once, and of the end.
    """

    store: Store
    settings: Settings
    swap: Callable[[Settings], Awaitable[None]]
    tell: Tell


def service_view(service: Service, settings: Settings) -> ServiceView:
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
        people_open=settings.reports_open_incidents,
        labels=labels_of(service),
        rules={
            check: tuple((rule.failures, rule.of) for rule in rules)
            for component in service.components
            for check, rules in component.rules.items()
        },
        others={page_check_id(other.id): Other(other.name, other.mentions[service.id]) for other in witnesses},
    )


@contextlib.asynccontextmanager
async def running(settings: Settings, around: Terminal, roles: Role = EVERYTHING) -> AsyncIterator[Running]:
    """The roles at work until the block is left; then drained and closed within seconds.

    Raises:
        UserError: the state directory is in use, no server can be started, a channel cannot be opened.
        StoreError: the user's server cannot be reached.
    """
    async with contextlib.AsyncExitStack() as stack:
        url = settings.redis.reveal() if settings.redis else None
        store = await stack.enter_async_context(
            open_store(url, settings.state_dir, socket=settings.socket, mode=settings.socket_mode)
        )
        clock = SharedClock(store)
        if around.now is time.time:
            # Where a story is played its time counts.
            await clock.look()
            around = replace(around, now=clock.now)
        life = LongLived(store, settings, around, roles)
        channels = OpenChannels(life.outside(settings.state_dir))

        @contextlib.asynccontextmanager
        async def begin(given: Settings) -> AsyncIterator[Idle]:
            app = App(life, given, channels.now)
            async with app.beside(), app.at_work():
                yield app.idle

        stack.push_async_callback(life.page.close)
        stack.push_async_callback(life.judges.leave)
        given = settings if Role.JUDGE in roles else replace(settings, channels=())
        generations = Generations(given, channels, begin)
        await stack.enter_async_context(generations.at_work())
        if around.now == clock.now:
            await stack.enter_async_context(clock.kept(partial(life.tell, entry=Kind.CLOCK)))
        yield Running(store, settings, generations.swap, partial(life.tell, entry=CONFIGURATION))


Worker = Callable[[], Coroutine[Any, Any, None]]
"""Runs until it is cancelled, and waits for a store that is away."""


class LongLived:
    """What outlives a change of the configuration: who we are, the desk, what is not yet written, what broke."""

    def __init__(self, store: Store, settings: Settings, around: Terminal, roles: Role) -> None:
        self.store, self.around, self.roles = store, around, roles
        # The embedded store has one user at a time, so what a killed run held is ours at once.
        alone = settings.redis is None
        self.owner = settings.vantage if alone else f"{settings.vantage}.{secrets.token_hex(4)}"
        self.news = SelfNotices(store, self.owner, around.now, self.wake)
        self.actions = ActionQueue(store, self.written)
        self.supervisor = Supervisor(self.tell)
        self.stream = StreamWriter(store, settings.vantage)
        self.desk = open_desk(store, settings, wake=self.written, now=around.now)
        self.standing: dict[Root, StandingRoot] = {}
        self.page = KeptPage()
        self.judges = Peers(store, "judges", self.owner, "services and channels")
        self.judges.changed = self.regrouped
        self.app: App | None = None
        """The generation at work, or the last one."""

    def outside(self, state_dir: Path) -> ChannelContext:
        """The surroundings of every channel."""
        around, store = self.around, self.store
        return ChannelContext(
            state_dir,
            around.out,
            around.style,
            around.now,
            self.desk,
            store.notes,
            store.leases,
            self.owner,
            acts=self.actions.submit,
            installations=store.installations,
        )

    def wake(self) -> None:
        """There is something to deliver."""
        if self.app is not None:
            self.app.wake()

    def written(self, service: str) -> None:
        """Rows of this service have come."""
        if self.app is not None:
            self.app.written(service)

    def regrouped(self) -> None:
        """Another process that judges has joined or left."""
        if self.app is not None:
            self.app.regrouped()

    async def tell(self, what: str, text: str, over: bool, entry: str = Kind.WORKER) -> None:
        """Tell of our own trouble those whom the configuration in force names; `entry` is that of the runbook."""
        if self.app is not None:
            await self.app.troubles(what, text, over, entry)


class App:
    """The workers of one generation, wired to each other: prober, judges and couriers, as far as its roles go."""

    def __init__(self, life: LongLived, settings: Settings, channels: Mapping[str, Channel]) -> None:
        self._life, self._settings, self._store, self._around = life, settings, life.store, life.around
        self._channels = channels
        self._process = Process(life.store, settings, life.owner, life.around.now, life.around.speed)
        life.news.runbook = settings.watching.runbook
        self._routes = configured_routes(life.store, settings)
        self.troubles = UnreachableNotices(life.news, self._routes.watchers, self._routes.tree.targets())
        self._judges: dict[str, Judge] = {}
        self._courier: Courier | None = None
        self._beside: Mapping[str, Worker] = {}
        self._prober: Prober | None = None
        self._groups: list[Peers] = []
        self.page = 0
        """The port of the page, 0 where there is none."""
        if Role.JUDGE in life.roles:
            self._groups.append(life.judges)
            self._judges = {s.id: self._judge(s, turn) for turn, s in enumerate(settings.services)}
        if Role.PROBE in life.roles:
            clock = Clock(life.around.now, life.around.speed)
            before = life.app.prober if life.app else None
            peers = Peers(life.store, group(settings), life.owner, f"checks of vantage {settings.vantage}")
            self._prober = prober = Prober(
                settings, life.store, clock, life.owner, life.written, life.supervisor, life.stream, before, peers.share
            )
            peers.changed, peers.unfit = prober.regrouped, lambda: prober.blind
            self._groups.append(peers)
        life.app = self

    @property
    def prober(self) -> Prober | None:
        """What checks here, None in a process that only judges."""
        return self._prober

    def _judge(self, service: Service, turn: int) -> Judge:
        settings, seen = self._settings, service_view(service, self._settings)
        due = partial(policies_for, self._routes.tree, policies_of(settings), labels=seen.labels)
        life = self._life
        context = JudgeContext(
            life.owner, self._around.now, self._routes.table, self.wake, calls=due, turn=turn, share=life.judges.share
        )
        return Judge(self._store, seen, assessor_settings(service, settings), context)

    @contextlib.asynccontextmanager
    async def beside(self) -> AsyncIterator[None]:
        """What answers is open inside, where this process tells; raises UserError where it cannot listen."""
        settings, around, store, life = self._settings, self._around, self._store, self._life
        if Role.JUDGE not in life.roles:
            yield
            return
        subscriptions = configured_subscriptions(store, settings, life.news)
        life.desk.serve(desk_services(store, settings, wake=life.written, subscribes=subscriptions, now=around.now))
        services = [s.id for s in settings.services]
        advisor = Advisor(Reader(store.views, settings.services), candidates(settings), services)
        groups = Grouping(self._process, life.news, self._routes.tree.pace_of)
        context = CourierContext(
            life.owner, around.now, advisor.card, self.troubles, groups.gate, around.speed, life.standing,
            life.judges.share,
        )  # fmt: skip
        self._courier = Courier(store, services, self._channels, context, life.supervisor)
        attempts = self._courier.attempts
        reporter = HealthReporter(self._process, self._channels, self._courier.state, lambda: life.supervisor.broken)
        watch = StoreWatch(self._process, self._routes, life.news, self._courier)
        self._beside = {"pulse": reporter.run, "groups": groups.run, "store-watch": watch.run} | self._jobs()
        async with (
            Readiness(self._process, reporter.signs).open(),
            web_open(self._process, life.desk, life.supervisor, life.page, lambda: attempts) as self.page,
        ):
            yield

    async def idle(self) -> None:
        """Nothing new is delivered from now on; returns when what is in hand is written down."""
        if self._courier is not None:
            await self._courier.rest()

    def _jobs(self) -> dict[str, Worker]:
        """What runs beside judging and telling, by name."""
        process, watching, news = self._process, self._settings.watching, self._life.news
        jobs: dict[str, Worker] = {}
        if self._settings.maintenance:
            jobs["maintenance"] = PlannedMaintenanceJob(process, self._life.actions).run
        if watching.digests:
            jobs["digests"] = DigestJob(process, news).run
        jobs["notify requests"] = NotifyRequestJob(process, news).run
        jobs["charts"] = IncidentCharts(
            process, Reader(self._store.views, process.settings.services), self._channels
        ).run
        jobs["causes"] = CorrelationJob(process, self._routes, news).run
        if process.speed == 1.0:
            # Where a story is played, our own pauses look as long as the story's.
            jobs["self-watch"] = SelfMonitor(process, self._routes, news).run
            if watching.heartbeat is not None:
                jobs["heartbeat"] = HeartbeatJob(process, watching.heartbeat).run
        return jobs

    @contextlib.asynccontextmanager
    async def at_work(self) -> AsyncIterator[None]:
        """Everything runs inside; a worker that breaks is begun again, and ends nothing else."""
        async with contextlib.AsyncExitStack() as stack:
            tasks = await stack.enter_async_context(asyncio.TaskGroup())
            # Before anything begins: what is another's is not done twice.
            await asyncio.gather(*(peers.beat() for peers in self._groups))
            workers = [self._begun(tasks, name, run) for name, run in self._workers().items()]
            async with contextlib.AsyncExitStack() as looking:
                if self._prober is not None:
                    workers.append(self._begun(tasks, "stream", self._life.stream.run))
                    await looking.enter_async_context(self._prober.at_work())
                yield
            await self._drain()
            for worker in workers:
                worker.cancel()
            await asyncio.gather(*(peers.leave() for peers in self._groups if peers is not self._life.judges))

    def _workers(self) -> dict[str, Worker]:
        """Everything that judges and tells, by name."""
        workers: dict[str, Worker] = {f"judge of {s}": judge.run for s, judge in self._judges.items()}
        workers |= {f"peers {number}": peers.run for number, peers in enumerate(self._groups)}
        if self._courier is not None:
            workers |= {f"courier of {name}": partial(self._courier.run, name) for name in self._courier.names}
        return workers | dict(self._beside)

    def _begun(self, tasks: asyncio.TaskGroup, name: str, run: Worker) -> asyncio.Task[None]:
        return tasks.create_task(self._life.supervisor.keep(name, run), name=name)

    def wake(self) -> None:
        """There is something to deliver."""
        if self._courier is not None:
            self._courier.wake()

    def regrouped(self) -> None:
        """Another process that judges has joined or left."""
        for judge in self._judges.values():
            judge.regrouped.set()
        if self._courier is not None:
            self._courier.regrouped()

    def written(self, service: str) -> None:
        """Rows of this service have come."""
        if service in self._judges:
            self._judges[service].news.set()

    async def _drain(self) -> None:
        """What is queued is written, what is decided is said, as far as it goes in the time that is left."""
        waiting = self._life.stream if self._prober else None
        try:
            async with asyncio.timeout(DRAIN_S):
                if waiting is not None:
                    await waiting.flush()
                if self._courier is not None:
                    for name in self._courier.names:
                        await self._courier.round(name)
                    await self._courier.settled()
        except (TimeoutError, StoreError) as error:
            left = waiting.waiting if waiting else 0
            log.warning("stopped with %d results not yet written: %s", left, error or "no time left")


def assessor_settings(service: Service, settings: Settings) -> AssessorSettings:
    """The detector's inputs for one service: its components, and how often one of them is checked from one place."""
    paces = [sum(1 / check.interval_s for check in c.checks) for c in service.components]
    return AssessorSettings(
        components=tuple(c.id for c in service.components),
        interval_s=1 / max(paces, default=1 / 30) if any(paces) else 30.0,
        false_alarms_per_month=settings.detection.false_alarms_per_month,
    )
