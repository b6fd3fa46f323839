"""A course in one line of words. Pure."""

from collections.abc import Iterable

from bot.core.detection.disturbance import Disturbance
from bot.core.detection.severity import Severity
from bot.core.text.numbers import percent, span
from bot.core.text.quoting import counted as kinds_of
from bot.core.text.symptoms import symptom


def counted(
    severity: Severity, courses: Iterable[Disturbance], kind: str = "failures", *, over: bool = False, well: int = 0
) -> str:
    """As in "7 of 18 failed (HTTP 500 ×5, timeout ×2) from eu, us: about 36%, 95% interval 18–58%".

    The failures that began it are no sample of the rate and left out of it; a person counts them. The counts are those
    of the whole, the rate that of now: once it is quiet or `over` the rate would contradict the counts, and where all
    failed it says nothing that they do not. Then the counts stand alone. The latest `well` results are left out.
    """
    symptoms: dict[str, int] = {}
    vantages: set[str] = set()
    for course in courses:
        vantages.update(course.vantages)
        for word, n in course.symptoms.items():
            symptoms[word] = symptoms.get(word, 0) + n
    ranked = sorted(symptoms.items(), key=lambda item: (-item[1], item[0]))
    first = max(0, sum(symptoms.values()) - severity.failed)
    verb = "slow" if kind == "slowness" else "failed"
    said = f"{severity.failed + first} of {severity.total + first - well} {verb}"
    if kind == "failures" and ranked:
        said += f" ({kinds_of([(symptom(word), n) for word, n in ranked])})"
    if vantages:
        said += " from " + ", ".join(sorted(vantages))
    if over or not severity.worked:
        return said
    return f"{said}: about {percent(severity.rate)}, 95% interval {span(*severity.interval())}"
