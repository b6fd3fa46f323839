"""What people do to incidents, and what each is told. Pure.

`ack`, `unack`, `resolve`, `right` and `wrong` name an incident (or what it is on, where there is but one), as does
`responded`, by which automated responses tell what they did; what keeps quiet is in `quieting`.

The first of two people wins; the other is told who was first. Nothing a person says changes what is measured: who
calls an incident over while the detector still sees trouble hears no more of it until it has been well again, or gets
worse than it was (`asides`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core import incidents
from bot.core.casebook import Casebook
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.incident import Feedback, Incident, IncidentStatus
from bot.core.quieting import loud, quiet
from bot.core.text.durations import ago
from bot.core.text.people import person, same
from bot.core.text.quoting import clean, listed, quoted
from bot.core.verdicts import REASON, called, doer, first, too_late

RESPONSE = 300
"""Longest account of an automated response, in characters."""
VOTES = 200
"""Votes kept of one incident; nobody counts further."""


def act(cases: Casebook, command: ActionRequest, past: Incident | None = None) -> ActionResult:
    """Do what a person wants, if it can be done; `past` is the record of the incident it names, if not at hand."""
    if past is not None and past.status is not IncidentStatus.RESOLVED:
        cases.keep(past)
    target = command.args[0] if command.args else ""
    if command.verb in _ON_TARGETS:
        return _ON_TARGETS[command.verb](cases, command, target, past)
    if command.verb not in _ON_INCIDENTS:
        return ActionResult(ok=False, text=f"nothing here is done by {quoted(command.verb, 40)}")
    found = _named(cases, target, past)
    if isinstance(found, ActionResult):
        return found
    return _ON_INCIDENTS[command.verb](cases, command, found)


def _named(cases: Casebook, target: str, past: Incident | None) -> Incident | ActionResult:
    """The incident that is meant: by its id, or as the only open one on a component or service."""
    known = cases.incidents.get(target.upper()) or past
    if known is not None:
        return known
    whole = target in {"", cases.service.id}
    about = [i for i in cases.open() if whole or target in i.active]
    if len(about) == 1:
        return about[0]
    if about:
        return ActionResult(ok=False, text=f"which one? open are {listed(i.id for i in about)}")
    if whole or target in cases.service.names:
        return ActionResult(ok=False, text=f"nothing is open on {called(cases, target)}")
    return ActionResult(ok=False, text=f"no incident {quoted(target, 40)} is on record")


def _ack(cases: Casebook, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    if incident.acknowledged_at is not None:
        taker = first(incident.acknowledged_by, by)
        when = ago(incident.acknowledged_at, command.at)
        return ActionResult(ok=False, text=f"already acknowledged by {taker} {when}", incident=incident.id)
    taken = replace(incident, acknowledged_at=command.at, acknowledged_by=by)
    cases.put(incidents.noted(taken, command.at, "acknowledged", f"by {person(by)}"))
    return ActionResult(ok=True, text=f"incident {incident.id} is acknowledged", incident=incident.id)


def _unack(cases: Casebook, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    if incident.acknowledged_at is None:
        return ActionResult(ok=False, text=f"nobody has acknowledged incident {incident.id}", incident=incident.id)
    before = "" if same(incident.acknowledged_by, by) else f", before with {person(incident.acknowledged_by)}"
    free = replace(incident, acknowledged_at=None, acknowledged_by=None)
    cases.put(incidents.noted(free, command.at, "handed back", f"by {person(by)}{before}"))
    return ActionResult(ok=True, text=f"incident {incident.id} is handed back", incident=incident.id)


def _resolve(cases: Casebook, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    cases.close(incident, by, command.at, clean(" ".join(command.args[1:]), REASON))
    text = f"incident {incident.id} is resolved; it is news again once it was well, or if it gets worse than it was"
    return ActionResult(ok=True, text=text, incident=incident.id)


def _vote(cases: Casebook, command: ActionRequest, incident: Incident) -> ActionResult:
    by, right = doer(command), command.verb == "right"
    if incident.status is not IncidentStatus.RESOLVED:
        return ActionResult(
            ok=False, text=f"incident {incident.id} goes on; say so when it is over", incident=incident.id
        )
    before = next((v for v in incident.verdict if same(v.by, by)), None)
    if before is not None and before.right is right:
        return ActionResult(ok=False, text=f"you have said {command.verb} already", incident=incident.id)
    votes = tuple(v for v in incident.verdict if v is not before)
    if len(votes) >= VOTES:
        return ActionResult(ok=False, text=f"{VOTES} people have voted already", incident=incident.id)
    voted = replace(incident, verdict=(*votes, Feedback(by, right)))
    cases.put(incidents.noted(voted, command.at, "feedback", f"{command.verb}, says {person(by)}"), past=incident)
    return ActionResult(ok=True, text=f"noted: {command.verb}; thank you", incident=incident.id)


def _responded(cases: Casebook, command: ActionRequest, incident: Incident) -> ActionResult:
    """What was done about it by itself, which changes nothing else in it."""
    text = clean(" ".join(command.args[1:]), RESPONSE) or "responded, and said nothing of it"
    cases.put(incidents.noted(incident, command.at, "response", text), past=incident)
    return ActionResult(ok=True, text=text, incident=incident.id)


_ON_INCIDENTS: Mapping[str, Callable[[Casebook, ActionRequest, Incident], ActionResult]] = {
    "ack": _ack,
    "unack": _unack,
    "resolve": _resolve,
    "right": _vote,
    "wrong": _vote,
    "responded": _responded,
}
_ON_TARGETS: Mapping[str, Callable[[Casebook, ActionRequest, str, Incident | None], ActionResult]] = {
    "silence": quiet,
    "maintenance": quiet,
    "unsilence": loud,
}
VERBS = frozenset({*_ON_INCIDENTS, *_ON_TARGETS})
"""Everything people can do."""
