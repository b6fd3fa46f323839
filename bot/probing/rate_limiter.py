"""Waits before a check until the limits of its host allow it, and counts what had to be left out."""

import asyncio
import logging
from urllib.parse import urlsplit

from bot.core.rate_limits import RateLimiter, RateLimits
from probes.model import Check

log = logging.getLogger(__name__)

PATIENCE = 0.5
"""Share of its interval that a check waits for its turn; then this check is left out."""


def host_of(target: str) -> str:
    """Whom a look at this target asks: host and port of an address, else the target itself."""
    return urlsplit(target).netloc.rpartition("@")[2].lower() if "://" in target else target


class Place:
    """One host: who is there now, and when the next one may come."""

    __slots__ = ("pacing", "room")

    def __init__(self, limits: RateLimits) -> None:
        self.room = asyncio.Semaphore(limits.at_once)
        self.pacing = RateLimiter(limits.per_s)


class HostRateLimiter:
    """The manners of one prober. `skipped` counts checks left out; `speed` is the clock's (see `Schedule`)."""

    def __init__(self, limits: RateLimits, speed: float = 1.0) -> None:
        self._limits = limits
        self._speed = speed
        self._places: dict[str, Place] = {}
        self._hosts: dict[str, str] = {}
        self.skipped = 0

    async def enter(self, check: Check) -> bool:
        """Wait until the host may be asked; False: not within half an interval. After True, `leave`."""
        place = self._place(check)
        patience = check.interval_s * PATIENCE / self._speed
        loop = asyncio.get_running_loop()
        began = loop.time()
        if not place.room.locked():
            await place.room.acquire()
        elif not await _acquired(place.room, patience):
            return self._skip(check)
        now = loop.time()
        wait = place.pacing.take(now * self._speed, (patience - (now - began)) * self._speed)
        if wait is None:
            place.room.release()
            return self._skip(check)
        if wait:
            try:
                await asyncio.sleep(wait / self._speed)
            except asyncio.CancelledError:
                place.room.release()
                raise
        return True

    def leave(self, check: Check) -> None:
        """The check is over."""
        self._place(check).room.release()

    def _place(self, check: Check) -> Place:
        host = self._hosts.get(check.target)
        if host is None:
            host = self._hosts[check.target] = host_of(check.target)
        place = self._places.get(host)
        if place is None:
            place = self._places[host] = Place(self._limits)
        return place

    def _skip(self, check: Check) -> bool:
        if not self.skipped:
            log.warning(
                "%s was skipped: its host already gets as many requests as `courtesy` allows (logged once)", check.id
            )
        self.skipped += 1
        return False


async def _acquired(room: asyncio.Semaphore, patience_s: float) -> bool:
    try:
        async with asyncio.timeout(patience_s):
            await room.acquire()
    except TimeoutError:
        return False
    return True
