"""What `/metrics` and `/probe` show, gathered in the background, so that a scrape only puts it together."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import replace
from importlib.metadata import version

from bot.core.ledger.accuracy import honesty
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.status import ServiceStatus
from bot.process import Process
from bot.store.codec import ABOUT, ABOUT_FIELD, discrepancies
from bot.store.stream_rows import decode
from bot.web.metrics.collector import Collector, incidents_of
from bot.web.metrics.counts import CheckCounts
from bot.web.metrics.exposition import Rows
from bot.web.metrics.reading import BudgetReading, Reading, ServiceReading, lags, lead
from bot.web.site import Site
from probes.model import Observation

EVERY_S = 2.0
SLOWLY_S = 30.0
"""Ledgers, queues and budgets are read this often."""
BEFORE_S = 900.0
"""Results so old are counted when a process begins, so that the newest of each check is known at once."""
ROWS, ROUNDS = 500, 40
"""Rows of one reading of a stream, and readings in a row before others have their turn."""
NEWEST, ALL = 200, 1_000
"""Lines of a service's timeline that are read again, and at first."""
BACKLOG = 1_000

Deliveries = Callable[[], Mapping[tuple[str, str], int]]
"""This process's attempts to deliver so far, by (channel, outcome)."""


class Discrepancies:
    """The standing discrepancies of one service, kept up to date from the lines of its timeline."""

    def __init__(self) -> None:
        self._newest = ""
        self._known: dict[str, Discrepancy] = {}

    async def read(self, process: Process, service: str) -> Mapping[str, DiscrepancyKind]:
        """By component, "" for the page as a whole. Raises StoreError."""
        newest = next(iter(await process.store.views.timeline(service, 1)), "")
        if newest != self._newest:
            lines = await process.store.views.timeline(service, NEWEST if self._newest else ALL)
            self._newest = newest
            for one in discrepancies(reversed(lines)):
                self._known[one.id] = one
            self._known = {name: one for name, one in self._known.items() if one.closed_at is None}
        return {one.component: one.kind for one in self._known.values()}


class Scraper:
    """Reads beside the page's own reader what metrics need besides; `run` for ever."""

    def __init__(self, process: Process, site: Site, deliveries: Deliveries) -> None:
        self._process = process
        self._site = site
        self._deliveries = deliveries
        self._collector = Collector(version("groundtruth"))
        self._timelines = {service.id: Discrepancies() for service in process.settings.services}
        self._positions: dict[str, str] = {}
        self._slow: dict[str, ServiceReading] = {}
        self._slowly_at = 0.0
        self._standing: dict[str, Mapping[str, DiscrepancyKind]] = {}
        self._judged: dict[str, float] = {}
        self._up = False
        self.counts = CheckCounts((c.service, c.id) for c in process.settings.components())

    async def run(self) -> None:
        """Read for ever; a store that is away is shown as such."""
        await self._process.every(EVERY_S, self.read)

    async def read(self) -> None:
        """Read once. Raises StoreError."""
        self._up = False
        for service in self._process.settings.services:
            await self._tail(service.id)
            self._standing[service.id] = await self._timelines[service.id].read(self._process, service.id)
            kept = await self._process.store.views.assessed(service.id, [ABOUT_FIELD])
            about = ABOUT.load(kept.get(ABOUT_FIELD))
            if about is not None:
                self._judged[service.id] = about.at
        now = self._process.now()
        if not 0 <= now - self._slowly_at < SLOWLY_S * self._process.speed:
            self._slow = {s.id: await self._slowly(s.id) for s in self._process.settings.services}
            self._slowly_at = now
        self._up = True
        self.counts.write()
        self._collector.rows(self.reading(self._site.standings), now, {})

    def discrepancies(self, service: str) -> Mapping[str, DiscrepancyKind]:
        """Those of a service that stand, by component; "" for the page as a whole."""
        return self._standing.get(service, {})

    def reading(self, standings: Mapping[str, ServiceStatus]) -> Reading:
        """What is known now of these services."""
        found = []
        for name, standing in standings.items():
            slow = self._slow.get(name, ServiceReading(standing))
            found.append(
                ServiceReading(
                    standing,
                    judged_at=self._judged.get(name),
                    discrepancies=self._standing.get(name, {}),
                    lags=slow.lags,
                    lead_s=slow.lead_s,
                    unjudged=slow.unjudged,
                    waiting=slow.waiting,
                    undeliverable=slow.undeliverable,
                    spending=slow.spending,
                )
            )
        fresh = self._site.freshness(self._process.now())
        return Reading(found, fresh.as_of or 0.0, self._up and not fresh.stale)

    def rows(self, standings: Mapping[str, ServiceStatus], now: float, *, whole: bool, openmetrics: bool) -> Rows:
        """The lines of a scrape; deliveries and budgets are only for who sees the `whole`."""
        reading = self.reading(standings)
        if not whole:
            hidden = [replace(s, waiting={}, undeliverable=None, spending=None) for s in reading.services]
            reading = replace(reading, services=hidden)
        rows = self._collector.rows(reading, now, self._deliveries() if whole else {})
        return rows | self.counts.rows(now, incidents_of(reading), frozenset(standings), openmetrics=openmetrics)

    async def _tail(self, service: str) -> None:
        """Count what has come since the last time."""
        begin = f"{max(0.0, self._process.now() - BEFORE_S) * 1000:.0f}-0"
        for _ in range(ROUNDS):
            found = await self._process.store.read(service, self._positions.get(service, begin), ROWS)
            for position, raw in found:
                self._positions[service] = position
                row = decode(raw)
                if isinstance(row, Observation):
                    self.counts.take(row)
            if len(found) < ROWS:
                return
            await asyncio.sleep(0)

    async def _slowly(self, service: str) -> ServiceReading:
        store, settings = self._process.store, self._process.settings
        rows = await self._site.reader.ledger(service)
        spent, allowed = await store.purse.spent(service), settings.service(service).budget
        unjudged, _ = await store.views.backlog(service, BACKLOG)
        return ServiceReading(
            ServiceStatus(service, "", ()),
            lags=lags(honesty(service, rows)),
            lead_s=lead(rows),
            unjudged=unjudged,
            waiting={c.name: await store.outbox.waiting(service, c.name) for c in settings.channels},
            undeliverable=len(await store.views.undeliverable(service)),
            spending=BudgetReading(spent.usd, spent.tokens, spent.refused, allowed.usd_per_day),
        )
