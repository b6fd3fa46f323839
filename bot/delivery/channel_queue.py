"""One channel as its courier sees it, and what a courier needs beside: the values."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.channels.channel import Channel
from bot.core.model.card import Card
from bot.core.model.snapshot import Snapshot
from bot.core.sharing import Share
from bot.delivery.standing import Root, StandingRoot
from bot.store.types import ClaimedDelivery

Wording = Callable[[Snapshot, float], Awaitable[Card]]
"""The card of a snapshot as it should read now."""
OpenTrouble = Callable[[str, str, bool], Awaitable[None]]
"""Told when a target cannot be reached (target or channel, one sentence, False) and when it can again (True)."""


@dataclass(frozen=True, slots=True)
class GateDecision:
    """What becomes of a root that does not stand yet: it is said; or held until then (Unix seconds); or never said."""

    held_until: float | None = None
    never: bool = False


Gate = Callable[[ClaimedDelivery, Snapshot, float], Awaitable[GateDecision]]
"""Asked before a root is posted for the first time."""


async def everything(_claimed: ClaimedDelivery, _snapshot: Snapshot, _now: float) -> GateDecision:
    """The gate that lets everything pass."""
    return GateDecision()


@dataclass(frozen=True, slots=True)
class CourierContext:
    """What a courier needs beside the store and the channels: who it is, the clock, words, whom to tell, and the gate.

    `speed` is the clock's: how many of its seconds pass in one of the machine. `standing` are the messages that this
    process has posted and that are not over; it outlives a change of the configuration. `share` says which channels
    this process is to serve, if it can.
    """

    owner: str
    now: Callable[[], float]
    wording: Wording
    trouble: OpenTrouble
    gate: Gate = everything
    speed: float = 1.0
    standing: dict[Root, StandingRoot] = field(default_factory=dict)
    share: Share = field(default_factory=Share)


@dataclass(slots=True)
class DeliveryProgress:
    """How far one delivery has come: the edition and trail line last said, and where."""

    version: int
    trail: int
    where: str


@dataclass(slots=True)
class ChannelQueue:
    """One channel as its courier sees it: targets being served, claims in hand, until when all of them rest.

    At `looks_at` (seconds of the loop's clock) it is asked for what is due, before that only where `rung` has changed.
    """

    channel: Channel
    hands: dict[str, ClaimedDelivery] = field(default_factory=dict)
    news: asyncio.Event = field(default_factory=asyncio.Event)
    busy: set[str] = field(default_factory=set)
    rests_until: float = 0.0
    looks_at: float = float("-inf")
    rung: str = ""
    why: str = ""
