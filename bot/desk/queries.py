"""What is asked of the present and of the record: status, why, incidents, ledger, deliveries, our own health, help."""

from collections.abc import Sequence
from dataclasses import replace

from bot.advice import library
from bot.core.answers import incidents as incident_answers
from bot.core.answers import ledger as ledger_answers
from bot.core.answers import reliability as reliability_answers
from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.answers.history import trend
from bot.core.answers.incidents import Delivered
from bot.core.answers.routing import unheard
from bot.core.answers.status import overview, snapshot
from bot.core.commands.parser import GROUP_ID
from bot.core.health import text
from bot.core.history.ranges import SPANS
from bot.core.incidents.silences import conditions_of, may_reach
from bot.core.ledger.accuracy import honesty
from bot.core.ledger.reliability import reliability as estimated
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.routing.matchers import facts_of
from bot.core.routing.tree import severity_of
from bot.desk import targets
from bot.desk.ports import DeskServices, Query

LATEST = 20
IN_A_GROUP = 100
DELIVERIES = 50
DELIVERED = 200
"""The latest deliveries, among which those of an incident are looked for."""


async def status(behind: DeskServices, question: Query) -> Answer:
    """Answer `status`: everything, or one thing."""
    standings = await targets.standings(behind, question)
    target = question.request.target
    if target is not None and target.component:
        standings = [_only(standing, target.component) for standing in standings]
        pasts = await behind.reads.history(target.service, target.component, SPANS["24h"], question.now)
        answer = overview(standings, question.now)
        return replace(answer, lines=(*map(trend, pasts), *answer.lines))
    return overview(standings, question.now)


async def why(behind: DeskServices, question: Query) -> Answer:
    """The evidence on a component, or an incident's card and timeline."""
    if question.request.target is None:
        return await incident(behind, question)
    chosen = await targets.component(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    voices, standing = chosen
    told = await behind.reads.explanation(standing.service, voices.measured.component)
    about = voices.measured.component
    going = [one for one in standing.incidents if about in one.active]
    heard = await _heard(behind, standing.service, going[0].id) if going else None
    answer = incident_answers.why(voices, standing, told, question.now, heard)
    jobs = await behind.reads.heartbeats(standing.service, about, question.now)
    answer = replace(answer, lines=(*answer.lines[:1], *jobs, *answer.lines[1:]))
    return _with_unheard(answer, behind, going[0], standing, heard or []) if going else answer


async def incidents(behind: DeskServices, question: Query) -> Answer:
    """Answer `incidents`: the latest ones."""
    target = question.request.target
    if GROUP_ID.fullmatch(question.request.word):
        return await _of_group(behind, question)
    component = target.component if target else ""
    found = [
        one
        for service in targets.services(behind, question)
        for one in await behind.reads.incidents(service, LATEST)
        if not component or component in one.components
    ]
    found.sort(key=lambda one: -one.opened_at)
    return incident_answers.incidents(await targets.beside(behind, found[:LATEST]), question.now)


async def _of_group(behind: DeskServices, question: Query) -> Answer:
    """The incidents that one message tells of, the newest first."""
    name = question.request.word.partition("@")[2]
    members = await behind.held.incidents(name) if behind.held is not None else []
    found = [one for service, about in members[:IN_A_GROUP] if (one := await behind.reads.incident(service, about))]
    if not found:
        return replies.not_known("that message is about nothing that is open now", question.now)
    found.sort(key=lambda one: -one.opened_at)
    return incident_answers.incidents(await targets.beside(behind, found), question.now)


async def incident(behind: DeskServices, question: Query) -> Answer:
    """Answer `incident`: one with its timeline."""
    chosen = await targets.incident(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    one, standing = chosen
    options = await behind.advisor.options(one.active or one.components, question.now)
    heard = await _heard(behind, one.service, one.id)
    answer = incident_answers.incident(one, standing, question.now, library.tips(), options, heard)
    return _with_unheard(answer, behind, one, standing, heard)


async def ledger(behind: DeskServices, question: Query) -> Answer:
    """Answer `ledger`: how accurate and how fast the pages are."""
    told = [
        (targets.name_of(behind, service), honesty(service, await behind.reads.ledger(service)))
        for service in targets.services(behind, question)
    ]
    return ledger_answers.ledger(told, question.now)


async def reliability(behind: DeskServices, question: Query) -> Answer:
    """Answer `reliability`: how often a service fails, and for how long."""
    target = question.request.target
    told = []
    for service in targets.services(behind, question):
        figures = estimated(await behind.reads.ledger(service))
        wanted = [one for one in figures if not (target and target.component) or one.component == target.component]
        told.append((targets.name_of(behind, service), wanted))
    names = {name.component: name.name for name in behind.names.every if name.component}
    return reliability_answers.reliability(told, names, question.now)


async def deliveries(behind: DeskServices, question: Query) -> Answer:
    """Answer `deliveries`: what was sent where."""
    services = targets.services(behind, question)
    rows = [row for service in services for row in await behind.reads.deliveries(service, DELIVERIES)]
    return incident_answers.deliveries(rows[:DELIVERIES], question.now)


async def doctor(behind: DeskServices, question: Query) -> Answer:
    """Answer `doctor`: Groundtruth's own health."""
    if behind.health is None:
        return replies.not_here("doctor", question.now)
    owned = await behind.health.every(question.now)
    return text.doctor(owned, await behind.health.signs(question.now), question.now)


async def help_with(_: DeskServices, question: Query) -> Answer:
    """Answer `help`: all commands, or one."""
    return replies.help_with(question.request.word, question.now)


async def _heard(behind: DeskServices, service: str, incident: str) -> list[Delivered]:
    """What became of the word on an incident."""
    return [row for row in await behind.reads.deliveries(service, DELIVERED) if row.subject == incident]


def _with_unheard(
    answer: Answer, behind: DeskServices, one: Incident, standing: ServiceStatus, heard: Sequence[Delivered]
) -> Answer:
    """The answer with whom the routes kept it from, and why."""
    seen = snapshot(one, standing, answer.at)
    facts = facts_of(seen, behind.labels.get(one.service, {}))
    missing = unheard(behind.tree, {row.channel for row in heard}, facts, severity_of(seen))
    return replace(answer, lines=(*answer.lines, *missing))


def _only(standing: ServiceStatus, component: str) -> ServiceStatus:
    """The same service, seen through one component."""
    incidents = tuple(i for i in standing.incidents if component in (i.active or i.components))
    return replace(
        standing,
        voices=tuple(v for v in standing.voices if v.measured.component == component),
        incidents=incidents,
        silences=tuple(h for h in standing.silences if _reaches(h.silence.target, standing, component, incidents)),
    )


def _reaches(target: str, standing: ServiceStatus, component: str, incidents: Sequence[Incident]) -> bool:
    """Whether what is kept quiet is this component, its service, or one of its incidents."""
    if conditions := conditions_of(target):
        return may_reach(conditions, standing.service, [component])
    return target in {"", component, *(i.id for i in incidents)}
