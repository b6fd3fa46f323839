"""What the store keeps, as the desk's values: records of another version or shape are passed over, never guessed at."""

from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import TypeAdapter, ValidationError

from bot.core.detection.assessment import Explanation
from bot.core.incident import Incident, IncidentStatus, Measured, Voices
from bot.core.ledger import Row
from bot.core.names import Named, Names
from bot.core.words.answer import Standing
from bot.core.words.answers import Delivered
from bot.ledger import ledger_rows
from bot.settings import Service
from bot.store.views import Views
from probes.model import State

OPEN_AT_MOST = 20

VOICES = TypeAdapter(Voices)
EXPLANATION = TypeAdapter(Explanation)
INCIDENT = TypeAdapter(Incident)


class Reading:
    """The desk's reads on the store's views, for the configured services. Calls raise `StoreError`."""

    def __init__(self, views: Views, services: Sequence[Service]) -> None:
        self._views = views
        self._services: Mapping[str, Service] = {service.id: service for service in services}

    async def standing(self, service: str) -> Standing:
        """Every configured component; one that was never judged is unknown."""
        configured = self._services[service]
        kept = await self._views.assessments(service)
        voices = []
        for component in configured.components:
            found = _read(VOICES, kept.get(component.id))
            voices.append(found or Voices(Measured(component.id, component.name, State.UNKNOWN)))
        newest = await self.incidents(service, OPEN_AT_MOST)
        page, lag = configured.page, configured.page.usual_lag if configured.page else None
        return Standing(
            service=service,
            name=configured.name,
            voices=tuple(voices),
            incidents=tuple(one for one in newest if one.status is not IncidentStatus.RESOLVED),
            page_url=page.page_url if page else "",
            usual_lag_s=(lag.median_s, lag.p90_s) if lag else None,
        )

    async def explanation(self, service: str, component: str) -> Explanation | None:
        """The detector's own account, as it was when last judged."""
        found: Explanation | None = _read(EXPLANATION, (await self._views.assessments(service)).get(f"why:{component}"))
        return found

    async def incidents(self, service: str, limit: int) -> Sequence[Incident]:
        """Newest first."""
        found = [_read(INCIDENT, body) for body in await self._views.incidents(service, limit)]
        return [one for one in found if one is not None]

    async def incident(self, service: str, name: str) -> Incident | None:
        """The incident of that id."""
        found: Incident | None = _read(INCIDENT, await self._views.incident(service, name))
        return found

    async def ledger(self, service: str) -> Sequence[Row]:
        """Oldest first."""
        return ledger_rows(await self._views.ledger(service))

    async def deliveries(self, service: str, limit: int) -> Sequence[Delivered]:
        """Newest first; those given up are among them."""
        return await self._views.deliveries(service, limit)


def names(services: Sequence[Service]) -> Names:
    """All that can be asked about by name."""
    every = []
    for service in services:
        every.append(Named(service.id, "", service.name, service.nicknames))
        every += [Named(service.id, c.id, c.name, c.nicknames) for c in service.components]
    return Names(every)


def _read(kind: TypeAdapter[Any], body: str | None) -> Any:
    if body is None:
        return None
    try:
        return kind.validate_json(body)
    except ValidationError:
        return None
