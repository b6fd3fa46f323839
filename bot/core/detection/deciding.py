"""The decisions themselves: from evidence and courses to transitions. Pure; `episodes` holds what is decided upon."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.detection.assessment import Kind, Scope, Transition
from bot.core.detection.course import Course
from bot.core.detection.severity import Severity, pooled
from bot.core.detection.summary import counted
from probes.model import State

if TYPE_CHECKING:
    from bot.core.detection.assessment import Event
    from bot.core.detection.episodes import Episodes

ONE_VANTAGE, NOT_ONE = 0.5, 0.01
"""Above the one share of the evidence with single vantages it is that vantage's trouble, below the other the vendor's;
in between the next looks will tell."""
BESIDE = 0.2
"""A component whose part of the evidence is at least this much of the leading one's is taken to fail with it."""


def decided(now: Episodes, at: float) -> list[Transition]:
    """All that follows at this moment."""
    steps = []
    if now.detector.threshold and now.evidence(at) >= now.detector.threshold:
        steps += _begins(now, at)
    steps += _changes(now, at) + _ends(now, at) + _vantage_ends(now, at)
    for component in sorted(now.slow):
        steps += _slowness(now, component, at)
    return steps


def _begins(now: Episodes, at: float) -> list[Transition]:
    parts = now.parts(at)
    total = sum(parts.values())
    alone = {name: part for (kind, name), part in parts.items() if kind == "vantage"}
    if sum(alone.values()) > ONE_VANTAGE * total:
        return [_vantage_begins(now, max(sorted(alone), key=alone.__getitem__), at)]
    if sum(alone.values()) > NOT_ONE * total:
        return []
    single = {name: part for (kind, name), part in parts.items() if kind == "component"}
    leading = max(single.values(), default=0.0)
    if parts[("all", "")] >= leading:
        fresh = {c for c in {s.component for s in now.detector.streams.values()} if c not in now.standing}
    else:
        fresh = {c for c, part in single.items() if part >= BESIDE * leading and c not in now.standing}
    event: Event = "changed" if now.standing else "opened"
    now.hearings.clear()
    for component in sorted(fresh):
        now.standing[component] = at
        now.courses.setdefault(component, Course(at, at, at))
    now.detector.settled |= fresh
    now.detector.begin_anew(fresh)
    together = pooled(now.courses[c].severity for c in now.standing)
    together.classify(1)
    for component in fresh:
        severity = now.courses[component].severity
        severity.level = together.level
        if severity.total:
            severity.level = -1
            severity.classify(1)
    return [_transition(now, event, at)]


def _transition(now: Episodes, event: Event, at: float) -> Transition:
    components = tuple(sorted(now.standing))
    courses = [now.courses[c] for c in components]
    everything = len(components) > 1 and len(components) == len(now.components())
    together = pooled(c.severity for c in courses)
    state = State.MAJOR if any(c.severity.state is State.MAJOR for c in courses) else State.PARTIAL
    return _said(at, event, "service" if everything else "component", components, courses, together, state)


def _said(  # noqa: PLR0913, PLR0917 - one value is made of all this, in one place
    at: float,
    event: Event,
    scope: Scope,
    components: tuple[str, ...],
    courses: list[Course],
    severity: Severity,
    state: State,
    kind: Kind = "failures",
    vantage: str = "",
) -> Transition:
    began = min(c.began for c in courses)
    why = counted(severity, courses, kind)
    rate, (low, high) = severity.rate, severity.interval()
    if event == "resolved":
        rate = sum(c.said[0] for c in courses) / len(courses)
        low, high = min(c.said[1] for c in courses), max(c.said[2] for c in courses)
    return Transition(at, event, scope, components, state, rate, low, high, kind, began, vantage, why)


def _changes(now: Episodes, at: float) -> list[Transition]:
    changed = False
    for component in now.standing:
        course = now.courses[component]
        streams = sum(1 for s in now.detector.streams.values() if s.component == component)
        # quiet while it ends is not a milder form of it
        if not course.closing.monitoring and course.seen_at == at:
            changed = course.severity.classify(streams) or changed
    return [_transition(now, "changed", at)] if changed else []


def _ends(now: Episodes, at: float) -> list[Transition]:
    over = [c for c in now.standing if now.courses[c].closing.over]
    if not over:
        return []
    courses = [now.courses[c] for c in over]
    scope: Scope = "service" if len(over) > 1 and len(over) == len(now.components()) else "component"
    step = _said(
        at, "resolved", scope, tuple(sorted(over)), courses, pooled(c.severity for c in courses), State.OPERATIONAL
    )
    for component in over:
        del now.standing[component], now.courses[component]
        now.detector.settled.discard(component)
    now.detector.begin_anew(over)
    return [step]


def _vantage_begins(now: Episodes, vantage: str, at: float) -> Transition:
    began = [c for c in now.courses.values() if vantage in c.vantages]
    course = Course(min((c.began for c in began), default=at), at, at)
    streams = [s for s in now.detector.streams.values() if s.vantage == vantage]
    for other in began:
        for symptom, n in other.symptoms.items():
            course.symptoms[symptom] = course.symptoms.get(symptom, 0) + n
    course.vantages[vantage] = sum(course.symptoms.values())
    course.severity = pooled(c.severity for c in began)
    now.vantages[vantage] = course
    now.courses = {c: x for c, x in now.courses.items() if c in now.standing}
    now.detector.muted.add(vantage)
    now.detector.begin_anew(now.components())
    components = tuple(sorted({s.component for s in streams}))
    course.severity.classify(1)
    return _said(at, "opened", "vantage", components, [course], course.severity, State.UNKNOWN, vantage=vantage)


def _vantage_ends(now: Episodes, at: float) -> list[Transition]:
    steps = []
    for vantage in [v for v, c in now.vantages.items() if c.closing.over]:
        course = now.vantages.pop(vantage)
        now.detector.muted.discard(vantage)
        now.detector.begin_anew(())
        components = tuple(sorted({s.component for s in now.detector.streams.values() if s.vantage == vantage}))
        steps.append(
            _said(at, "resolved", "vantage", components, [course], course.severity, State.OPERATIONAL, vantage=vantage)
        )
    return steps


def _slowness(now: Episodes, component: str, at: float) -> list[Transition]:
    course, pace = now.slow[component], now.paces[component]
    if component in now.slowing:
        if not course.closing.over:
            return []
        del now.slowing[component], now.slow[component]
        pace.forget()
        event: Event = "resolved"
    else:
        measured = now.vantages_of(component)
        one_sided = len(measured) > 1 and len(course.vantages) == 1
        failing = component in now.standing or one_sided
        if failing or not now.detector.threshold or pace.value < now.detector.threshold:
            return []
        now.slowing[component] = at
        event = "opened"
    state = State.DEGRADED if event == "opened" else State.OPERATIONAL
    return [_said(at, event, "component", (component,), [course], course.severity, state, "slowness")]
