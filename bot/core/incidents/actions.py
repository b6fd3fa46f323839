"""What people do to incidents, and what each is told. Pure.

`ack`, `release` (`unack` in rows of before), `resolve`, `right` and `wrong` name an incident (or what it is on, where
there is but one), as does `responded`, by which automated responses tell what they did; what keeps quiet is below.

The first of two people wins; the other is told who was first. Nothing a person says changes what is measured: who
calls an incident over while the detector still sees trouble hears no more of it until it has been well again, or gets
worse than it was (`asides`).
"""

from collections.abc import Callable, Mapping
from dataclasses import replace

from bot.core.incidents import lifecycle, silences
from bot.core.incidents.tracker import IncidentTracker
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.ids import short_id
from bot.core.model.incident import Feedback, Incident, IncidentStatus
from bot.core.model.person import Person
from bot.core.model.silence import UNTIL_RESOLVED, Silence, Silences
from bot.core.text import durations
from bot.core.text.durations import duration
from bot.core.text.inline import between, mention, moment, relative
from bot.core.text.people import person, same
from bot.core.text.quoting import clean, listed, owned, quoted

RESPONSE = 300
"""Longest account of an automated response, in characters."""
VOTES = 200
"""Votes kept of one incident; nobody counts further."""


def act(cases: IncidentTracker, command: ActionRequest, past: Incident | None = None) -> ActionResult:
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


def _named(cases: IncidentTracker, target: str, past: Incident | None) -> Incident | ActionResult:
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


def _ack(cases: IncidentTracker, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    if incident.acknowledged_at is not None:
        taker = first(incident.acknowledged_by, by)
        when = relative(incident.acknowledged_at)
        return ActionResult(ok=False, text=f"already acknowledged by {taker} {when}", incident=incident.id)
    taken = replace(incident, acknowledged_at=command.at, acknowledged_by=by)
    said = f"{mention(by)} acknowledged {cases.called(incident.components)}"
    cases.put(lifecycle.noted(taken, command.at, "acknowledged", f"by {person(by)}", said=said))
    return ActionResult(ok=True, text=f"You're on it: incident {incident.id}", incident=incident.id)


def _release(cases: IncidentTracker, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    if incident.acknowledged_at is None:
        return ActionResult(ok=False, text=f"nobody has acknowledged incident {incident.id}", incident=incident.id)
    own, taker = same(incident.acknowledged_by, by), incident.acknowledged_by
    text = f"{person(by)} released it{'' if own else f' (was {owned(person(taker))})'}"
    said = f"{mention(by)} released {cases.called(incident.components)}{'' if own else f' (was {mention(taker)})'}"
    free = replace(incident, acknowledged_at=None, acknowledged_by=None)
    cases.put(lifecycle.noted(free, command.at, "released", text, said=said))
    return ActionResult(ok=True, text=f"incident {incident.id} is released; nobody is on it now", incident=incident.id)


def _resolve(cases: IncidentTracker, command: ActionRequest, incident: Incident) -> ActionResult:
    by = doer(command)
    if incident.status is IncidentStatus.RESOLVED:
        return too_late(incident, by, command.at)
    cases.close(incident, by, command.at, clean(" ".join(command.args[1:]), REASON))
    text = f"incident {incident.id} is resolved; I'll post again if it recovers and fails anew, or gets worse"
    return ActionResult(ok=True, text=text, incident=incident.id)


VOTE = {True: "useful alert", False: "false alarm"}


def _vote(cases: IncidentTracker, command: ActionRequest, incident: Incident) -> ActionResult:
    by, right = doer(command), command.verb == "right"
    if incident.status is not IncidentStatus.RESOLVED:
        return ActionResult(
            ok=False, text=f"incident {incident.id} goes on; say so when it is over", incident=incident.id
        )
    before = next((v for v in incident.verdict if same(v.by, by)), None)
    if before is not None and before.right is right:
        return ActionResult(ok=False, text=f"You have already said: {VOTE[right]}", incident=incident.id)
    votes = tuple(v for v in incident.verdict if v is not before)
    if len(votes) >= VOTES:
        return ActionResult(ok=False, text=f"{VOTES} people have voted already", incident=incident.id)
    voted = replace(incident, verdict=(*votes, Feedback(by, right)))
    cases.put(lifecycle.noted(voted, command.at, "feedback", f"{VOTE[right]}, by {person(by)}"), past=incident)
    return ActionResult(ok=True, text=f"Thanks, noted: {VOTE[right]}", incident=incident.id)


def _responded(cases: IncidentTracker, command: ActionRequest, incident: Incident) -> ActionResult:
    """What was done about it by itself, which changes nothing else in it."""
    text = clean(" ".join(command.args[1:]), RESPONSE) or "responded without an account"
    said = f"{cases.called(incident.components)}: {text}"
    cases.put(lifecycle.noted(incident, command.at, "response", text, said=said), past=incident)
    return ActionResult(ok=True, text=text, incident=incident.id)


_ON_INCIDENTS: Mapping[str, Callable[[IncidentTracker, ActionRequest, Incident], ActionResult]] = {
    "ack": _ack,
    "release": _release,
    "unack": _release,
    "resolve": _resolve,
    "right": _vote,
    "wrong": _vote,
    "responded": _responded,
}


def silence(cases: IncidentTracker, command: ActionRequest, target: str, past: Incident | None) -> ActionResult:
    """Begin a silence, or announce work; in place of a length, a word may end the work."""
    aim = _aim(cases, target)
    if aim is None:
        return too_late(past, doer(command), command.at) if past is not None else _no_target(cases, target)
    wanted = command.args[1] if len(command.args) > 1 else ""
    if command.verb == "maintenance" and wanted.casefold() in ENDS:
        return unsilence(cases, command, target, past)
    one = _wished(aim, wanted, command)
    return one if isinstance(one, ActionResult) else _begun(cases, one, command.at)


def unsilence(cases: IncidentTracker, command: ActionRequest, target: str, past: Incident | None) -> ActionResult:
    """End what keeps something quiet: a silence by its id or target, or all that holds an incident back."""
    by, at = doer(command), command.at
    aim = next((s.id for s in cases.silences if s.id and s.id == target.upper()), None) or _aim(cases, target)
    if aim is None:
        return too_late(past, by, at) if past is not None else _no_target(cases, target)
    incident = cases.incidents.get(aim)
    gone = silences.over(cases.silences, incident, cases.ground) if incident else silences.on(cases.silences, aim)
    if command.verb == "maintenance":
        gone = tuple(s for s in gone if s.work)
    # What is to come is called off only where nothing is under way.
    gone = silences.under_way(gone, at) or gone
    if not gone:
        return ActionResult(ok=False, text=f"{_said(cases, aim)} is not {_state(work=command.verb == 'maintenance')}")
    _end(cases, gone, at, by)
    whose = listed(f"{_said(cases, s.target)} (by {first(s.by, by)})" for s in gone)
    works = all(s.work for s in gone)
    return ActionResult(ok=True, text=f"no longer {_state(work=works)}: {whose}", incident=aim if incident else "")


_ON_TARGETS: Mapping[str, Callable[[IncidentTracker, ActionRequest, str, Incident | None], ActionResult]] = {
    "silence": silence,
    "maintenance": silence,
    "unsilence": unsilence,
}
VERBS = frozenset({*_ON_INCIDENTS, *_ON_TARGETS})
"""Everything people can do."""


ENDS = frozenset({"end", "over", "done", "off"})
"""Words in place of a duration that end maintenance early."""
FROM = " from "
"""Between a length and the moment it begins at, Unix seconds."""
AHEAD_S = 30 * 86_400.0
"""How far ahead work can be announced."""


def _begun(cases: IncidentTracker, one: Silence, at: float) -> ActionResult:
    """Keep a silence, where nothing speaks against it."""
    if one.until <= at:
        return ActionResult(ok=False, text=f"that ended {duration(at - one.until)} ago")
    covers = sum(bool(silences.over((one,), i, cases.ground)) for i in cases.open())
    if one.till_over and not covers:
        return ActionResult(
            ok=False, text=f'nothing is open on {_said(cases, one.target)}; say for how long, such as "2h"'
        )
    quieter = silences.with_one(cases.silences, one, at)
    if len(quieter) > silences.MOST:
        return ActionResult(ok=False, text=f"{silences.MOST} silences stand already; end one of them first")
    cases.silences = quieter
    cases.hush(at)
    known = one.target if one.target in cases.incidents else ""
    return ActionResult(ok=True, text=_told(cases, one, at), incident=known, silence=one.id, covers=covers)


def _wished(aim: str, wanted: str, command: ActionRequest) -> Silence | ActionResult:
    """The silence that is meant by a length, or what is wrong with that length."""
    work = command.verb == "maintenance"
    length, later, begins = wanted.partition(FROM)
    till_over = length.casefold() == UNTIL_RESOLVED and not work and not later
    lasting = silences.LONGEST_S if till_over else durations.seconds_of(length)
    if lasting is None or not silences.SHORTEST_S <= lasting <= silences.LONGEST_S:
        most = _days(silences.LONGEST_S)
        return ActionResult(ok=False, text=f'for how long? from one minute to {most}, such as "30m", "2h" or "1d"')
    since = command.at
    if later:
        if not begins.isascii() or not begins.isdigit() or not work or abs(float(begins) - command.at) > AHEAD_S:
            return ActionResult(ok=False, text=f"only maintenance begins later, and within {_days(AHEAD_S)}")
        since = float(begins)
    reason = clean(" ".join(command.args[2:]), REASON)
    named = f"S{short_id('silence', command.id)}" if command.id else ""
    return Silence(aim, since, since + lasting, doer(command), reason, work, till_over, named, command.where)


def _days(seconds: float) -> str:
    """A limit of whole days."""
    return f"{seconds / 86_400:.0f} days"


def _told(cases: IncidentTracker, one: Silence, now: float) -> str:
    """What the person is told of a silence that stands now, or will."""
    what, lasts = _said(cases, one.target), duration(one.until - one.since)
    if one.till_over:
        return f"{what} is silenced until it is over, for {_days(one.until - one.since)} at the longest"
    if one.since > now:
        when = f"from {between(one.since, one.until)} ({lasts}; in {duration(one.since - now)})"
        return f"{what} will be {_state(work=one.work)} {when}"
    return f"{what} is {_state(work=one.work)} until {moment(one.until)} ({lasts})"


def _end(cases: IncidentTracker, gone: Silences, at: float, by: Person) -> None:
    cases.silences = tuple(s for s in cases.silences if s not in gone)
    for one in cases.open():
        if one.silence in gone and cases.holding(one, at) is None:
            free, name = replace(one, silence=None), cases.called(one.active or one.components)
            said = f"{lifecycle.RESUMED} {mention(by)} ended the silence on {name}"
            cases.put(lifecycle.noted(free, at, "silence ended", f"by {person(by)}", said=said))
    cases.hush(at)


def _aim(cases: IncidentTracker, target: str) -> str | None:
    """What a silence is on: an open incident's id, a component's, "" for the whole service, or matchers."""
    incident = cases.incidents.get(target.upper())
    if incident is not None and incident.status is not IncidentStatus.RESOLVED:
        return incident.id
    if target in cases.service.names:
        return target
    if target == cases.service.id:
        return ""
    conditions = silences.conditions_of(target)
    reached = conditions and cases.ground.reaches(conditions, cases.service.names)
    return target if reached and not cases.ground.unknown(conditions) else None


def _said(cases: IncidentTracker, target: str) -> str:
    """What people call it; matchers as they are written."""
    return f"everything that matches {clean(target, 200)}" if silences.conditions_of(target) else called(cases, target)


def _state(*, work: bool) -> str:
    return "under maintenance" if work else "silenced"


def _no_target(cases: IncidentTracker, target: str) -> ActionResult:
    conditions = silences.conditions_of(target)
    if not conditions:
        return ActionResult(ok=False, text=f"nothing is called {quoted(target, 40)} here")
    unknown = cases.ground.unknown(conditions)
    why = f"no {quoted(unknown, 40)}" if unknown else "nothing that this could fit"
    return ActionResult(ok=False, text=f"{clean(cases.service.name, 40)} has {why}")


REASON = 200
"""Longest reason kept, in characters."""


def doer(command: ActionRequest) -> Person:
    """Who asked for it."""
    platform, place, user = (*command.who.split(":", 2), "", "")[:3]
    return Person(platform, place, user, command.name)


def called(cases: IncidentTracker, target: str) -> str:
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
        ok=False, text=f"incident {incident.id} is already resolved{how}, {relative(ended)}", incident=incident.id
    )
