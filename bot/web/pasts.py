"""The past of every component, read once for all pages and kept for a while: days of a bar, sums of a span."""

import asyncio
import time
from collections.abc import Mapping, Sequence

from bot.core.history.ranges import SPANS, RangeHistory
from bot.core.ledger.accuracy import PageAccuracy, honesty
from bot.core.ledger.reliability import ReliabilityFigures, reliability
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.desk.reader import PASTS
from bot.web.outward import is_outward, outward_incident
from bot.web.pages.bars import Bar, PastFigures, figures_of, worst_of
from bot.web.site import Site

KEPT_S = 60.0
"""Seconds of the machine's clock after which a past is read again."""
LEAST_S = 0.05
COMPONENT_S = 0.3
"""A past of ninety days takes some 4 ms to work out; this keeps that near one per cent of a core."""
ON_RECORD = 500
"""Incidents of a service that are looked through."""
BAR = SPANS["90d"]


class Pasts:
    """Histories and ledgers with their own age; `run` keeps the bars fresh, a service at a time."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._kept: dict[tuple[str, str, str], tuple[float, Sequence[RangeHistory]]] = {}
        self._honest: dict[str, tuple[float, PageAccuracy]] = {}
        self._reliable: dict[str, tuple[float, Sequence[ReliabilityFigures]]] = {}
        self._incidents: dict[str, tuple[float, list[Incident]]] = {}
        self._services = {service.id: service for service in site.settings.services}
        self.bars: dict[str, Mapping[str, PastFigures]] = {}
        """By service and component; a service that was not read yet is missing."""
        self.whole: dict[str, Bar] = {}
        """The bar of each service as a whole."""

    async def run(self) -> None:
        """Read the bars of all services one after the other, for ever; each once in `KEPT_S`, rarely where many."""
        components = sum(len(service.components) for service in self._services.values())
        pause = max(LEAST_S, max(self._ttl, components * COMPONENT_S) / max(1, len(self._services)))
        await self._site.process.every(pause * self._site.process.speed, self._next)

    async def first(self) -> None:
        """Read the bars of all services now. Raises StoreError."""
        for service in self._services:
            await self._read(service)

    async def of(self, service: str, component: str, span: str) -> Sequence[RangeHistory]:
        """One component, or all of a service, over a span ("24h" ...). Raises StoreError."""
        key = (service, component, span)
        kept = self._kept.get(key)
        if kept is None or time.monotonic() - kept[0] > self._ttl:
            kept = self._kept[key] = (time.monotonic(), await self._history(service, component, span))
        return kept[1]

    async def honesty(self, service: str) -> PageAccuracy:
        """The figures of a service's ledger. Raises StoreError."""
        kept = self._honest.get(service)
        if kept is None or time.monotonic() - kept[0] > self._ttl:
            rows = await self._site.reader.ledger(service)
            kept = self._honest[service] = (time.monotonic(), honesty(service, rows))
        return kept[1]

    async def reliability(self, service: str) -> Sequence[ReliabilityFigures]:
        """How often a service fails and for how long, by its ledger. Raises StoreError."""
        kept = self._reliable.get(service)
        if kept is None or time.monotonic() - kept[0] > self._ttl:
            rows = await self._site.reader.ledger(service)
            kept = self._reliable[service] = (time.monotonic(), reliability(rows))
        return kept[1]

    async def incidents(self, standing: ServiceStatus, *, inside: bool) -> list[Incident]:
        """Those on record of a service, newest first, as this visitor may see them. Raises StoreError."""
        kept = self._incidents.get(standing.service)
        if kept is None or time.monotonic() - kept[0] > self._ttl / 10:
            known = list(await self._site.reader.incidents(standing.service, ON_RECORD))
            kept = self._incidents[standing.service] = (time.monotonic(), known)
        # The open ones are as fresh as everything else on the page.
        present = {one.id: one for one in standing.incidents}
        found = [present.get(one.id, one) for one in kept[1]]
        return found if inside else [outward_incident(i, standing) for i in found if is_outward(i)]

    @property
    def _ttl(self) -> float:
        return KEPT_S / self._site.process.speed

    async def _next(self) -> None:
        oldest = min(self._services, key=self._read_at, default="")
        if oldest:
            await self._read(oldest)
            await asyncio.sleep(0)

    def _read_at(self, service: str) -> float:
        kept = self._kept.get((service, "", BAR.name))
        return kept[0] if kept else 0.0

    async def _read(self, service: str) -> None:
        found = await self._history(service, "", BAR.name)
        self._kept[service, "", BAR.name] = (time.monotonic(), found)
        figures: dict[str, PastFigures] = {}
        for past in found:
            figures[past.component] = figures_of(past)
            # Working out ninety days takes a moment, and others wait for the loop.
            await asyncio.sleep(0)
        self.bars[service] = figures
        if figures:
            self.whole[service] = worst_of([one.bar for one in figures.values()])

    async def _history(self, service: str, component: str, span: str) -> Sequence[RangeHistory]:
        now, reader = self._site.process.now(), self._site.reader
        ids = [c.id for c in self._services[service].components]
        if component or len(ids) <= PASTS:
            return await reader.history(service, component, SPANS[span], now)
        return [past for one in ids for past in await reader.history(service, one, SPANS[span], now)]
