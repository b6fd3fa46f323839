"""Which incident or component a request is about; where it cannot be told, an answer that says what to type."""

from collections.abc import Sequence

from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.commands.table import COMMANDS, LATEST
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.states import ATTENTION
from bot.core.text.symptoms import present
from bot.desk.ports import DeskServices, Query

IncidentMatch = tuple[Incident, ServiceStatus]
NEWEST = 20
"""Incidents of a service among which the open ones are looked for."""
AFTERWARDS = frozenset({"right", "wrong"})
"""These are said of what is over."""


def services(behind: DeskServices, question: Query) -> Sequence[str]:
    """Those asked about: the target's, or all."""
    target = question.request.target
    return (target.service,) if target is not None else behind.names.services


def name_of(behind: DeskServices, service: str) -> str:
    """What people call a service."""
    return next((n.name for n in behind.names.every if n.service == service and not n.component), service)


async def standings(behind: DeskServices, question: Query) -> list[ServiceStatus]:
    """How those asked about stand, one after the other: the store is near, and a burst would starve the others."""
    return [await behind.reads.standing(service) for service in services(behind, question)]


async def incident(behind: DeskServices, question: Query) -> IncidentMatch | Answer:
    """The incident of that id; the only one open on what was named, or anywhere; the latest where that will do."""
    request, now = question.request, question.now
    if request.word:
        return await _by_id(behind, request.word, now)
    component = request.target.component if request.target else ""
    known = [i for s in services(behind, question) for i in await behind.reads.incidents(s, NEWEST)]
    known = [i for i in known if not component or component in i.components]
    going = [i for i in known if i.status is not IncidentStatus.RESOLVED]
    latest = any(argument.fallback == LATEST for argument in COMMANDS[request.command].arguments)
    if request.command in AFTERWARDS:
        going, known = [], [i for i in known if i.status is IncidentStatus.RESOLVED]
    if latest and known and len(going) != 1:
        going = [max(known, key=lambda one: one.opened_at)]
    if not going:
        where = f" on {request.target.name}" if request.target else ""
        which = "is over" if request.command in AFTERWARDS else "is on record" if latest else "is open"
        return replies.not_known(f"no incident {which}{where}", now)
    found = await beside(behind, going[:NEWEST])
    return found[0] if len(going) == 1 else replies.which(request.command, found, now)


async def beside(behind: DeskServices, incidents: Sequence[Incident]) -> list[IncidentMatch]:
    """Each incident with how its service stands, read once a service."""
    standings = {s: await behind.reads.standing(s) for s in dict.fromkeys(i.service for i in incidents)}
    return [(one, standings[one.service]) for one in incidents]


async def component(behind: DeskServices, question: Query) -> tuple[ComponentStatus, ServiceStatus] | Answer:
    """The component that was named; of a service or an incident the worst one; of nothing the only open incident's."""
    request, now = question.request, question.now
    if request.target is not None:
        standing = await behind.reads.standing(request.target.service)
        wanted = {request.target.component} if request.target.component else None
        return _worst(standing, wanted, request.target.name, now)
    found = await incident(behind, question)
    if isinstance(found, Answer):
        return found
    one, standing = found
    return _worst(standing, set(one.active or one.components), one.id, now)


async def _by_id(behind: DeskServices, word: str, now: float) -> IncidentMatch | Answer:
    for service in behind.names.services:
        one = await behind.reads.incident(service, word)
        if one is not None:
            return one, await behind.reads.standing(service)
    return replies.not_known(f"no incident {word} is on record", now)


def _worst(
    standing: ServiceStatus, wanted: set[str] | None, called: str, now: float
) -> tuple[ComponentStatus, ServiceStatus] | Answer:
    def badness(voices: ComponentStatus) -> tuple[int, float]:
        return ATTENTION[present(voices.measured, now)], voices.measured.rate

    those = [v for v in standing.voices if wanted is None or v.measured.component in wanted]
    if not those:
        return replies.not_known(f"nothing is measured of {called} yet", now)
    return max(those, key=badness), standing
