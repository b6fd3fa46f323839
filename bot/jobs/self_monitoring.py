"""Looks after ourselves: what is not well for long is told once, with since when, and so is its end.

One process at a time looks, by a turn; what it saw so far stands in the store, for the next one to go on with.
"""

from dataclasses import dataclass, field

from bot.core.health.signs import GAP, LOST, HealthChange, SignHistory, watched
from bot.core.health.text import cut, gap, queues, service_signs, told
from bot.core.text.inline import between
from bot.delivery.routes import Routes
from bot.delivery.self_notices import SelfNotices
from bot.errors import StoreError
from bot.health.status import HealthReader
from bot.process import Process
from bot.store.codec import Codec

EVERY_S = 10.0
"""Blindness is told within a minute, and what is noticed is told when it has lasted."""
LEASE = "selfwatch"
NOTE = "selfwatch"
KEPT_S = 14 * 86_400.0
GAP_S = 120.0
"""Nobody looked for longer than this: the store was away, or none of us ran."""


@dataclass(frozen=True, slots=True)
class MonitorState:
    """Kept between two rounds: when the last one was (0: never), how each sign stands, results lost so far."""

    at: float = 0.0
    courses: dict[str, SignHistory] = field(default_factory=dict)
    lost: dict[str, int] = field(default_factory=dict)


KEPT = Codec(MonitorState, "note")


class SelfMonitor:
    """Runs every `EVERY_S` seconds."""

    def __init__(self, process: Process, routes: Routes, news: SelfNotices) -> None:
        self._process = process
        self._routes = routes
        self._news = news
        self._health = HealthReader(process.store, process.settings)
        self._away = False

    async def run(self) -> None:
        """Look for ever."""
        await self._process.every(EVERY_S, self.look)

    async def look(self) -> bool:
        """Look once, if the lease is ours, and tell what is news; whether all was told. Raises StoreError."""
        # Taken here and not by `every`: who is refused it has heard from the store, too.
        try:
            if await self._process.store.leases.acquire(LEASE, self._process.owner, round(EVERY_S * 3000)):
                return await self._look()
        except StoreError:
            self._away = True
            raise
        self._away = False
        return False

    async def _look(self) -> bool:
        store, now = self._process.store, self._process.now()
        kept = await self._kept()
        owned, signs = await self._health.every(now), await self._health.signs(now)
        every = [*signs, *queues(owned, signs, now), *(sign for own in owned for sign in service_signs(own, now))]
        courses, news = watched(kept.courses, every, now)
        lost = await self._health.lost(owned)
        targets = await self._routes.watchers()
        if kept.at and now - kept.at > GAP_S:
            text = gap(kept.at, now, store=self._away)
            await self._news.tell(f"gap@{round(kept.at)}", text, targets, [("When", between(kept.at, now))], entry=GAP)
        for name, count in lost.items():
            if count > kept.lost.get(name, count):
                text = cut(name, count - kept.lost[name])
                await self._news.tell(f"lost@{name.replace(' ', '-')}@{round(now)}", text, targets, entry=LOST)
        for one in news:
            if not await self._tell(one, targets, now):
                # Another process is just speaking: the next check says it.
                return False
        body = KEPT.dump(MonitorState(now, dict(courses), lost))
        await store.notes.put(NOTE, body, KEPT_S)
        # Only now: this look has noted that they are forgotten, and the next ones tell.
        await store.vantages.forget(await self._health.forgotten(now))
        self._away = False
        return True

    async def _tell(self, news: HealthChange, targets: tuple[str, ...], now: float) -> bool:
        what, text = f"watch:{news.what}".replace(" ", "-"), told(news, now)
        entry = news.courses[0].kind
        return await self._news.trouble(
            what, text, targets, over=news.over, since=news.since, until=news.until, entry=entry
        )

    async def _kept(self) -> MonitorState:
        return KEPT.load(await self._process.store.notes.get(NOTE) or None) or MonitorState()
