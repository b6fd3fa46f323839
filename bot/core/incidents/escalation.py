"""What becomes of an incident that nobody acknowledges: the steps of its escalations, and reminders. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import replace

from bot.core.incidents import lifecycle
from bot.core.incidents.tracker import IncidentTracker
from bot.core.model.escalation import Due, EscalationProgress, Policy
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.severity import SEVERITY
from bot.core.model.snapshot import Snapshot
from bot.core.text.durations import duration
from bot.core.text.escalation import step_words

Calls = Callable[[Snapshot], Sequence[Policy]]
"""The policies that the routes in force want for an incident."""
Reached = Callable[[str, float], Collection[str]]
"""The targets at which an incident's message stands already at a time (Unix seconds)."""


def nobody(_: Snapshot) -> Sequence[Policy]:
    """No policy for anything."""
    return ()


def nowhere(_: str, __: float) -> Collection[str]:
    """No message of the incident is posted anywhere."""
    return ()


def escalate_due(
    cases: IncidentTracker, wanted: Callable[[Incident], Sequence[Policy]], now: float, reached: Reached = nowhere
) -> None:
    """Take the steps that are due at `now` (Unix seconds), one of each course, each with its line.

    Whom a step calls where the message stands already is reminded there: nobody would see that it is meant for them.
    """
    for incident in cases.open():
        after, lines = _pressed(incident, wanted, now, reached(incident.id, now))
        name = cases.called(incident.active or incident.components)
        for line in lines:
            after = lifecycle.noted(after, line.at, line.event, line.text, line.to, f"{name}: {_sentence(line)}")
        if lines:
            cases.put(after)
        else:
            cases.keep(after)


def _sentence(line: TimelineEntry) -> str:
    """What a thread says of a step, after whom it is about."""
    return line.text if line.event == "reminded" else f"{line.event}, {line.text}"


def _pressed(
    incident: Incident, wanted: Callable[[Incident], Sequence[Policy]], now: float, reached: Collection[str]
) -> tuple[Incident, list[TimelineEntry]]:
    if incident.acknowledged_at is not None or incident.silence is not None:
        return replace(incident, courses=tuple(c.stopped() for c in incident.courses)), []
    courses, lines = list[EscalationProgress](), list[TimelineEntry]()
    for course in _courses(incident, wanted(incident), now):
        due = course.due
        if due is None or due.at > now or incident.status is not IncidentStatus.OPEN:
            courses.append(course)
            continue
        lines += _said(course, due, now, reached)
        courses.append(course.stepped(due, now))
    return replace(incident, courses=tuple(courses)), lines


def _courses(incident: Incident, policies: Sequence[Policy], now: float) -> list[EscalationProgress]:
    """Those that go on, with their policies as they are configured now, and those that begin."""
    fresh = {p.name: p for p in policies if SEVERITY.get(incident.worst, 0) >= SEVERITY.get(p.minimum, 0)}
    going = [replace(c.going(now), policy=fresh.get(c.policy.name, c.policy)) for c in incident.courses]
    known = {c.policy.name for c in going}
    return [*going, *(EscalationProgress(p, now, now) for name, p in fresh.items() if name not in known)]


def _said(course: EscalationProgress, due: Due, now: float, reached: Collection[str]) -> list[TimelineEntry]:
    """The line for everybody; those who were told before, by whatever way, are reminded."""
    elapsed = now - course.begun
    # A first step that comes at once waited for nobody.
    waited = f"nobody acknowledged for {duration(elapsed)}" if elapsed >= 1 else ""
    again = due.to if course.policy.reminds else tuple(t for t in due.to if t in course.to or t in reached)
    lines = (
        []
        if course.policy.reminds
        else [TimelineEntry(now, "escalated", "; ".join(filter(None, (step_words(course.policy, due), waited))))]
    )
    reminder = ", ".join(filter(None, ("still open", waited)))
    return [*lines, TimelineEntry(now, "reminded", reminder, again)] if again else lines
