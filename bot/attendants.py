"""What runs beside judges and couriers in a process that tells, for as long as it does: each a worker by name."""

from collections.abc import Callable, Coroutine, Mapping
from dataclasses import dataclass
from typing import Any

from bot.channels.channel import Channel
from bot.courier import Courier
from bot.desk.desk import Desk
from bot.own import OwnNews, Troubles
from bot.pulse import Pulse
from bot.routes import Routes
from bot.settings import Settings
from bot.store.store import Store

Worker = Callable[[], Coroutine[Any, Any, None]]
"""Runs until it is cancelled, and waits for a store that is away."""


@dataclass(frozen=True, slots=True)
class Us:
    """This process: the open store, the configuration, the routes in force, our name and clock (Unix seconds)."""

    store: Store
    settings: Settings
    routes: Routes
    owner: str
    now: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Company:
    """Everything an attendant may need: us, the open channels and their courier, the desk, and ways to speak of us."""

    us: Us
    channels: Mapping[str, Channel]
    courier: Courier
    desk: Desk
    news: OwnNews
    troubles: Troubles


def attendants(company: Company) -> Mapping[str, Worker]:
    """The workers by name."""
    us = company.us
    pulse = Pulse(us.store.shared, company.channels, company.courier.state, us.owner, us.now)
    return {"pulse": pulse.run}
