"""The answer to "why": how far from an alarm, what leads, what was seen last, what would close it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.detection.assessment import Explanation
from bot.core.detection.beliefs import assessed, usual_words
from bot.core.detection.closing import ENOUGH
from bot.core.detection.usual import DAY_S
from bot.core.words.durations import clock, duration
from bot.core.words.symptoms import symptom

if TYPE_CHECKING:
    from bot.core.detection.course import Course
    from bot.core.detection.detector import Name
    from bot.core.detection.episodes import Episodes

WORDS = {
    "all": "everything fails together",
    "component": "{} alone fails",
    "vantage": "only what is seen from {} fails",
}


def explained(now: Episodes, component: str, at: float) -> Explanation:
    """Words and numbers for one component."""
    belief = assessed(now, component, at)
    spells = now.detector.spells
    parts = {n: p for n, p in now.parts(at).items() if n[0] != "component" or n[1] == component}
    raised, course = _standing(now, component)
    # once it stands the evidence has been used and begins anew: it no longer says anything of this episode
    leading = "" if raised else _leading(parts)
    closes = _closes(course) if raised and course else ""
    course = course or now.courses.get(component)
    recent = tuple(course.latest) if course else ()
    usual = (
        f"{usual_words(belief.usual_rate)} of looks fail by themselves, and there are about "
        f"{spells.enters * DAY_S:.1f} short spells a day of {spells.lasts:.0f} s"
    )
    failures = ", ".join(f"{symptom(w)} from {v} {duration(at - t)} ago" for t, v, w in recent[-3:])
    distance = f"evidence {belief.evidence:,.0f} of the {belief.threshold:,.0f} needed for an alert"
    alarm = _raised(raised, course, at) if raised and course else ""
    leads = leading and f"leading: {leading}"
    lines = (alarm or distance, leads, usual, failures and f"last failures: {failures}", closes)
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
        usual_spell_s=spells.lasts,
        recent=recent,
        closes=closes,
        raised=alarm,
    )


def _leading(parts: dict[Name, float]) -> str:
    if not parts or max(parts.values()) <= 0:
        return "nothing yet"
    kind, name = max(sorted(parts), key=parts.__getitem__)
    share = parts[(kind, name)] / sum(parts.values())
    return f"{WORDS[kind].format(name)} ({share:.0%} of the evidence)"


def _standing(now: Episodes, component: str) -> tuple[float, Course | None]:
    """When the standing episode of this component was announced, and its course; (0, None) without one."""
    if component in now.standing:
        return now.standing[component], now.courses[component]
    if component in now.slowing:
        return now.slowing[component], now.slow[component]
    return 0.0, None


def _raised(raised: float, course: Course, at: float) -> str:
    return f"alert raised {clock(raised, at, seconds=True)}, {duration(raised - course.began)} after the first failure"


def _closes(course: Course) -> str:
    test = f"reverse test {max(0.0, course.closing.value):.1f} of {ENOUGH:.0f}"
    left = course.closing.left_s
    return f"closes after {duration(left)} more without trouble ({test})" if left else f"closes soon ({test})"
