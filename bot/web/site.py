"""What the page, the API and the metrics show: one reader of the store for all of them, with the age of what it read.

The reader asks the store every second how far each service is judged, and reads anew only what has moved. Requests are
answered from here, also while the store is away: `freshness` then says how old everything is.
"""

import asyncio
import secrets
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.announcement import Announcement
from bot.core.model.status import ServiceStatus
from bot.desk.reader import Reader
from bot.errors import StoreError
from bot.process import Process
from bot.web.outward import outward
from bot.web.visitors import Visitor

EVERY_S = 1.0
SETTLE_S = 15.0
"""A service that has not moved is read again after this: causes and silences can change without a result."""
STALE_S = 30.0
"""Nothing read for so long: what is shown is called stale."""


@dataclass(frozen=True, slots=True)
class Freshness:
    """When everything was read (`as_of`, Unix seconds; None: never), its age in seconds, and whether it is stale."""

    as_of: float | None
    age_s: float | None
    stale: bool


class Site:
    """The present of every configured service as far as the store knows it; `run` keeps it so."""

    def __init__(self, process: Process) -> None:
        self.process = process
        self.settings = process.settings
        self.reader = Reader(process.store.views, process.settings.services)
        self.standings: dict[str, ServiceStatus] = {}
        """By service, in the order of the configuration; empty until the first reading."""
        self._public = process.settings.web.public if process.settings.web else frozenset()
        self.outward: dict[str, ServiceStatus] = {}
        """What anybody may see."""
        self.announcements: tuple[Announcement, ...] = ()
        """Those that stand, the latest first."""
        self.epoch = secrets.token_hex(3)
        """This process's own mark in event ids: a place in another process's order is none in ours."""
        self.revision = (0, 0)
        """The newest stream position that is shown here, made to grow with every change."""
        self.moved: dict[str, tuple[int, int]] = {}
        """By service: the revision at which it last changed."""
        self._positions: dict[str, str] = {}
        self._read: dict[str, float] = {}
        self._as_of: float | None = None
        self._changed = asyncio.Event()

    async def run(self) -> None:
        """Read for ever; a store that is away only lets the age grow."""
        await self.process.every(EVERY_S, self.read)

    async def read(self) -> None:
        """Read what has moved since the last time. Raises StoreError, with nothing half changed."""
        now, services = self.process.now(), [service.id for service in self.settings.services]
        positions = await self.process.store.views.positions(services)
        moved = [s for s in services if positions[s] != self._positions.get(s) or self._due(s, now)]
        found = {service: await self.reader.standing(service) for service in moved}
        announced = tuple(await self.reader.announcements(now))
        changed = [service for service in moved if found[service] != self.standings.get(service)]
        known = self.standings | found
        self.standings = {service: known[service] for service in services}
        shown = self.outward | {s: outward(found[s]) for s in changed if s in self._public}
        self.outward = {service: shown[service] for service in services if service in self._public}
        self._positions |= {service: positions[service] for service in moved}
        self._read |= dict.fromkeys(moved, now)
        self._as_of = now
        if changed or announced != self.announcements:
            self.announcements = announced
            newest = max(map(_place, positions.values()), default=(0, 0))
            self.revision = max(newest, (self.revision[0], self.revision[1] + 1))
            self.moved |= dict.fromkeys(changed, self.revision)
            self._changed.set()
            self._changed = asyncio.Event()

    def _due(self, service: str, now: float) -> bool:
        return not 0 <= now - self._read.get(service, 0.0) < SETTLE_S

    def freshness(self, now: float) -> Freshness:
        """How old everything is that is shown."""
        if self._as_of is None:
            return Freshness(None, None, stale=True)
        age = max(0.0, now - self._as_of)
        return Freshness(self._as_of, age, stale=age > STALE_S * self.process.speed)

    async def first(self) -> None:
        """Read once, where the store is there: a page that is asked for at once has something to show."""
        try:
            await self.read()
        except StoreError:
            return

    async def changed(self, within_s: float) -> bool:
        """Wait for the next change, so many seconds at most; whether there was one."""
        try:
            async with asyncio.timeout(within_s):
                await self._changed.wait()
        except TimeoutError:
            return False
        return True

    def visible(self, visitor: Visitor) -> Mapping[str, ServiceStatus]:
        """The services that this visitor may see, and of each what that visitor may know."""
        return self.standings if visitor.inside else self.outward


def _place(position: str) -> tuple[int, int]:
    """A stream position as numbers."""
    milliseconds, _, number = position.partition("-")
    return int(milliseconds or 0), int(number or 0)
