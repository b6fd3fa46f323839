"""What runs beside judges and couriers in a process that tells, for as long as it does: each a worker by name."""

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

from bot.channels.channel import Channel
from bot.courier import Courier
from bot.desk.desk import Desk
from bot.own import OwnNews, Troubles
from bot.pulse import Pulse
from bot.routes import Routes
from bot.settings import Settings
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Company:
    """Everything an attendant may need: the open store and channels, who we are, the clock (Unix seconds)."""

    store: Store
    settings: Settings
    channels: Mapping[str, Channel]
    courier: Courier
    desk: Desk
    news: OwnNews
    troubles: Troubles
    routes: Routes
    owner: str
    now: Callable[[], float]


def attendants(company: Company) -> Mapping[str, Callable[[], Awaitable[None]]]:
    """The workers by name; each runs until it is cancelled and waits for a store that is away."""
    pulse = Pulse(company.store.shared, company.channels, company.courier.state, company.owner, company.now)
    return {"pulse": pulse.run}
