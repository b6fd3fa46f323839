"""Whether a public headline tells of trouble, and with what. Pure.

Headlines are a few words in many languages, so the test is for words that people use of a service that fails, whole
ones where the script has spaces. What passes by mistake ("Claude breaks down a poem" does not, "500 prompts" does) is
part of what is usual at that place.
"""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache

LEAST = 3
"""Characters of a name that is looked for: "cc" or "ai" alone mean too much else."""

_WORDS = (
    # English
    "outages?", "offline", "overload(?:ed|ing)?", "unavailable", "unreachable", "unresponsive", "crash(?:ed|es|ing)?",
    "(?:not|isn.?t|stopped|aren.?t) (?:working|responding|loading)", "doesn.?t (?:work|respond|load)", "won.?t load",
    "(?:is|are|still|keeps?) (?:broken|failing)", "(?:api|server|internal server|connection) errors?",
    "time(?:d|s)? ?outs?", "elevated errors?", "degraded",
    # German, French, Spanish, Portuguese, Italian, Russian
    "störung(?:en)?", "ausfall", "ausgefallen", "funktioniert nicht", "geht nicht", "überlastet",
    "en panne", "ne (?:marche|fonctionne|répond) (?:pas|plus)", "indisponible",
    "caíd[oa]", "no funciona", "no responde", "fora do ar", "não (?:funciona|responde)", "caiu",
    "non (?:funziona|risponde)", "не (?:работает|отвечает)", "сбой", "упал[аи]?",
)  # fmt: skip
_RUN_TOGETHER = (
    "障害", "落ちて", "使えない", "繋がらない", "つながらない", "宕机", "宕機", "故障", "挂了", "掛了",
    "无法使用", "無法使用", "崩了", "장애", "먹통", "안됨", "안 됨",
)  # fmt: skip
_STATUS = r"(?<![\w$€#.,])(?:http )?5(?:00|02|03|04|20|29)s?(?![\w%]|[.,]\d)"
_NOT_DOWN = (
    "break|breaks|breaking|broke|slow|slows|slowing|cut|cuts|write|writes|drill|count|crack|cracks|double|narrow|scale"
    "|scaled|shut|tear|step|top|calm|settle|sit|track|nail|boil|water|dumb|dumbs|dumbed|tone|pare|hunker|upside|touch"
)
"""Words that with "down" say something else."""
_DOWN = r"(?<![\w-])down(?![\w-]| (?:to|the|a|on|your|my|and up)\b)"
_TROUBLE = re.compile(
    rf"(?<!\w)(?:{'|'.join(_WORDS)})(?!\w)|{'|'.join(_RUN_TOGETHER)}|{_STATUS}|{_DOWN}", re.IGNORECASE
)
_BEFORE = re.compile(rf"(?<!\w)(?:{_NOT_DOWN})[ -]$", re.IGNORECASE)


def troubled(title: str) -> bool:
    """Whether a headline tells of something that fails."""
    text = title.replace("’", "'")
    return any(
        match[0].lower() != "down" or not _BEFORE.search(text[: match.start()]) for match in _TROUBLE.finditer(text)
    )


def named(title: str, words: Mapping[str, Iterable[str]]) -> tuple[str, ...] | None:
    """The components that a headline names; none of them where it names the service ("") alone, None where neither."""
    found = [component for component, names in words.items() if _names(tuple(names)).search(title)]
    components = tuple(component for component in found if component)
    return components if components or found else None


@lru_cache(maxsize=500)
def _names(words: tuple[str, ...]) -> re.Pattern[str]:
    whole = "|".join(re.escape(word) for word in words if len(word) >= LEAST) or "(?!)"
    return re.compile(rf"(?<!\w)(?:{whole})(?!\w)", re.IGNORECASE)
