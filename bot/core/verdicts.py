"""What several acts have in common: who asked, how things are called, who came too late. Pure."""

from bot.core.casebook import Casebook
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.incident import Incident
from bot.core.model.person import Person
from bot.core.text.durations import ago
from bot.core.text.people import person, same
from bot.core.text.quoting import clean

REASON = 200
"""Longest reason kept, in characters."""


def doer(command: ActionRequest) -> Person:
    """Who asked for it."""
    platform, place, user = (*command.who.split(":", 2), "", "")[:3]
    return Person(platform, place, user, command.name)


def called(cases: Casebook, target: str) -> str:
    """What people call an incident, a component, or the service."""
    if target in cases.incidents:
        return f"incident {target}"
    if target in {"", cases.service.id}:
        return clean(cases.service.name, 40)
    return clean(cases.service.names.get(target, target), 40)


def first(who: Person | None, you: Person) -> str:
    """Who was first: you, or somebody by name."""
    return "you" if same(who, you) else person(who)


def too_late(incident: Incident, by: Person, at: float) -> ActionResult:
    """What somebody is told who comes too late."""
    ended = incident.resolved_at if incident.resolved_at is not None else at
    how = f" by {first(incident.resolved_by, by)}" if incident.resolved_by else ""
    return ActionResult(
        ok=False, text=f"incident {incident.id} is already resolved{how}, {ago(ended, at)}", incident=incident.id
    )
