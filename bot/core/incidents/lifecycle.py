"""The life of an incident: opened, changed, monitoring, resolved, each step with its line for the timeline. Pure."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from bot.core.detection.assessment import Transition, Trouble
from bot.core.model.card import Colour
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.person import Person
from bot.core.model.severity import SEVERITY, TROUBLE, worse
from bot.core.model.silence import Silence
from bot.core.model.statuspage import PageStatus
from bot.core.text.durations import clock, duration
from bot.core.text.inline import mention, moment, utc
from bot.core.text.numbers import span
from bot.core.text.people import person
from bot.core.text.quoting import quoted
from bot.core.text.silences import hushed
from bot.core.text.states import EMOJI, SILENCED, TONE
from bot.core.text.symptoms import UNSURE, is_down, quiet_words, shade_of, sure
from probes.model import Layer, State

WORSE_S, BETTER_S = 60.0, 300.0
"""How long another state must last before messages take its colour."""
BEFORE_S = 300.0
"""A page that was red for longer than this before our first failure may be red about something else."""
Called = Callable[[Iterable[str]], str]
"""What people call some components of the service: "Claude API", "Claude (API and Claude Code)"."""
PAGE_BEFORE = "page red before"
RESUMED = "🔔"
"""Begins the line that something is no longer silent."""
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


def widened(incident: Incident, step: Transition, called: Called) -> Incident:
    """The same incident after another opening or a change: more components, another state, a higher peak."""
    joined = tuple(sorted(set(step.components) - set(incident.active)))
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
    if not joined:
        return noted(changed, step.at, "changed", step.why)
    verb = "is slow" if incident.kind == "slowness" else "fails"
    return noted(changed, step.at, "widened", step.why, said=f"{called(joined)} {verb} too")


def narrowed(incident: Incident, step: Transition, called: Called) -> Incident:
    """The same incident after the detector found some of its components, or all, well again."""
    active = tuple(c for c in incident.active if c not in step.components)
    known = [at for at in (incident.failed_at, step.failed_at) if at is not None]
    incident = replace(incident, failed_at=max(known, default=None))
    if active:
        recovered = f"{called(step.components)} recovered"
        return noted(replace(incident, active=active), step.at, "recovered", recovered, said=recovered)
    over = replace(incident, active=(), status=IncidentStatus.RESOLVED, resolved_at=step.at, state=State.OPERATIONAL)
    return noted(over, step.at, "resolved", step.why, said=_end(over, called))


def _end(over: Incident, called: Called) -> str:
    """As in "🟢 Claude API recovered after 1h 5m"; by a person where one called it over."""
    by = f"was resolved by {mention(over.resolved_by)}" if over.resolved_by is not None else "recovered"
    return f"{EMOJI[Colour.GREEN]} {called(over.components)} {by} after {duration(over.over_after_s)}"


def turned(incident: Incident, before: State, called: Called, measured: Iterable[Measurement], now: float) -> Incident:
    """The same incident with the line that it got worse or better than `before`."""
    worse_now = SEVERITY.get(incident.shade, 0) > SEVERITY.get(before, 0)
    rates = [m.rate for m in measured if sure(m) and not m.slow]
    how = f": ~{span(min(rates), max(rates))} of requests failing" if rates else ""
    name, event = called(incident.active), "worse" if worse_now else "better"
    said = f"{EMOJI[TONE[incident.shade]]} {name} got {event}{how}"
    return noted(incident, now, event, f"{name}{how}", said=said)


def failed(incident: Incident, troubles: Iterable[Trouble]) -> Incident:
    """The same incident with the last failure (or slow answer) of what its components suffer from."""
    if incident.scope == "vantage" or incident.kind == "reports":
        return incident
    known = [one.failed_at for one in troubles if one.slow is (incident.kind == "slowness")]
    last = max((at for at in known if at >= incident.started_at), default=None)
    if last is None or (incident.failed_at is not None and incident.failed_at >= last):
        return incident
    return replace(incident, failed_at=last)


def watched(incident: Incident, *, quiet: bool, now: float) -> Incident:
    """Between open and resolved: quiet since a last failure is `MONITORING`, trouble again is `OPEN`."""
    if quiet and incident.status is IncidentStatus.OPEN:
        after = replace(incident, status=IncidentStatus.MONITORING)
        return noted(after, now, "monitoring", quiet_words(incident.kind))
    if not quiet and incident.status is IncidentStatus.MONITORING:
        return noted(
            replace(incident, status=IncidentStatus.OPEN),
            now,
            "reopened",
            "slow again" if incident.kind == "slowness" else "failures again",
        )
    return incident


def admitted(incident: Incident, heard: Mapping[str, PageStatus], names: Mapping[str, str]) -> Incident:
    """Note the moment, by our clock, when the page first admits trouble on an affected component.

    A page that was red there long before is noted as that and no more: it may speak of something else.
    """
    if incident.page_first_at is not None:
        return incident
    red = [(h.since, c) for c in incident.components if (h := heard.get(c)) and h.since and SEVERITY.get(h.state)]
    admissions = [(since, c) for since, c in red if since >= incident.started_at - BEFORE_S]
    if admissions:
        since, component = min(admissions)
        word = _their_word(heard[component], names.get(component, component))
        after, text, said = replace(incident, page_first_at=since), f"the page says {word}", f"Status page: {word}"
        return noted(after, since, "status page", text, said=said)
    if not red or incident.page_red_since is not None:
        return incident
    since, component = min(red)
    word = _their_word(heard[component], names.get(component, component))
    text = f"the page has shown {word}; since {clock(since, incident.started_at)}, before our first failure"
    said = f"Status page: {word}; since {moment(since)}, before our first failure"
    return noted(replace(incident, page_red_since=since), incident.opened_at, PAGE_BEFORE, text, said=said)


def _their_word(heard: PageStatus, name: str) -> str:
    words = f": {quoted(heard.words)}" if heard.words.strip() else ""
    return f"{heard.state.value.replace('_', ' ')} of {name}{words}"


def closed(incident: Incident, by: Person, at: float, reason: str, called: Called) -> Incident:
    """The same incident called over by a person, whatever is measured."""
    over = replace(incident, active=(), status=IncidentStatus.RESOLVED, resolved_at=at, state=State.OPERATIONAL)
    over = replace(over, resolved_by=by)
    why = f": {quoted(reason)}" if reason.strip() else ""
    return noted(over, at, "resolved", f"by {person(by)}{why}", said=f"{_end(over, called)}{why}")


def held(incident: Incident, silence: Silence | None, called: Called, now: float) -> Incident:
    """The same incident with the silence that holds it back now, if any; each beginning and end has its line."""
    before = incident.silence
    if silence == before:
        return incident
    after, name = replace(incident, silence=silence), called(incident.active or incident.components)
    if silence is not None:
        return noted(after, now, "silenced", utc(hushed(silence), now), said=_hushing(silence, name))
    if before is not None and before.until > now:
        text, said = f"trouble beyond what {person(before.by)} silenced", f"beyond what {mention(before.by)} silenced"
        return noted(after, now, "silence ended", text, said=f"{RESUMED} {name} is in trouble {said}")
    what = "maintenance" if before is not None and before.work else "silence"
    still = "quiet now, not yet over" if incident.status is IncidentStatus.MONITORING else "still failing"
    text = still if what == "silence" else f"{what} ended, {still}"
    return noted(after, now, "silence ended", text, said=f"{RESUMED} {name}: {what} ended, {still}")


def _hushing(silence: Silence, name: str) -> str:
    """`🔕 Ann silenced Claude API until 16:30: "known"`."""
    sign = EMOJI[Colour.BLUE] if silence.work else SILENCED
    what = f"announced maintenance of {name}" if silence.work else f"silenced {name}"
    until = f" until {moment(silence.until)}"
    if silence.till_over or silence.endless:
        until = " until it is over" if silence.till_over else " without a stated end"
    why = f": {quoted(silence.reason)}" if silence.reason else ""
    return f"{sign} {mention(silence.by)} {what}{until}{why}"


def noted(  # noqa: PLR0913, PLR0917 - the fields of a line
    incident: Incident, at: float, event: str, text: str, to: tuple[str, ...] = (), said: str = ""
) -> Incident:
    """The incident with one more line in its timeline (said only `to` some, if to any) and the next version."""
    timeline = (*incident.timeline, TimelineEntry(at, event, text, to, said))
    if len(timeline) > TIMELINE:
        timeline = (*timeline[: TIMELINE // 2], *timeline[-TIMELINE // 2 :])
    return replace(incident, timeline=timeline, version=incident.version + 1)


def peaked(incident: Incident, measured: Iterable[Measurement]) -> Incident:
    """The same incident with the highest failure rate so far: the highest that any message may have said."""
    if incident.kind == "slowness":
        return incident
    every = list(measured)
    if every and all(m.layer == Layer.JOB for m in every):
        return replace(incident, peak_rate=0.0) if incident.peak_rate else incident  # no requests to have a rate
    rates = [m.rate for m in every if sure(m) and not m.slow]
    highest = max(rates, default=0.0)
    return replace(incident, peak_rate=highest) if highest > incident.peak_rate else incident


def shaded(incident: Incident, measured: Iterable[Measurement], now: float) -> Incident:
    """The same incident with the colour its messages have, which follows what is measured only once that has lasted.

    A total failure is red at once. Otherwise worse must last for `WORSE_S`, and better for `BETTER_S`: at a constant
    rate the measured state wobbles around a border, and no message may.
    """
    if incident.kind == "slowness" or incident.scope == "vantage" or incident.status is not IncidentStatus.OPEN:
        return incident
    every = [m for m in measured if m.state in TROUBLE and not m.monitoring]
    if not every:
        return incident
    state = max((shade_of(m) for m in every), key=lambda s: SEVERITY.get(s, 0))
    if incident.shade is State.UNKNOWN:
        return replace(incident, shade=state, shade_against=None)
    if state is incident.shade:
        return incident if incident.shade_against is None else replace(incident, shade_against=None)
    since = incident.shade_against if incident.shade_against is not None else now
    risen = SEVERITY.get(state, 0) > SEVERITY.get(incident.shade, 0)
    total = risen and any(is_down(m) for m in every)
    if not total and now - since < (WORSE_S if risen else BETTER_S):
        return incident if incident.shade_against is not None else replace(incident, shade_against=now)
    return replace(incident, shade=state, shade_against=None)


def _sure(step: Transition) -> float:
    """The rate as a peak to remember: 0 while no message would say it."""
    certain = step.down or (step.high - step.low <= UNSURE and step.rate < 1)
    return step.rate if step.kind != "slowness" and certain else 0.0
