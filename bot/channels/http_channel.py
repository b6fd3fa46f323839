"""What outlets share: a memory of what was said there, and on HTTP one way out, opened and closed together."""

import json
from abc import ABC, abstractmethod
from collections.abc import Awaitable, Callable, Mapping
from types import TracebackType
from typing import Generic, Self, TypeVar

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import KeyValues
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.fields import HttpOptions
from bot.http.client import HttpClient

KEPT_S = 14 * 86_400.0
"""What was said is known for so long: as long as messages are edited after their end."""

CALLS = frozenset({"reminded"})
"""Lines of a trail that call people, said only to whom they call; whom a step tells first has the message itself."""


HEADLINE = "headline"
"""Beside what is news, in the notes: what a reminder is about."""


class NotificationLog:
    """A channel's notes on what it was told, shared by replicas."""

    def __init__(self, name: str, memory: KeyValues) -> None:
        self.name = name
        self._memory = memory

    async def _once(self, key: str, say: Callable[[], Awaitable[object]]) -> None:
        """Say what has no key of its own there, unless it is noted as said; a crash between the two repeats it."""
        name = f"said:{self.name}:{key}"
        if not await self._memory.get(name):
            await say()
            await self._memory.put(name, "1", KEPT_S)

    async def _told(self, key: str) -> Mapping[str, str]:
        """What the outlet was last told about a root, as `_tell` noted it."""
        noted = await self._memory.get(f"told:{self.name}:{key}")
        told: Mapping[str, str] = json.loads(noted) if noted else {}
        return told

    async def _tell(self, key: str, told: Mapping[str, str]) -> None:
        """Note what the outlet has been told, once it has taken it."""
        await self._memory.put(f"told:{self.name}:{key}", json.dumps(dict(told)), KEPT_S)


class HttpChannel(NotificationLog):
    """A channel on HTTP in one place, where a repeat lands on the first by its key."""

    idempotent = True
    refresh_s = 60.0

    def __init__(self, name: str, http: HttpClient, memory: KeyValues) -> None:
        super().__init__(name, memory)
        self._http = http

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether the last request was taken, in a sentence."""
        return self._http.health()

    def last_response(self) -> str:
        """What the platform answered last."""
        return self._http.heard


Wanted = TypeVar("Wanted", bound=HttpOptions)


class AlertChannel(HttpChannel, ABC, Generic[Wanted]):
    """A channel that keeps one alert a key and hears only what is news: how it is told is the platform's own."""

    refresh_s = 300.0
    longest = 255
    """Characters of a key."""

    def __init__(self, name: str, options: Wanted, http: HttpClient, memory: KeyValues) -> None:
        super().__init__(name, http, memory)
        self._options = options

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  one place
        """Alert; a repeat lands on the first by its key."""
        return await self.edit({"key": self._named(key), "kind": card.kind}, card)

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the alert up to date, if there is news."""
        key, news = str(where["key"]), paging.news(card)
        known = dict(await self._told(key))
        known.pop(HEADLINE, "")
        if known != news and await self._change(key, card, known):
            await self._tell(key, news | {HEADLINE: paging.headline(card, 250)})
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Nothing: the newest lines stand in the alert itself."""

    def _named(self, key: str) -> str:
        return paging.identity(key, self.longest)

    @abstractmethod
    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:
        """Tell the platform of what is news since `known`; False where it need not know. Raises DeliveryError."""
