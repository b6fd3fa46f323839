"""One channel as its courier sees it, and what a courier needs beside: the values."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.channels.channel import Channel
from bot.core.card import Card
from bot.core.incident import Snapshot

Wording = Callable[[Snapshot, float], Awaitable[Card]]
"""The card of a snapshot as it should read now."""
Trouble = Callable[[str, str, bool], Awaitable[None]]
"""Told when a target cannot be reached (target or channel, one sentence, False) and when it can again (True)."""


@dataclass(frozen=True, slots=True)
class Office:
    """What a courier needs beside the store and the channels: who it is, the clock, words, and whom to tell."""

    owner: str
    now: Callable[[], float]
    wording: Wording
    trouble: Trouble


@dataclass(slots=True)
class Progress:
    """How far one delivery has come: the edition and trail line last said, and where."""

    version: int
    trail: int
    where: str


@dataclass(slots=True)
class Line:
    """One channel as its courier sees it: targets being served, and until when all of them rest."""

    channel: Channel
    news: asyncio.Event = field(default_factory=asyncio.Event)
    busy: set[str] = field(default_factory=set)
    rests_until: float = 0.0
    why: str = ""
