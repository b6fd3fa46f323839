"""A course in one line of words. Pure."""

from collections.abc import Iterable

from bot.core.course import Course
from bot.core.figures import percent, span
from bot.core.severity import Severity

WORDS = 3


def counted(severity: Severity, courses: Iterable[Course], kind: str = "failures") -> str:
    """As in "7 of 18 failed (http_500 ×5, timeout ×2) from eu, us: about 36 %, 95 % interval 18–58 %"."""
    low, high = severity.interval()
    symptoms: dict[str, int] = {}
    vantages: set[str] = set()
    for course in courses:
        vantages.update(course.vantages)
        for word, n in course.symptoms.items():
            symptoms[word] = symptoms.get(word, 0) + n
    ranked = sorted(symptoms.items(), key=lambda item: (-item[1], item[0]))[:WORDS]
    words = ", ".join(f"{word} ×{n}" for word, n in ranked)
    verb = "slow" if kind == "slowness" else "failed"
    said = f"{severity.failed} of {severity.total} {verb}"
    if kind == "failures" and words:
        said += f" ({words})"
    if vantages:
        said += " from " + ", ".join(sorted(vantages))
    return f"{said}: about {percent(severity.rate)}, 95 % interval {span(low, high)}"
