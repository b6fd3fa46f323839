"""What a feed's entry says of itself: open, over or planned, how bad, and for which components."""

import re
from collections.abc import Iterable, Mapping
from types import MappingProxyType

from probes.dialects.scope import Rules, matches
from probes.dialects.shapes import word
from probes.dialects.states import CLOSED
from probes.dialects.xml_feed import Entry
from probes.model import State

OPEN, OVER, PLANNED, UNDETERMINED = "open", "closed", "planned", "unknown"

_OPEN_WORDS = frozenset(
    {"investigating", "identified", "monitoring", "update", "active", "ongoing", "open", "in_progress", "verifying"}
    | {"acknowledged", "watching", "maintenance_in_progress"}
)
_PLANNED_WORDS = frozenset({"scheduled", "maintenance_scheduled", "planned", "upcoming"})
_SILENT = frozenset({"update"})
"""Status words that say nothing of the phase: it stays what the word before made it."""
WORKS = frozenset({"in_progress", "verifying", "maintenance_in_progress"})
"""Status words that only a maintenance has."""
_OVER_WORDS = CLOSED | {"maintenance_complete", "maintenance_completed", "maintenance_cancelled"}
_PHASES: Mapping[str, str] = MappingProxyType(
    dict.fromkeys(_OPEN_WORDS, OPEN) | dict.fromkeys(_PLANNED_WORDS, PLANNED) | dict.fromkeys(_OVER_WORDS, OVER)
)

SEVERITY: Mapping[str, State] = MappingProxyType(
    {
        "(full outage)": State.MAJOR,
        "(major outage)": State.MAJOR,
        "(partial outage)": State.PARTIAL,
        "(degraded performance)": State.DEGRADED,
        "(under maintenance)": State.MAINTENANCE,
        "severity: outage": State.MAJOR,
        "severity: unavailable": State.MAJOR,
        "severity: critical": State.MAJOR,
        "severity: disruption": State.PARTIAL,
        "severity: degraded": State.DEGRADED,
        "severity: maintenance": State.MAINTENANCE,
    }
)
"""Severities as platforms write them into their feeds; other words are prose and say nothing certain."""

_STATUS_LINE = re.compile(r"\bstatus:\s*([a-z][a-z _-]{2,30})", re.IGNORECASE)
_STRONG = re.compile(r"<(?:strong|b)>\s*(?:status:\s*)?([A-Za-z][A-Za-z _-]{2,30})\s*</(?:strong|b)>", re.IGNORECASE)
_BRACKET = re.compile(r"^\s*\[([A-Za-z _-]{3,30})\]")
_SUFFIX = re.compile(r"\s[–—-]\s+([A-Za-z _-]{3,30})\s*$")
_PREFIX = re.compile(r"^\s*([A-Za-z _-]{3,30})\s*[:–—-]\s")


def status_word(entry: Entry) -> str:
    """The entry's newest status as its platform writes it, or "": a word this module knows, never prose.

    An entry with its updates is over once one of them said so: what is written after "resolved" reopens nothing. An
    update without a phase of its own changes nothing.
    """
    candidates = [match[1] for match in (_BRACKET.match(entry.title),) if match]
    candidates += _STATUS_LINE.findall(entry.text[:400])[:1]
    stages = _STRONG.findall(entry.html)
    candidates += [one for one in stages if _PHASES.get(_known(one)) == OVER] or stages
    candidates += [match[1] for match in (_PREFIX.match(entry.title), _SUFFIX.search(entry.title)) if match]
    candidates += entry.categories
    known = [found for candidate in candidates if (found := _known(candidate))]
    return next((one for one in known if one not in _SILENT), known[0] if known else "")


def phase(entry: Entry, over_words: Iterable[str], open_words: Iterable[str]) -> tuple[str, str]:
    """(open | closed | planned | unknown, the word that said so); a page's own words go before the platforms'."""
    said = f"{entry.title} {entry.text[:400]}".lower()
    for words, meaning in ((over_words, OVER), (open_words, OPEN)):
        for phrase in words:
            if phrase in said:
                return meaning, phrase
    found = status_word(entry)
    return _PHASES.get(found, UNDETERMINED), found


def severity(entry: Entry, own: Mapping[str, State], default: State) -> State:
    """How bad an open entry says it is; `default` where it does not say."""
    said = f"{entry.title} {entry.text}".lower()
    for table in (own, SEVERITY):
        for phrase, state in table.items():
            if phrase in said:
                return state
    return default


def touches(entry: Entry, rules: Rules, *, whole_text: bool) -> bool:
    """Whether the entry belongs to a component looked for by `rules`; without rules every entry does."""
    said = [entry.title, *entry.categories, entry.text if whole_text else ""]
    return matches(rules, " | ".join(said))


def _known(candidate: str) -> str:
    """The candidate, or its longest beginning, that is a status word ("Resolved This incident" -> "resolved")."""
    parts = word(candidate).split("_")
    for length in range(min(len(parts), 3), 0, -1):
        joined = "_".join(parts[:length])
        if joined in _PHASES:
            return joined
    return ""
