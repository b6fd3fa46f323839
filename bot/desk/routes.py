"""`routes`: the routing tree in force, and who would hear if something failed now."""

from bot.core.answers.answer import Answer
from bot.core.answers.routing import routes_answer
from bot.core.answers.status import snapshot
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.routing.matchers import facts_of
from bot.desk.ports import DeskServices, Query
from probes.model import State


async def routes(behind: DeskServices, question: Query) -> Answer:
    """The tree; of what was named, who would hear of a major outage of it at this moment."""
    target, now = question.request.target, question.now
    if target is None:
        return routes_answer(behind.tree, None, "", now)
    standing = await behind.reads.standing(target.service)
    every = tuple(v.measured.component for v in standing.voices)
    about = (target.component,) if target.component else every
    supposed = Incident(
        "TEST", target.service, "failures", IncidentStatus.OPEN, about, State.MAJOR, now, now, about, worst=State.MAJOR
    )
    facts = facts_of(snapshot(supposed, standing, now), behind.labels.get(target.service, {}))
    return routes_answer(behind.tree, facts, target.name, now)
