"""The life of an incident: opened, changed, monitoring, resolved, each step with its line for the timeline. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import replace

from bot.core.detection.assessment import Transition
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.severity import SEVERITY, worse
from bot.core.model.silence import Silence
from bot.core.model.statuspage import PageStatus
from bot.core.text.people import hushed, person
from bot.core.text.quoting import quoted
from probes.model import State

SURE = 0.4
"""An interval of a rate wider than this is a guess."""
TIMELINE = 200
"""Lines kept of one incident; the first ones and the latest matter, the middle is what goes."""


def opened(service: str, step: Transition) -> Incident:
    """A new incident from the detector's opening."""
    incident = Incident(
        id=short_id(service, step.kind, step.scope, f"{step.at:.3f}"),
        service=service,
        kind=step.kind,
        status=IncidentStatus.OPEN,
        components=tuple(sorted(step.components)),
        active=tuple(sorted(step.components)),
        state=step.state,
        started_at=step.started_at,
        opened_at=step.at,
        scope=step.scope,
        vantage=step.vantage if step.scope == "vantage" else "",
        worst=step.state,
        peak_rate=_sure(step),
        why=step.why,
    )
    return noted(incident, step.at, "opened", step.why)


def widened(incident: Incident, step: Transition) -> Incident:
    """The same incident after another opening or a change: more components, another state, a higher peak."""
    fresh = set(step.components) - set(incident.active) if step.event == "opened" else set()
    active = tuple(sorted({*incident.active, *step.components}))
    changed = replace(
        incident,
        status=IncidentStatus.OPEN,
        active=active,
        components=tuple(sorted({*incident.components, *active})),
        state=step.state if len(active) == len(step.components) else worse(incident.state, step.state),
        worst=worse(incident.worst, step.state),
        peak_rate=max(incident.peak_rate, _sure(step)),
        started_at=min(incident.started_at, step.started_at) if fresh else incident.started_at,
    )
    return noted(changed, step.at, "changed", step.why)


def narrowed(incident: Incident, step: Transition, names: Mapping[str, str]) -> Incident:
    """The same incident after the detector found some of its components, or all, well again."""
    active = tuple(c for c in incident.active if c not in step.components)
    if active:
        well = ", ".join(names.get(c, c) for c in step.components)
        return noted(replace(incident, active=active), step.at, "recovered", f"{well}: well again")
    over = replace(incident, active=(), status=IncidentStatus.RESOLVED, resolved_at=step.at, state=State.OPERATIONAL)
    return noted(over, step.at, "resolved", step.why)


def watched(incident: Incident, *, quiet: bool, now: float) -> Incident:
    """Between open and resolved: quiet for a while is `MONITORING`, trouble again is `OPEN`."""
    if quiet and incident.status is IncidentStatus.OPEN:
        return noted(replace(incident, status=IncidentStatus.MONITORING), now, "monitoring", quiet_words(incident.kind))
    if not quiet and incident.status is IncidentStatus.MONITORING:
        return noted(
            replace(incident, status=IncidentStatus.OPEN),
            now,
            "reopened",
            "slow again" if incident.kind == "slowness" else "failures again",
        )
    return incident


def quiet_words(kind: str) -> str:
    """What is said of an incident of this kind while nothing more is seen of it."""
    return "fast again" if kind == "slowness" else "no failures lately"


def admitted(incident: Incident, heard: Mapping[str, PageStatus], names: Mapping[str, str]) -> Incident:
    """Note the moment, by our clock, when the page first admits trouble on an affected component."""
    if incident.page_first_at is not None:
        return incident
    red = [(h.since, c) for c in incident.components if (h := heard.get(c)) and h.since and SEVERITY.get(h.state)]
    if not red:
        return incident
    since, component = min(red)
    heard_of = heard[component]
    words = f": {quoted(heard_of.words)}" if heard_of.words.strip() else ""
    text = f"the page says {heard_of.state.value.replace('_', ' ')} of {names.get(component, component)}{words}"
    return noted(replace(incident, page_first_at=since), since, "status page", text)


def closed(incident: Incident, by: Person, at: float, reason: str) -> Incident:
    """The same incident called over by a person, whatever is measured."""
    over = replace(incident, active=(), status=IncidentStatus.RESOLVED, resolved_at=at, state=State.OPERATIONAL)
    why = f": {quoted(reason)}" if reason.strip() else ""
    return noted(replace(over, resolved_by=by), at, "resolved", f"by {person(by)}{why}")


def held(incident: Incident, silence: Silence | None, now: float) -> Incident:
    """The same incident with the silence that holds it back now, if any; each beginning and end has its line."""
    before = incident.silence
    if silence == before:
        return incident
    after = replace(incident, silence=silence)
    if silence is not None:
        return noted(after, now, "silenced", hushed(silence, now))
    if before is not None and before.until > now:
        return noted(after, now, "silence ended", f"trouble beyond what {person(before.by)} silenced")
    what = "maintenance" if before is not None and before.work else "silence"
    still = "quiet now, not yet over" if incident.status is IncidentStatus.MONITORING else "still failing"
    return noted(after, now, "silence ended", f"{what} ended, {still}")


def noted(incident: Incident, at: float, event: str, text: str, to: tuple[str, ...] = ()) -> Incident:
    """The incident with one more line in its timeline (said only `to` some, if to any) and the next version."""
    timeline = (*incident.timeline, TimelineEntry(at, event, text, to))
    if len(timeline) > TIMELINE:
        timeline = (*timeline[: TIMELINE // 2], *timeline[-TIMELINE // 2 :])
    return replace(incident, timeline=timeline, version=incident.version + 1)


def peaked(incident: Incident, measured: Iterable[Measurement]) -> Incident:
    """The same incident with the highest failure rate so far; one that is only guessed at is no peak."""
    if incident.kind == "slowness":
        return incident
    rates = [m.rate for m in measured if m.total and m.high - m.low <= SURE and not m.slow]
    highest = max(rates, default=0.0)
    return replace(incident, peak_rate=highest) if highest > incident.peak_rate else incident


def _sure(step: Transition) -> float:
    """The failure rate as a peak to remember: while it is only guessed at, what it is at least. Slow is not failed."""
    if step.kind == "slowness":
        return 0.0
    return step.rate if step.high - step.low <= SURE else step.low
