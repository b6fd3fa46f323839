"""A person's question and its answer, the same on every platform; from the store alone, with each reading's age."""

import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Protocol

from bot import advice
from bot.core.commands import Misunderstood, Request, parse
from bot.core.detection.assessment import Explanation
from bot.core.honesty import honesty
from bot.core.incident import Incident, Person, Voices
from bot.core.ledger import Row
from bot.core.names import Names
from bot.core.words import answers, ledger_answer
from bot.core.words.answer import Answer, Standing
from bot.core.words.answers import Delivered
from bot.core.words.overview import overview
from bot.core.words.symptoms import present
from bot.core.words.tones import SEVERITY

log = logging.getLogger(__name__)

LATEST = 20
DELIVERIES = 50


class Reads(Protocol):
    """What the desk reads. Every call raises StoreError when the store is away."""

    async def standing(self, service: str) -> Standing:
        """How the service stands: every configured component, with what is known of it."""

    async def explanation(self, service: str, component: str) -> Explanation | None:
        """Why we believe what we believe of a component, None before it was ever judged."""

    async def incidents(self, service: str, limit: int) -> Sequence[Incident]:
        """The latest incidents, newest first."""

    async def incident(self, service: str, name: str) -> Incident | None:
        """The incident of that id, if it is one of this service's."""

    async def ledger(self, service: str) -> Sequence[Row]:
        """The rows of the service's ledger, oldest first."""

    async def deliveries(self, service: str, limit: int) -> Sequence[Delivered]:
        """The latest deliveries, newest first."""


class Desk:
    """Answers questions; it changes nothing."""

    def __init__(self, reads: Reads, names: Names) -> None:
        self._reads = reads
        self._names = names
        self._tips = advice.tips()
        self._known: Mapping[str, Callable[[Request, float], Awaitable[Answer]]] = {
            "status": self._status,
            "why": self._why,
            "incidents": self._incidents,
            "incident": self._incident,
            "ledger": self._ledger,
            "deliveries": self._deliveries,
            "help": self._help,
        }

    async def ask(self, text: str, person: Person | None, now: float) -> Answer:
        """The answer to `text`, whatever it says. `person` is who asks (roles and audit; all may read).

        Raises:
            StoreError: the store is away.
        """
        who = person.platform if person else "nobody"
        request = parse(text, self._names)
        if isinstance(request, Misunderstood):
            log.debug("%s was not understood", who)
            return answers.not_understood(request, now)
        log.debug("%s asks for %s", who, request.command)
        return await self._known[request.command](request, now)

    async def _status(self, request: Request, now: float) -> Answer:
        standings = [await self._reads.standing(service) for service in self._services(request)]
        if request.target is not None and request.target.component:
            standings = [_only(standing, request.target.component) for standing in standings]
        return overview(standings, now)

    async def _why(self, request: Request, now: float) -> Answer:
        if request.target is None:
            return await self._incident(request, now)
        target = request.target
        standing = await self._reads.standing(target.service)
        wanted = target.component or _worst(standing, now)
        voices = next((v for v in standing.voices if v.measured.component == wanted), None)
        if voices is None:
            return answers.not_known(f"nothing is measured of {target.name} yet", now)
        told = await self._reads.explanation(target.service, wanted)
        return answers.why(voices, standing.name, told, now)

    async def _incidents(self, request: Request, now: float) -> Answer:
        found = []
        for service in self._services(request):
            standing = await self._reads.standing(service)
            found += [(one, standing) for one in await self._reads.incidents(service, LATEST)]
        newest = sorted(found, key=lambda pair: -pair[0].opened_at)[:LATEST]
        return answers.incidents(newest, now)

    async def _incident(self, request: Request, now: float) -> Answer:
        for service in self._names.services:
            one = await self._reads.incident(service, request.word)
            if one is not None:
                return answers.incident(one, await self._reads.standing(service), now, self._tips)
        return answers.not_known(f"no incident {request.word} is on record", now)

    async def _ledger(self, request: Request, now: float) -> Answer:
        told = [
            ((await self._reads.standing(service)).name, honesty(service, await self._reads.ledger(service)))
            for service in self._services(request)
        ]
        return ledger_answer.ledger(told, now)

    async def _deliveries(self, request: Request, now: float) -> Answer:
        rows = [row for s in self._services(request) for row in await self._reads.deliveries(s, DELIVERIES)]
        return answers.deliveries(rows[:DELIVERIES], now)

    async def _help(self, request: Request, now: float) -> Answer:
        return answers.help_with(request.word, now)

    def _services(self, request: Request) -> Sequence[str]:
        return (request.target.service,) if request.target is not None else self._names.services


def _only(standing: Standing, component: str) -> Standing:
    """The same service, seen through one component."""
    return Standing(
        service=standing.service,
        name=standing.name,
        voices=tuple(v for v in standing.voices if v.measured.component == component),
        incidents=tuple(i for i in standing.incidents if component in (i.active or i.components)),
        page_url=standing.page_url,
        usual_lag_s=standing.usual_lag_s,
    )


def _worst(standing: Standing, now: float) -> str:
    """The component of a service that is asked about when only the service was named."""

    def badness(voices: Voices) -> tuple[int, float]:
        return SEVERITY[present(voices.measured, now)], voices.measured.rate

    return max(standing.voices, key=badness).measured.component if standing.voices else ""
