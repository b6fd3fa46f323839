"""The answer to "why": how far from an alarm, what leads, what was seen last, what would close it. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from bot.core.detection.assessment import Assessment, Explanation, SilentVantage, Trouble
from bot.core.detection.baseline import DAY_S
from bot.core.detection.classification import reported
from bot.core.detection.detector import FORGOTTEN_S
from bot.core.detection.summary import counted
from bot.core.text.durations import duration
from bot.core.text.inline import Style, moment, utc
from bot.core.text.numbers import percent
from bot.core.text.symptoms import first_of, symptom
from probes.model import State

if TYPE_CHECKING:
    from bot.core.detection.detector import Name
    from bot.core.detection.disturbance import Disturbance
    from bot.core.detection.episodes import Episodes
    from bot.core.detection.stream_filter import Stream

WORDS = {
    "all": "everything fails together",
    "component": "{} alone fails",
    "vantage": "only what is seen from {} fails",
}


def explained(now: Episodes, component: str, at: float, every: Mapping[Name, float], evidence: float) -> Explanation:
    """Words and numbers for one component, from `every` hypothesis' part of the service's `evidence` at this time."""
    belief = assessed(now, component, at, evidence)
    spells = now.detector.spells
    names = [("component", component), *now.detector.beyond_components]
    parts = {name: every[name] for name in names if name in every}
    raised, course = _standing(now, component)
    # once it stands the evidence has been used and begins anew: it no longer says anything of this episode
    leading = "" if raised else _leading(parts)
    closes = _closes(course) if raised and course else ""
    course = course or now.courses.get(component)
    recent = tuple(course.latest) if course else ()
    shown = tuple(s for stream in now.streams_of(component) for s in stream.recent_spells(at))
    usual = f"{usual_words(belief.usual_rate)} of results fail by themselves{_spells(shown)}"
    failures = ", ".join(f"{symptom(w)} from {v} {duration(at - t)} ago" for t, v, w in recent[-3:])
    distance = f"evidence {belief.evidence:,.0f} of the {belief.threshold:,.0f} needed for an alert"
    first = first_of("failures" if component in now.standing else "slowness")
    alarm = _raised(raised, course, first) if raised and course else ""
    leads = leading and f"leading: {leading}"
    lines = (utc(alarm, at) or distance, leads, usual, failures and f"last failures: {failures}", closes)
    return Explanation(
        component=component,
        at=at,
        summary=f"{component}: {belief.state.value.replace('_', ' ')}; {belief.why}",
        lines=tuple(line for line in lines if line),
        evidence=belief.evidence,
        threshold=belief.threshold,
        leading=leading,
        usual_rate=belief.usual_rate,
        usual_spells_per_day=spells.enters * DAY_S,
        spells=shown,
        usual_spell_s=spells.lasts,
        recent=recent,
        closes=closes,
        raised=alarm,
    )


def _spells(shown: tuple[float, ...]) -> str:
    """As in "; this target had 3 spells of up to 25 s last week, which an alert must outlast"."""
    if not shown:
        return ""
    many = f"{len(shown)} spells of up to" if len(shown) > 1 else "a spell of"
    return f"; it had {many} {duration(max(shown))} in the last week, so an alert takes longer"


def _leading(parts: dict[Name, float]) -> str:
    if not parts or max(parts.values()) <= 0:
        return "nothing yet"
    kind, name = max(sorted(parts), key=parts.__getitem__)
    share = parts[(kind, name)] / sum(parts.values())
    return f"{WORDS[kind].format(name)} ({share:.0%} of the evidence)"


def _standing(now: Episodes, component: str) -> tuple[float, Disturbance | None]:
    """When the standing episode of this component was announced, and its course; (0, None) without one."""
    if component in now.standing:
        return now.standing[component], now.courses[component]
    if component in now.slowing:
        return now.slowing[component], now.slow[component]
    return 0.0, None


def _raised(raised: float, course: Disturbance, first: str) -> str:
    return f"alert raised {moment(raised, Style.SECONDS)}, {duration(raised - course.began)} after {first}"


def _closes(course: Disturbance) -> str:
    if course.symptoms and all(map(reported, course.symptoms)):
        return "closes when the job reports success"
    left = course.closing.left_s
    return f"closes after another {duration(left)} without failures" if left else "closes soon"


FAST, CHANCE = 5, 0.01
"""So many fast answers at least, and the chance of such a run below which it is fast again."""


def assessed(now: Episodes, component: str, at: float, evidence: float) -> Assessment:
    """One component by the service's `evidence` at this time; without fresh results it is unknown, never green."""
    streams = [s for s in now.detector.of_component(component) if s.at >= 0]
    fresh = max((s.at for s in streams if not s.apart), default=None)
    pace, course = now.paces.get(component), now.courses.get(component)
    usual = sum(s.usual.rate for s in streams) / len(streams) if streams else 0.0
    state, why, since = _state(now, component, at, fresh)
    slow = component in now.slowing and not _fast_again(now, component)
    shown = course if component in now.standing else now.slow.get(component) if slow else None
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
        window_s=max(0.0, at - seen.counted_from) if seen else 0.0,
        since=since,
        at=max((s.at for s in streams), default=None),
        symptoms=seen.ranked if seen else (),
        vantages=_measuring(streams, seen.vantages) if seen else (),
        all_vantages=_measuring(streams),
        why=why,
        latency_ms=pace.recent_ms if pace else None,
        usual_latency_ms=pace.usual_ms() if pace else None,
        evidence=evidence,
        threshold=now.detector.threshold,
        monitoring=_monitoring(now, component),
        slow=slow,
        slow_lately=pace.slow_lately if pace else True,
        usual_rate=usual,
        stale_after_s=now.settings.silence_s,
        down=shown is not None and not slow and shown.severity.down,
        failed_at=seen.failed_at if seen else None,
        well=seen.closing.well if seen else 0,
    )


def _measuring(streams: Iterable[Stream], among: Iterable[str] | None = None) -> tuple[str, ...]:
    """The vantages that measure (all where none does), or those among some."""
    every = {s.vantage for s in streams if not s.silent} or {s.vantage for s in streams}
    return tuple(sorted(every if among is None else every.intersection(among)))


def _state(now: Episodes, component: str, at: float, fresh: float | None) -> tuple[State, str, float | None]:
    if fresh is None:
        muted = sorted(now.detector.muted & set(now.vantages_of(component)))
        why = f"measured only from {', '.join(muted)}, which has trouble of its own" if muted else "not measured yet"
        return State.UNKNOWN, why, None
    if at - fresh > now.settings.silence_s:
        return State.UNKNOWN, f"no results for {at - fresh:.0f} s", None
    if component in now.standing:
        course = now.courses[component]
        return course.severity.state, _why(course), course.counted_from
    if component in now.slowing:
        course = now.slow[component]
        if _fast_again(now, component):
            return State.OPERATIONAL, f"fast again for {duration(course.closing.quiet_s)}", None
        return State.DEGRADED, counted(course.severity, [course], "slowness"), course.began
    alone = [v for v in now.vantages if v in now.vantages_of(component)]
    why = f"fails from {', '.join(alone)} alone: that location's own trouble" if alone else "as usual"
    return State.OPERATIONAL, why, None


def _why(course: Disturbance) -> str:
    quiet = course.closing.monitoring
    said = counted(course.severity, [course], over=quiet, well=course.closing.well if quiet else 0)
    if quiet:
        said += f"; none for {duration(course.closing.quiet_s)}"
    return said


def _monitoring(now: Episodes, component: str) -> bool:
    if component in now.standing:
        return now.courses[component].closing.monitoring
    return component in now.slowing and _fast_again(now, component)


def _fast_again(now: Episodes, component: str) -> bool:
    """Whether so many answers in a row were fast that at this stretch's share of slow ones it is hardly chance."""
    course = now.slow[component]
    fast = course.closing.quiet_s / now.settings.interval_s
    return course.closing.monitoring or (fast >= FAST and (1 - course.severity.rate) ** fast < CHANCE)


def troubles(now: Episodes) -> dict[str, tuple[Trouble, ...]]:
    """What every component in trouble suffers from."""
    found: dict[str, tuple[Trouble, ...]] = {}
    for c in now.standing:
        course = now.courses[c]
        found[c] = (Trouble(course.began, course.failed_at, course.severity.state, course.closing.monitoring),)
    for c in now.slowing:
        course = now.slow[c]
        slow = Trouble(course.began, course.failed_at, State.DEGRADED, _fast_again(now, c))
        found[c] = (*found.get(c, ()), slow)
    return found


def silent(now: Episodes, at: float) -> tuple[SilentVantage, ...]:
    """The vantages of which no stream has had a result for `silence_s`, while another vantage's have."""
    latest: dict[str, float] = {}
    components: dict[str, set[str]] = {}
    for stream in now.detector.streams.values():
        latest[stream.vantage] = max(stream.at, latest.get(stream.vantage, stream.at))
        components.setdefault(stream.vantage, set()).add(stream.component)
    gone = {v: last for v, last in latest.items() if at - last > now.settings.silence_s}
    if len(gone) == len(latest):
        return ()
    return tuple(
        SilentVantage(v, tuple(sorted(components[v])), last, last + FORGOTTEN_S) for v, last in sorted(gone.items())
    )


def usual_words(rate: float) -> str:
    """As in "usually about 0.5%"."""
    return f"usually about {percent(rate)}"
