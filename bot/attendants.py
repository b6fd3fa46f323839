"""What runs beside judges and couriers in a process that tells, for as long as it does: each a worker by name."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.channel import Channel
from bot.delivery.courier import Courier
from bot.delivery.grouping import Grouping
from bot.delivery.self_notices import SelfNotices, UnreachableNotices
from bot.desk.desk import Desk
from bot.health.reporter import HealthReporter
from bot.jobs.correlation import CorrelationJob
from bot.jobs.digests import DigestJob
from bot.jobs.heartbeat import HeartbeatJob
from bot.jobs.planned_maintenance import PlannedMaintenanceJob
from bot.jobs.self_monitoring import SelfMonitor
from bot.judging.actions import ActionQueue
from bot.process import Process
from bot.web.health import Readiness

Worker = Callable[[], Coroutine[Any, Any, None]]
"""Runs until it is cancelled, and waits for a store that is away."""


@dataclass(frozen=True, slots=True)
class Company:
    """Everything an attendant may need: us, the open channels, their courier, the desk, ways to speak and to act."""

    us: Process
    channels: Mapping[str, Channel]
    courier: Courier
    desk: Desk
    news: SelfNotices
    troubles: UnreachableNotices
    groups: Grouping
    acts: ActionQueue


def pulse_of(company: Company) -> HealthReporter:
    """What the process's channels and couriers say of themselves."""
    us = company.us
    return HealthReporter(us.store, company.channels, company.courier.state, us.owner, us.now)


def readiness_of(company: Company) -> Readiness:
    """What answers whether this process can be relied on."""
    return Readiness(company.us, pulse_of(company).signs)


def attendants(company: Company) -> Mapping[str, Worker]:
    """The workers by name."""
    us, pulse = company.us, pulse_of(company)
    workers: dict[str, Worker] = {"pulse": pulse.run, "groups": company.groups.run}
    if us.settings.maintenance:
        workers["maintenance"] = PlannedMaintenanceJob(us, company.acts).run
    if us.settings.watching.digests:
        workers["digests"] = DigestJob(us, company.news).run
    workers["causes"] = CorrelationJob(us, company.news).run
    if us.speed == 1.0:
        # Where a story is played, our own pauses look as long as the story's.
        workers["self-watch"] = SelfMonitor(us, company.news).run
        if us.settings.watching.heartbeat is not None:
            workers["heartbeat"] = HeartbeatJob(us, us.settings.watching.heartbeat).run
    return workers
