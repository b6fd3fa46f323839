"""What every worker of a process needs."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.settings import Settings
from bot.store.store import Store


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
