"""Compares the incidents of all services: what several have in common is posted once and kept up to date.

The rule is `bot.core.routing.correlation`. One process at a time compares, by a lease. What was found is written to the
store before anything is posted, for the next process to go on with, and for the desk and the messages to show.
"""

import logging
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from bot.core.model.group import AnnouncedCorrelation, CommonFactor, Correlation
from bot.core.model.incident import Incident
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.routing.correlation import LEAST, VendorIncidentView, VendorView, followed
from bot.core.text.symptoms import present
from bot.delivery.routes import Routes
from bot.delivery.self_notices import SelfNotice, SelfNotices
from bot.desk.reader import Reader
from bot.process import Process
from bot.settings import Service
from bot.store.codec import CAUSES, FOUND
from probes.model import State

log = logging.getLogger(__name__)

EVERY_S = 5.0
LEASE = "causes"
KEPT_S = 14 * 86_400.0
DELIVERIES = 200
"""The latest deliveries of a service, among which those of an incident are looked for."""


class CorrelationJob:
    """Runs every `EVERY_S` seconds."""

    def __init__(self, process: Process, routes: Routes, news: SelfNotices) -> None:
        self._process = process
        self._routes = routes
        self._news = news
        self._reader = Reader(process.store.views, process.settings.services)

    async def run(self) -> None:
        """Look for ever, in one process at a time."""
        await self._process.every(EVERY_S, self.look, LEASE)

    async def look(self) -> None:
        """Run once, and send what is new. Raises StoreError."""
        kept = await self._reader.found()
        looks = await self._looks(bool(kept))
        if not looks and not kept:
            return
        known = {one.cause.id: one for one in kept}
        now, found = self._process.now(), []
        for cause in followed([one.cause for one in kept], looks, self._process.now()):
            before = known.get(cause.id, AnnouncedCorrelation(cause))
            told = before.told if cause.kind is CommonFactor.NOTHING else await self._hearers(cause, before.told)
            found.append(replace(before, cause=cause, told=told))
        if found != kept:
            # First it is written, then it is said: who dies between says it under the same name.
            await self._keep(found)
        due = [one for one in found if one.told and one.cause != one.said]
        if due and not await self._news.publish([_notice(one) for one in due]):
            return
        said = [replace(one, said=one.cause) if one in due else one for one in found]
        going = [one for one in said if one.cause.over_at is None]
        if going != found:
            await self._keep(going)
        for one in due:
            log.info("%d vendors at once at %.0f: %s %s", len(one.cause.going), now, one.cause.kind, one.cause.what)

    async def _keep(self, found: Sequence[AnnouncedCorrelation]) -> None:
        await self._process.store.notes.put(CAUSES, FOUND.dump(list(found)), KEPT_S)

    async def _looks(self, something: bool) -> list[VendorView]:
        """All services, where several have open incidents or something was found; else none."""
        services = self._process.settings.services
        if not something:
            ill = [s.id for s in services if await self._reader.going(s.id)]
            if len(ill) < LEAST:
                return []
        now = self._process.now()
        return [look_of(await self._reader.standing(service.id), service, now) for service in services]

    async def _hearers(self, cause: Correlation, told: tuple[str, ...]) -> tuple[str, ...]:
        """Who was told of several of them, and whoever heard of this before; what wakes people is left out."""
        heard, now = Counter[str](), self._process.now()
        for one in cause.struck:
            rows = await self._process.store.views.deliveries(one.service, DELIVERIES)
            mine = (r for r in rows if r.subject == one.incident and r.dead_at is None)
            heard.update({r.channel for r in mine if r.held_until is None or r.held_until <= now})
        tree = self._routes.tree
        fresh = sorted(
            target for target, count in heard.items() if count >= LEAST and not tree.rouses(target, softly=True)
        )
        return tuple(dict.fromkeys((*told, *fresh)))


def look_of(standing: ServiceStatus, service: Service, now: float) -> VendorView:
    """How a service stands, as the rule wants it; what its answers do not say the configuration may."""
    edges = frozenset(edge for voices in standing.voices for edge in voices.measured.edges)
    given = frozenset({service.edge} - {""})
    states = {present(voices.measured, now) for voices in standing.voices}
    blows = tuple(_blow(one, standing.voices, given) for one in standing.incidents if one.kind != "reports")
    return VendorView(
        service.id,
        service.name,
        edges or given,
        service.cloud,
        fine=not standing.incidents and State.OPERATIONAL in states and states.isdisjoint(TROUBLE),
        stated=not edges and bool(given),
        blows=blows,
    )


def _blow(incident: Incident, voices: Sequence[ComponentStatus], given: frozenset[str]) -> VendorIncidentView:
    hurt = [v.measured for v in voices if v.measured.component in (incident.active or incident.components)]
    layers = Counter[str]()
    for one in hurt:
        if one.layer:
            layers[one.layer] += max(one.failed, 1)
    return VendorIncidentView(
        incident.id,
        incident.started_at,
        layer=layers.most_common(1)[0][0] if layers else "",
        edges=frozenset(edge for one in hurt for edge in one.edges) or given,
        vantage=incident.vantage if incident.scope == "vantage" else "",
        alone=all(len(one.all_vantages) <= 1 for one in hurt),
        quiet=incident.mute or incident.announced,
    )


def _notice(found: AnnouncedCorrelation) -> SelfNotice:
    cause = found.cause
    return SelfNotice(cause.subject, "", found.told, over=cause.over_at is not None, cause=cause)
