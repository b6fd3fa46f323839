"""The tips and recipes that come with the package, and the live states of where tips send people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Protocol

from bot.advice.library import tips
from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.group import Correlation
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import Snapshot
from bot.core.model.status import ServiceStatus
from bot.core.tips.alternatives import Candidate, Option, ranked


class StatusReader(Protocol):
    """How services stand; raises StoreError when the store is away."""

    async def standing(self, service: str) -> ServiceStatus:
        """Every configured component of a service, with what is known of it."""

    async def causes(self, service: str) -> tuple[Correlation, ...]:
        """What a service has in common with others that fail."""


class Advisor:
    """What can help people now: tips with the state of each alternative as the store has it at this moment."""

    def __init__(
        self, stands: StatusReader, candidates: Mapping[str, Sequence[Candidate]], configured: Iterable[str]
    ) -> None:
        self._stands = stands
        self._candidates = candidates
        self._configured = frozenset(configured)

    async def options(self, components: Iterable[str], now: float) -> tuple[Option, ...]:
        """What can stand in for any of these components, best first.

        Raises:
            StoreError: the store is away.
        """
        asked = dict.fromkeys(one for component in components for one in self._candidates.get(component, ()))
        services = dict.fromkeys(one.service for one in asked if one.service in self._configured)
        known = {service: (await self._stands.standing(service)).voices for service in services}
        return ranked(asked, known, now)

    async def card(self, snapshot: Snapshot, now: float) -> Card:
        """The message a snapshot makes now; only what is told of an open incident needs the alternatives.

        Raises:
            StoreError: the store is away.
        """
        one = snapshot.about
        if not isinstance(one, Incident) or one.status is not IncidentStatus.OPEN:
            return card(snapshot, now, tips())
        causes = await self._stands.causes(one.service)
        shared = next((c for c in causes if one.id in {struck.incident for struck in c.going}), None)
        options = await self.options(one.active or one.components, now)
        return card(replace(snapshot, cause=shared), now, tips(), options)
