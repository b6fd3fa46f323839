"""The answer to "why": how far from an alarm, what leads, what was seen last, what would close it. Pure."""

from __future__ import annotations

from typing import TYPE_CHECKING

from bot.core.assessment import Explanation
from bot.core.beliefs import assessed, usual_words
from bot.core.closing import ENOUGH
from bot.core.usual import DAY_S

if TYPE_CHECKING:
    from bot.core.detector import Name
    from bot.core.episodes import Episodes

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
    leading = _leading(parts)
    course = now.courses.get(component)
    closes = _closes(now, component)
    lines = [
        f"evidence {belief.evidence:,.0f} of the {belief.threshold:,.0f} needed for an alarm",
        f"leading: {leading}",
        (
            f"{usual_words(belief.usual_rate)} of looks fail by themselves, and there are about "
            f"{spells.enters * DAY_S:.1f} short spells a day of {spells.lasts:.0f} s"
        ),
    ]
    recent = tuple(course.latest) if course else ()
    if recent:
        lines.append("last failures: " + ", ".join(f"{w} from {v} {at - t:.0f} s ago" for t, v, w in recent[-3:]))
    if closes:
        lines.append(closes)
    return Explanation(
        component=component,
        at=at,
        summary=f"{component}: {belief.state.value.replace('_', ' ')}; {belief.why}",
        lines=tuple(lines),
        evidence=belief.evidence,
        threshold=belief.threshold,
        leading=leading,
        usual_rate=belief.usual_rate,
        usual_spells_per_day=spells.enters * DAY_S,
        usual_spell_s=spells.lasts,
        recent=recent,
        closes=closes,
    )


def _leading(parts: dict[Name, float]) -> str:
    if not parts or max(parts.values()) <= 0:
        return "nothing yet"
    kind, name = max(sorted(parts), key=parts.__getitem__)
    share = parts[(kind, name)] / sum(parts.values())
    return f"{WORDS[kind].format(name)} ({share:.0%} of the evidence)"


def _closes(now: Episodes, component: str) -> str:
    course = now.courses.get(component) if component in now.standing else None
    if course is None:
        return ""
    left = course.closing.left_s / 60
    return f"closes after {left:.0f} more quiet minutes (reverse test {course.closing.value:.1f} of {ENOUGH:.0f})"
