"""What people do to incidents, and what each is told. Pure.

`ack`, `unack`, `resolve`, `right` and `wrong` name an incident (or what it is on, where there is but one); `silence`,
`maintenance` and `unsilence` name an incident, a component, or a service. The first of two people wins; the other is
told who was first. Nothing a person says changes what is measured: who calls an incident over while the detector still
sees trouble hears no more of it until it has been well again, or gets worse than it was (`asides`).
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

from bot.core import incidents, silences
from bot.core.casebook import Casebook
from bot.core.incident import Incident, IncidentStatus, Person, Silence, Vote
from bot.core.people import Command
from bot.core.words.durations import ago, clock, duration
from bot.core.words.persons import person, same
from bot.core.words.quoting import clean, listed, quoted

VOTES = 200
"""Votes kept of one incident; nobody counts further."""
REASON = 200
"""Longest reason kept, in characters."""
ENDS = frozenset({"end", "over", "done", "off"})
"""Words in place of a duration that end maintenance early."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of an act: whether it changed anything, the sentence for the person, and the incident's id."""

    ok: bool
    text: str
    incident: str = ""


@dataclass(frozen=True, slots=True)
class Done:
    """An act and what became of it, as it stands in the audit trail."""

    command: Command
    outcome: Outcome


def act(cases: Casebook, command: Command, past: Incident | None = None) -> Outcome:
    """Do what a person wants, if it can be done; `past` is the record of the incident it names, if not at hand."""
    if past is not None and past.status is not IncidentStatus.RESOLVED:
        cases.adopt(past)
    target = command.args[0] if command.args else ""
    if command.verb in _ON_TARGETS:
        return _ON_TARGETS[command.verb](cases, command, target, past)
    if command.verb not in _ON_INCIDENTS:
        return Outcome(ok=False, text=f"nothing here is done by {quoted(command.verb, 40)}")
    found = _named(cases, target, past)
    if isinstance(found, Outcome):
        return found
    return _ON_INCIDENTS[command.verb](cases, command, found)


def doer(command: Command) -> Person:
    """Who asked for it."""
    platform, place, user = (*command.who.split(":", 2), "", "")[:3]
    return Person(platform, place, user, command.name)


def _named(cases: Casebook, target: str, past: Incident | None) -> Incident | Outcome:
    """The incident that is meant: by its id, or as the only open one on a component or service."""
    known = cases.incidents.get(target.upper()) or past
    if known is not None:
        return known
    whole = target in {"", cases.service.id}
    about = [i for i in cases.open() if whole or target in i.active]
    if len(about) == 1:
        return about[0]
    if about:
        return Outcome(ok=False, text=f"which one? open are {listed(i.id for i in about)}")
    if whole or target in cases.service.names:
        return Outcome(ok=False, text=f"nothing is open on {_called(cases, target)}")
    return Outcome(ok=False, text=f"no incident {quoted(target, 40)} is on record")


def _ack(cases: Casebook, command: Command, incident: Incident) -> Outcome:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return _over(incident, by, command.at)
    if incident.acknowledged_at is not None:
        first = _first(incident.acknowledged_by, by)
        when = ago(incident.acknowledged_at, command.at)
        return Outcome(ok=False, text=f"already acknowledged by {first} {when}", incident=incident.id)
    taken = replace(incident, acknowledged_at=command.at, acknowledged_by=by)
    cases.put(incidents.noted(taken, command.at, "acknowledged", f"by {person(by)}"))
    return Outcome(ok=True, text=f"incident {incident.id} is acknowledged", incident=incident.id)


def _unack(cases: Casebook, command: Command, incident: Incident) -> Outcome:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return _over(incident, by, command.at)
    if incident.acknowledged_at is None:
        return Outcome(ok=False, text=f"nobody has acknowledged incident {incident.id}", incident=incident.id)
    before = "" if same(incident.acknowledged_by, by) else f", before with {person(incident.acknowledged_by)}"
    free = replace(incident, acknowledged_at=None, acknowledged_by=None)
    cases.put(incidents.noted(free, command.at, "handed back", f"by {person(by)}{before}"))
    return Outcome(ok=True, text=f"incident {incident.id} is handed back", incident=incident.id)


def _resolve(cases: Casebook, command: Command, incident: Incident) -> Outcome:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return _over(incident, by, command.at)
    cases.close(incident, by, command.at, clean(" ".join(command.args[1:]), REASON))
    text = f"incident {incident.id} is resolved; it is news again once it was well, or if it gets worse than it was"
    return Outcome(ok=True, text=text, incident=incident.id)


def _vote(cases: Casebook, command: Command, incident: Incident) -> Outcome:
    by, right = doer(command), command.verb == "right"
    if incident.status is not IncidentStatus.RESOLVED:
        return Outcome(ok=False, text=f"incident {incident.id} goes on; say so when it is over", incident=incident.id)
    before = next((v for v in incident.verdict if same(v.by, by)), None)
    if before is not None and before.right is right:
        return Outcome(ok=False, text=f"you have said {command.verb} already", incident=incident.id)
    votes = tuple(v for v in incident.verdict if v is not before)
    if len(votes) >= VOTES:
        return Outcome(ok=False, text=f"{VOTES} people have voted already", incident=incident.id)
    voted = replace(incident, verdict=(*votes, Vote(by, right)))
    cases.put(incidents.noted(voted, command.at, "feedback", f"{command.verb}, says {person(by)}"), past=incident)
    return Outcome(ok=True, text=f"noted: {command.verb}; thank you", incident=incident.id)


def _silence(cases: Casebook, command: Command, target: str, past: Incident | None) -> Outcome:
    aim = _aim(cases, target)
    if aim is None:
        by = doer(command)
        return _over(past, by, command.at) if past is not None else _no_target(target)
    wanted = command.args[1] if len(command.args) > 1 else ""
    work = command.verb == "maintenance"
    if work and wanted.casefold() in ENDS:
        return _unsilence(cases, command, target, past)
    lasting = silences.seconds_of(wanted)
    if lasting is None or not silences.SHORTEST_S <= lasting <= silences.LONGEST_S:
        most = duration(silences.LONGEST_S)
        return Outcome(ok=False, text=f'for how long? from one minute to {most}, such as "30m", "2h" or "1d"')
    reason = clean(" ".join(command.args[2:]), REASON)
    one = Silence(aim, command.at, command.at + lasting, doer(command), reason, work)
    quiet = silences.with_one(cases.silences, one)
    if len(quiet) > silences.MOST:
        return Outcome(ok=False, text=f"{silences.MOST} silences stand already; end one of them first")
    cases.silences = quiet
    cases.hush(command.at)
    what = "under maintenance" if work else "silenced"
    text = f"{_called(cases, aim)} is {what} until {clock(one.until, command.at)} ({duration(lasting)})"
    return Outcome(ok=True, text=text, incident=aim if aim in cases.incidents else "")


def _unsilence(cases: Casebook, command: Command, target: str, past: Incident | None) -> Outcome:
    aim, by = _aim(cases, target), doer(command)
    if aim is None:
        return _over(past, by, command.at) if past is not None else _no_target(target)
    incident = cases.incidents.get(aim)
    gone = silences.over(cases.silences, incident) if incident else silences.on(cases.silences, aim)
    if command.verb == "maintenance":
        gone = tuple(s for s in gone if s.work)
    if not gone:
        return Outcome(ok=False, text=f"{_called(cases, aim)} is not {_state(command.verb)}")
    cases.silences = tuple(s for s in cases.silences if s not in gone)
    for one in cases.open():
        if one.silence in gone and silences.of_incident(cases.silences, one) is None:
            cases.put(incidents.noted(replace(one, silence=None), command.at, "silence ended", f"by {person(by)}"))
    cases.hush(command.at)
    whose = listed(f"{_called(cases, s.target)} (by {_first(s.by, by)})" for s in gone)
    return Outcome(ok=True, text=f"no longer {_state(command.verb)}: {whose}", incident=aim if incident else "")


def _aim(cases: Casebook, target: str) -> str | None:
    """What a silence is on: an open incident's id, a component's, or "" for the whole service."""
    incident = cases.incidents.get(target.upper())
    if incident is not None and incident.status is not IncidentStatus.RESOLVED:
        return incident.id
    if target in cases.service.names:
        return target
    return "" if target == cases.service.id else None


def _called(cases: Casebook, target: str) -> str:
    if target in cases.incidents:
        return f"incident {target}"
    if target in {"", cases.service.id}:
        return clean(cases.service.name, 40)
    return clean(cases.service.names.get(target, target), 40)


def _state(verb: str) -> str:
    return "under maintenance" if verb == "maintenance" else "silenced"


def _no_target(target: str) -> Outcome:
    return Outcome(ok=False, text=f"nothing is called {quoted(target, 40)} here")


def _over(incident: Incident, by: Person, at: float) -> Outcome:
    """What somebody is told who comes too late."""
    ended = incident.resolved_at if incident.resolved_at is not None else at
    how = f" by {_first(incident.resolved_by, by)}" if incident.resolved_by else ""
    return Outcome(
        ok=False, text=f"incident {incident.id} is already resolved{how}, {ago(ended, at)}", incident=incident.id
    )


def _first(who: Person | None, you: Person) -> str:
    return "you" if same(who, you) else person(who)


_ON_INCIDENTS: Mapping[str, Callable[[Casebook, Command, Incident], Outcome]] = {
    "ack": _ack,
    "unack": _unack,
    "resolve": _resolve,
    "right": _vote,
    "wrong": _vote,
}
_ON_TARGETS: Mapping[str, Callable[[Casebook, Command, str, Incident | None], Outcome]] = {
    "silence": _silence,
    "maintenance": _silence,
    "unsilence": _unsilence,
}
VERBS = frozenset({*_ON_INCIDENTS, *_ON_TARGETS})
"""Everything people can do."""
