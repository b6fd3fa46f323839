"""The tips and recipes that come with the package, and the live states of where tips send people."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from importlib.resources import files
from typing import Protocol

from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.group import Correlation
from bot.core.model.incident import IncidentStatus
from bot.core.model.snapshot import Snapshot
from bot.core.model.status import ServiceStatus
from bot.core.tips.alternatives import Candidate, Option, ranked
from bot.core.tips.tip import Recipe, Tip, parse

SHELF = files("bot") / "tips"
RECIPES = files("bot") / "recipes"
ENDINGS: Mapping[str, str] = {"python": ".py", "typescript": ".ts", "curl": ".sh"}
"""The languages of recipes, by folder, with what their files' names end in."""


class Stands(Protocol):
    """How services stand; raises StoreError when the store is away."""

    async def standing(self, service: str) -> ServiceStatus:
        """Every configured component of a service, with what is known of it."""

    async def causes(self, service: str) -> tuple[Correlation, ...]:
        """What a service has in common with others that fail."""


@cache
def tips() -> tuple[Tip, ...]:
    """All tips, by name.

    Raises:
        ValueError: a file cannot be read as a tip.
    """
    found = sorted((entry for entry in SHELF.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    return tuple(parse(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8")) for entry in found)


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes, by language and name."""
    return tuple(
        Recipe(entry.name.removesuffix(ending), language, entry.name, entry.read_text(encoding="utf-8"))
        for language, ending in ENDINGS.items()
        for entry in sorted((RECIPES / language).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(ending) and not entry.name.startswith("_")
    )


class Counsel:
    """What can help people now: tips with the state of each alternative as the store has it at this moment."""

    def __init__(
        self, stands: Stands, candidates: Mapping[str, Sequence[Candidate]], configured: Iterable[str]
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
        one = snapshot.incident if snapshot.discrepancy is None else None
        if one is None or one.status is not IncidentStatus.OPEN:
            return card(snapshot, now, tips())
        causes = await self._stands.causes(one.service)
        shared = next((c for c in causes if one.id in {struck.incident for struck in c.going}), None)
        options = await self.options(one.active or one.components, now)
        return card(replace(snapshot, cause=shared), now, tips(), options)
