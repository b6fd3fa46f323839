"""What the store keeps, as the desk's values: records of another version or shape are passed over, never guessed at."""

from collections.abc import Mapping, Sequence

from bot.core import heartbeats
from bot.core.answers.incidents import Delivered
from bot.core.commands.names import Named, Names
from bot.core.detection.assessment import Explanation
from bot.core.history.ranges import Range, RangeHistory, past, touches
from bot.core.history.rollups import Rollup
from bot.core.incidents.evidence import Evidence
from bot.core.model.announcement import Announcement
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.group import AnnouncedCorrelation, Correlation
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.postmortem.casefile import Casefile
from bot.rhythm import rhythm_of
from bot.settings import Service
from bot.store.codec import (
    ABOUT,
    ABOUT_FIELD,
    ANNOUNCEMENT,
    CAUSES,
    DOSSIER,
    EXPLANATION,
    FOUND,
    INCIDENT,
    LEDGER_ENTRY,
    VOICES,
    discrepancies,
)
from bot.store.reads import Reads
from probes.model import State

OPEN_AT_MOST = 20
PASTS = 40
"""Components of one service in one answer about the past."""
LINGERING_S = 2 * 3_600.0
"""How long after an incident a page that is red without cause is put down to it."""
TIMELINE, DELIVERIES = 1_000, 500
"""Lines of the log and deliveries among which those of an incident are looked for."""
INCIDENTS = 200
"""The newest incidents, among which those of a span are looked for."""


class Reader:
    """The desk's reads on the store's views, for the configured services. Calls raise `StoreError`."""

    def __init__(self, views: Reads, services: Sequence[Service]) -> None:
        self._views = views
        self._services: Mapping[str, Service] = {service.id: service for service in services}

    async def standing(self, service: str) -> ServiceStatus:
        """Every configured component; one that was never judged is unknown."""
        configured = self._services[service]
        kept = await self._views.assessed(service, [ABOUT_FIELD, *(c.id for c in configured.components)])
        about = ABOUT.load(kept.get(ABOUT_FIELD))
        voices = []
        for component in configured.components:
            found = VOICES.load(kept.get(component.id))
            voices.append(found or ComponentStatus(Measurement(component.id, component.name, State.UNKNOWN)))
        page, lag = configured.page, configured.page.usual_lag if configured.page else None
        return ServiceStatus(
            service=service,
            name=configured.name,
            voices=tuple(voices),
            incidents=await self.going(service),
            page_url=page.page_url if page else "",
            usual_lag_s=about.usual_lag_s if about else (lag.median_s, lag.p90_s) if lag else None,
            others=about.others if about else (),
            silences=about.silences if about else (),
            causes=await self.causes(service),
        )

    async def going(self, service: str) -> tuple[Incident, ...]:
        """The open incidents, newest first."""
        newest = await self.incidents(service, OPEN_AT_MOST)
        return tuple(one for one in newest if one.status is not IncidentStatus.RESOLVED)

    async def found(self) -> list[AnnouncedCorrelation]:
        """What services that fail at once have in common."""
        return FOUND.load(await self._views.note(CAUSES) or None) or []

    async def causes(self, service: str) -> tuple[Correlation, ...]:
        """What a service has in common with others that fail."""
        causes = (one.cause for one in await self.found())
        return tuple(cause for cause in causes if service in {one.service for one in cause.going})

    async def explanation(self, service: str, component: str) -> Explanation | None:
        """The detector's own account, as it was when last judged."""
        name = f"why:{component}"
        return EXPLANATION.load((await self._views.assessed(service, [name])).get(name))

    async def heartbeats(self, service: str, component: str, now: float) -> list[tuple[str, str]]:
        """The account of the jobs that report in for a component, as lines; what they sent is quoted."""
        every = next((c.checks for c in self._services[service].components if c.id == component), ())
        jobs = [check for check in every if check.kind == "heartbeat"]
        closed = await self._views.pings.closed(now) if jobs else ()
        said: list[tuple[str, str]] = []
        for check in jobs:
            record = await self._views.pings.get(check.target)
            said += heartbeats.lines(record, heartbeats.standing(record, rhythm_of(check.options), closed, now), now)
        return said

    async def incidents(self, service: str, limit: int) -> Sequence[Incident]:
        """Newest first."""
        return INCIDENT.load_all(await self._views.incidents(service, limit))

    async def incident(self, service: str, name: str) -> Incident | None:
        """The incident of that id."""
        return INCIDENT.load(await self._views.incident(service, name))

    async def history(self, service: str, component: str, span: Range, now: float) -> Sequence[RangeHistory]:
        """The past of one component, or of the first `PASTS` of the service; the same reads however long ago it was."""
        configured = [c for c in self._services[service].components if not component or c.id == component][:PASTS]
        chunks = span.chunks(now)
        places = [(level.kind, chunk) for level, chunk in chunks]
        rolled, found = await self._views.rollups(service, [c.id for c in configured], places)
        incidents = [i for i in await self.incidents(service, INCIDENTS) if touches(i, span, now)] if configured else []
        pasts = []
        for place, one in enumerate(configured):
            kept = found[place * len(chunks) : (place + 1) * len(chunks)]
            buckets = {
                (level, number): rollup
                for (level, _), texts in zip(chunks, kept, strict=True)
                for number, text in texts.items()
                if (rollup := Rollup.unpacked(text)) is not None
            }
            theirs = tuple(i for i in incidents if one.id in i.components)
            pasts.append(RangeHistory(service, one.id, one.name, span, now, rolled, past(buckets, span, now), theirs))
        return pasts

    async def casefile(self, service: str, incident: Incident) -> Casefile:
        """All that is on record of an incident, for its report."""
        configured = self._services[service]
        lines = discrepancies(reversed(await self._views.timeline(service, TIMELINE)))
        # Several editions of each are on record; the last one has its end.
        records = {line.id: line for line in lines if _about(line, incident)}
        about = {incident.id, *records}
        sent = [d for d in await self._views.deliveries(service, DELIVERIES) if d.subject in about]
        return Casefile(
            incident=incident,
            service=configured.name,
            names={c.id: c.name for c in configured.components},
            dossier=DOSSIER.load(await self._views.record(service, incident.id)),
            records=tuple(sorted(records.values(), key=lambda record: record.since)),
            deliveries=tuple(sent),
            usual_lag_s=(await self.standing(service)).usual_lag_s,
            page=configured.page is not None,
        )

    async def evidence(self, service: str, incident: str) -> Evidence | None:
        """What was kept of an incident beyond the incident itself."""
        return DOSSIER.load(await self._views.record(service, incident))

    async def ledger(self, service: str) -> Sequence[LedgerEntry]:
        """Oldest first."""
        return LEDGER_ENTRY.load_all(await self._views.ledger(service))

    async def announcements(self, now: float) -> Sequence[Announcement]:
        """Those that stand on the page, the latest first."""
        kept = ANNOUNCEMENT.load_all((await self._views.announcements()).values())
        return sorted((one for one in kept if one.at <= now < one.until), key=lambda one: (-one.at, one.id))

    async def deliveries(self, service: str, limit: int) -> Sequence[Delivered]:
        """Newest first; those given up are among them."""
        return await self._views.deliveries(service, limit)


def _about(record: Discrepancy, incident: Incident) -> bool:
    """Whether a discrepancy belongs to an incident: its own, or a page that stayed red or turned so afterwards."""
    end = incident.resolved_at
    lingers = record.kind is DiscrepancyKind.OVERSTATED and record.component in incident.components
    soon = incident.started_at <= record.opened_at and (end is None or record.opened_at <= end + LINGERING_S)
    return record.incident == incident.id or (lingers and soon and incident.scope != "vantage")


def names(services: Sequence[Service]) -> Names:
    """All that can be asked about by name."""
    every = []
    for service in services:
        every.append(Named(service.id, "", service.name, service.nicknames))
        every += [Named(service.id, c.id, c.name, c.nicknames) for c in service.components]
    return Names(every)
