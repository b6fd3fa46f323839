"""A desk on a store, with everything behind it that a process can offer."""

import time
from collections.abc import Callable

from bot.advice.advisor import Advisor
from bot.advice.candidates import candidates
from bot.delivery.routes import tree_of
from bot.delivery.subscriptions import Subscriptions
from bot.desk.act_limits import ActLimits
from bot.desk.audit import Audit
from bot.desk.desk import Desk
from bot.desk.digests import Digests
from bot.desk.held_together import HeldTogether
from bot.desk.ports import DeskServices
from bot.desk.reader import Reader, names
from bot.health.status import HealthReader
from bot.judging.actions import ActionQueue
from bot.judging.user_reports import UserReports
from bot.settings import Settings, labels_of
from bot.store.store import Store


def nobody(_: str) -> None:
    """No judge in this process to be woken: it looks by itself twice a second."""


def open_desk(
    store: Store,
    settings: Settings,
    *,
    wake: Callable[[str], None] = nobody,
    subscribes: Subscriptions | None = None,
    now: Callable[[], float] = time.time,
) -> Desk:
    """The desk of this configuration. `wake` tells the judge of a service that somebody acted or reported."""
    return Desk(desk_services(store, settings, wake=wake, subscribes=subscribes, now=now))


def desk_services(
    store: Store,
    settings: Settings,
    *,
    wake: Callable[[str], None] = nobody,
    subscribes: Subscriptions | None = None,
    now: Callable[[], float] = time.time,
) -> DeskServices:
    """What stands behind the desk of this configuration."""
    reads, offered = Reader(store.views, settings.services), candidates(settings)
    return DeskServices(
        reads=reads,
        advisor=Advisor(reads, offered, [service.id for service in settings.services]),
        names=names(settings.services),
        acts=ActionQueue(store, wake),
        reports=UserReports(store, wake, now),
        subscribes=subscribes,
        health=HealthReader(store, settings),
        audit=Audit(store),
        limits=ActLimits(store.acts),
        announces=store.announcements if settings.web is not None else None,
        digests=Digests(store, settings.services),
        candidates=offered,
        tree=tree_of(settings),
        notify_requests=store.notify_requests,
        held=HeldTogether(store.groups),
        labels={service.id: labels_of(service) for service in settings.services},
    )
