"""What is believed of one component now. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.detection.assessment import Assessment
from bot.core.detection.summary import counted
from bot.core.words.figures import percent
from probes.model import State

if TYPE_CHECKING:
    from bot.core.detection.course import Course
    from bot.core.detection.episodes import Episodes


def assessed(now: Episodes, component: str, at: float) -> Assessment:
    """The assessment of one component; without fresh evidence it is unknown, never green."""
    streams = [s for s in now.detector.streams.values() if s.component == component and s.at >= 0]
    heard = [s for s in streams if s.vantage not in now.detector.muted]
    last = max((s.at for s in streams), default=None)
    fresh = max((s.at for s in heard), default=None)
    pace = now.paces.get(component)
    course = now.courses.get(component)
    usual = sum(s.usual.rate for s in streams) / len(streams) if streams else 0.0
    state, why, since = _state(now, component, at, fresh)
    shown = course if component in now.standing else now.slow.get(component) if component in now.slowing else None
    low, high = shown.severity.interval() if shown else (0.0, 1.0 if not streams else usual)
    seen = shown or course
    return Assessment(
        component=component,
        state=state,
        rate=shown.severity.rate if shown else usual,
        low=low,
        high=max(low, high),
        failed=seen.severity.failed if seen else 0,
        total=seen.severity.total if seen else 0,
        window_s=max(0.0, at - seen.began) if seen else 0.0,
        since=since,
        at=last,
        symptoms=seen.ranked if seen else (),
        vantages=tuple(sorted(seen.vantages)) if seen else (),
        all_vantages=tuple(sorted({s.vantage for s in streams})),
        why=why,
        latency_ms=pace.recent_ms if pace else None,
        usual_latency_ms=pace.usual_ms() if pace else None,
        evidence=now.evidence(at),
        threshold=now.detector.threshold,
        monitoring=_monitoring(now, component),
        slow=component in now.slowing,
        usual_rate=usual,
        stale_after_s=now.settings.silence_s,
    )


def _state(now: Episodes, component: str, at: float, fresh: float | None) -> tuple[State, str, float | None]:
    if fresh is None:
        muted = sorted(now.detector.muted & set(now.vantages_of(component)))
        why = f"measured only from {', '.join(muted)}, which has trouble of its own" if muted else "not measured yet"
        return State.UNKNOWN, why, None
    if at - fresh > now.settings.silence_s:
        return State.UNKNOWN, f"no results for {at - fresh:.0f} s", None
    if component in now.standing:
        course = now.courses[component]
        return course.severity.state, _why(course), course.began
    if component in now.slowing:
        course = now.slow[component]
        return State.DEGRADED, counted(course.severity, [course], "slowness"), course.began
    alone = [v for v in now.vantages if v in now.vantages_of(component)]
    why = f"fails from {', '.join(alone)} alone: that vantage's own trouble" if alone else "as usual"
    return State.OPERATIONAL, why, None


def _why(course: Course) -> str:
    said = f"{course.severity.word}: {counted(course.severity, [course])}"
    if course.closing.monitoring:
        said += f"; quiet for {course.closing.quiet_s / 60:.0f} min"
    return said


def _monitoring(now: Episodes, component: str) -> bool:
    if component in now.standing:
        return now.courses[component].closing.monitoring
    return component in now.slowing and now.slow[component].closing.monitoring


def usual_words(rate: float) -> str:
    """As in "usually about 0.5 %"."""
    return f"usually about {percent(rate)}"
