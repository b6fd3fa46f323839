"""What was: the history of a component or service, and the report on an incident."""

from dataclasses import replace

from bot.advice import library
from bot.core.answers import replies
from bot.core.answers.answer import Answer
from bot.core.answers.history import history_answer
from bot.core.history.ranges import SPANS
from bot.core.incidents.evidence import Evidence
from bot.core.model.incident import Incident
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.postmortem.report import postmortem as written
from bot.core.tips.selection import best, circumstances
from bot.desk import targets
from bot.desk.ports import DeskServices, Query


async def history(behind: DeskServices, question: Query) -> Answer:
    """Uptime, failures and latency over a span; of the only service where none is named."""
    request, now = question.request, question.now
    span = SPANS[request.choice("span", "24h")]
    services = behind.names.services
    if request.target is None and len(services) != 1:
        return replies.name_one(request.command, services, now)
    service = request.target.service if request.target else services[0]
    component = request.target.component if request.target else ""
    pasts = await behind.reads.history(service, component, span, now)
    return history_answer(pasts, targets.name_of(behind, service), now)


async def digest(behind: DeskServices, question: Query) -> Answer:
    """Answer `digest`: the last day, or seven."""
    if behind.digests is None:
        return replies.not_here(question.request.command, question.now)
    answer, _ = await behind.digests.of(question.request.choice("period", "day"), question.now)
    return answer


async def postmortem(behind: DeskServices, question: Query) -> Answer:
    """The post-incident report, from the record."""
    chosen = await targets.incident(behind, question)
    if isinstance(chosen, Answer):
        return chosen
    one, standing = chosen
    case = await behind.reads.casefile(standing.service, one)
    return written(replace(case, workarounds=_offered(one, case.dossier, question.now)), question.now)


def _offered(one: Incident, dossier: Evidence | None, now: float) -> tuple[str, ...]:
    """The steps that fitted the incident at its worst; those that name an alternative stand without its state then."""
    kept = dossier or Evidence({}, {})
    layer = max(kept.layers, key=kept.layers.__getitem__, default="")
    symptoms = tuple(sorted(kept.symptoms.items(), key=lambda pair: -pair[1]))
    worst = Measurement(one.components[0] if one.components else "", "", one.worst, one.peak_rate, at=now, layer=layer)
    voices = ComponentStatus(replace(worst, symptoms=symptoms))
    at = circumstances([voices], now, slow=one.kind == "slowness")
    return tuple(advised.tip.text for advised in best(library.tips(), at))
