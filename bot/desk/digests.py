"""The digest: a day or a week of all services read from the store, and told at a set time to those who want it."""

import logging
from collections.abc import Sequence

from bot.core.answers.answer import Answer
from bot.core.answers.digest import Period, ServiceDigest, anything, digest
from bot.core.history.ranges import SPANS, Range, touches
from bot.core.model.incident import Incident
from bot.delivery.self_notices import OWN, TOLD
from bot.desk.reader import Reader
from bot.settings import Service
from bot.store.store import Store

log = logging.getLogger(__name__)


PERIODS = {"day": SPANS["24h"], "week": SPANS["7d"]}
INCIDENTS, DELIVERIES, LINES = 200, 500, 1_000
"""The newest of each, among which those of the period are looked for."""


class Digests:
    """Reads digests of the configured services."""

    def __init__(self, store: Store, services: Sequence[Service]) -> None:
        self._views = store.views
        self._services = services
        self._reader = Reader(store.views, services)

    async def of(self, name: str, ends: float) -> tuple[Answer, bool]:
        """The digest of a "day" or "week" that ends then (Unix seconds), and whether anything was measured in it.

        Raises StoreError.
        """
        span = PERIODS[name]
        period = Period(name, ends - span.seconds, ends)
        told = [await self._told(service, span, period) for service in self._services]
        return digest(period, told, await self._ours(period)), anything(told)

    async def _told(self, service: Service, span: Range, period: Period) -> ServiceDigest:
        last = period.ends - 1.0
        every = await self._reader.incidents(service.id, INCIDENTS)
        failed = await self._views.undeliverable(service.id)
        return ServiceDigest(
            service.id,
            service.name,
            await self._reader.history(service.id, "", span, last),
            await self._reader.history(service.id, "", span, last - span.seconds),
            [one for one in every if touches(one, span, last)],
            [row for row in await self._reader.ledger(service.id) if period.has(row.at)],
            await self._held(service.id, every, period),
            [(one.channel, one.error) for one in failed if period.has(one.at)],
        )

    async def _held(self, service: str, every: Sequence[Incident], period: Period) -> list[str]:
        """What quiet hours held back for good: it was over before it could be said."""
        ids = {one.id for one in every}
        rows = await self._views.deliveries(service, DELIVERIES)
        held = [row for row in rows if not row.where and row.due_at is None and period.has(row.held_until)]
        return list(dict.fromkeys(row.subject for row in held if row.subject in ids))

    async def _ours(self, period: Period) -> list[str]:
        told = TOLD.load_all(await self._views.timeline(OWN, LINES))
        return list(dict.fromkeys(one.text for one in told if period.has(one.at) and not one.over))
