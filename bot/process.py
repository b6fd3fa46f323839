"""What every worker of a process needs to know of it."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.delivery.routes import Routes
from bot.settings import Settings
from bot.store.store import Store


@dataclass(frozen=True, slots=True)
class Process:
    """This process: the open store, the configuration, the routes in force, our name and clock (Unix seconds).

    `speed`: seconds of that clock in one of the machine; not 1 only where a story is played.
    """

    store: Store
    settings: Settings
    routes: Routes
    owner: str
    now: Callable[[], float]
    speed: float = 1.0
