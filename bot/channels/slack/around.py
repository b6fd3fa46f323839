"""What the rest of the program gives to Slack."""

from collections.abc import Callable
from dataclasses import dataclass

from bot.channels.desk import Asks, Memory


@dataclass(frozen=True, slots=True)
class Around:
    """The desk, the memory shared by replicas, and the clock (Unix seconds)."""

    desk: Asks
    memory: Memory
    now: Callable[[], float]
