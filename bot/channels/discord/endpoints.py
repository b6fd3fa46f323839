"""Where discord.py talks to.

It keeps its two addresses as attributes of classes, one for the whole process. Here the task that asks has them: each
gateway's task sets its own and all that comes of it inherits them, so that several bots, or a compatible server beside
the real one, live in one process.
"""

from collections.abc import Callable
from contextvars import ContextVar
from typing import Any

import discord
import yarl

from bot.channels.discord.options import API, GATEWAY, Options

_API: ContextVar[str] = ContextVar("the API of this task's Discord", default=API)
_GATEWAY: ContextVar[str] = ContextVar("the gateway of this task's Discord", default=GATEWAY)


class _OfTheTask:
    """An attribute of a class whose value is the asking task's."""

    def __init__(self, kept: ContextVar[str], made: Callable[[str], Any]) -> None:
        self._kept = kept
        self._made = made

    def __get__(self, instance: object, owner: type | None = None) -> Any:
        return self._made(self._kept.get())


def point(options: Options) -> None:
    """Let discord.py, in this task and those that it begins, talk to the configured addresses."""
    _API.set(options.api_url)
    _GATEWAY.set(options.gateway_url)


discord.http.Route.BASE = _OfTheTask(_API, str)  # type: ignore[assignment]
discord.gateway.DiscordWebSocket.DEFAULT_GATEWAY = _OfTheTask(_GATEWAY, yarl.URL)  # type: ignore[assignment]
