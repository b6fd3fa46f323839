"""What is kept quiet by people's wish, and no longer: `silence`, `unsilence` and `maintenance`. Pure.

They name an incident, a component, the service, a silence's id (to end it), or matchers. The length is one people
write, or "until resolved"; maintenance may begin later ("90m from <Unix seconds>").
"""

from dataclasses import replace

from bot.core import incidents, silences
from bot.core.casebook import Casebook
from bot.core.model.action import ActionRequest, ActionResult
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.person import Person
from bot.core.model.silence import UNTIL_RESOLVED, Silence, Silences
from bot.core.text import durations
from bot.core.text.durations import between, clock, duration
from bot.core.text.people import person
from bot.core.text.quoting import clean, listed, quoted
from bot.core.verdicts import REASON, called, doer, first, too_late

ENDS = frozenset({"end", "over", "done", "off"})
"""Words in place of a duration that end maintenance early."""
FROM = " from "
"""Between a length and the moment it begins at, Unix seconds."""
AHEAD_S = 30 * 86_400.0
"""How far ahead work can be announced."""


def quiet(cases: Casebook, command: ActionRequest, target: str, past: Incident | None) -> ActionResult:
    """Begin a silence, or announce work; in place of a length, a word may end the work."""
    aim = _aim(cases, target)
    if aim is None:
        return too_late(past, doer(command), command.at) if past is not None else _no_target(cases, target)
    wanted = command.args[1] if len(command.args) > 1 else ""
    if command.verb == "maintenance" and wanted.casefold() in ENDS:
        return loud(cases, command, target, past)
    one = _wished(aim, wanted, command)
    return one if isinstance(one, ActionResult) else _begun(cases, one, command.at)


def loud(cases: Casebook, command: ActionRequest, target: str, past: Incident | None) -> ActionResult:
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


def _begun(cases: Casebook, one: Silence, at: float) -> ActionResult:
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
        most = duration(silences.LONGEST_S)
        return ActionResult(ok=False, text=f'for how long? from one minute to {most}, such as "30m", "2h" or "1d"')
    since = command.at
    if later:
        if not begins.isascii() or not begins.isdigit() or not work or abs(float(begins) - command.at) > AHEAD_S:
            most = duration(AHEAD_S)
            return ActionResult(ok=False, text=f"only maintenance begins later, and within {most}")
        since = float(begins)
    reason = clean(" ".join(command.args[2:]), REASON)
    named = f"S{short_id('silence', command.id)}" if command.id else ""
    return Silence(aim, since, since + lasting, doer(command), reason, work, till_over, named, command.where)


def _told(cases: Casebook, one: Silence, now: float) -> str:
    """What the person is told of a silence that stands now, or will."""
    what, lasts = _said(cases, one.target), duration(one.until - one.since)
    if one.till_over:
        return f"{what} is silenced until it is over, for {lasts} at the longest"
    if one.since > now:
        when = f"from {between(one.since, one.until, now)} ({lasts}; in {duration(one.since - now)})"
        return f"{what} will be {_state(work=one.work)} {when}"
    return f"{what} is {_state(work=one.work)} until {clock(one.until, now)} ({lasts})"


def _end(cases: Casebook, gone: Silences, at: float, by: Person) -> None:
    cases.silences = tuple(s for s in cases.silences if s not in gone)
    for one in cases.open():
        if one.silence in gone and cases.holding(one, at) is None:
            cases.put(incidents.noted(replace(one, silence=None), at, "silence ended", f"by {person(by)}"))
    cases.hush(at)


def _aim(cases: Casebook, target: str) -> str | None:
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


def _said(cases: Casebook, target: str) -> str:
    """What people call it; matchers as they are written."""
    return f"what fits {clean(target, 200)}" if silences.conditions_of(target) else called(cases, target)


def _state(*, work: bool) -> str:
    return "under maintenance" if work else "silenced"


def _no_target(cases: Casebook, target: str) -> ActionResult:
    conditions = silences.conditions_of(target)
    if not conditions:
        return ActionResult(ok=False, text=f"nothing is called {quoted(target, 40)} here")
    unknown = cases.ground.unknown(conditions)
    why = f"no {quoted(unknown, 40)}" if unknown else "nothing that this could fit"
    return ActionResult(ok=False, text=f"{clean(cases.service.name, 40)} has {why}")
