"""What is not to be spoken of for a while, and what that covers. Pure; what is silent is recorded all the same."""

import re
from collections.abc import Iterable

from bot.core.incident import Incident, Silence

MOST = 50
"""Silences of one service at a time."""
SHORTEST_S, LONGEST_S = 60.0, 30 * 86_400.0

_UNITS = {"s": 1, "m": 60, "min": 60, "h": 3600, "d": 86_400, "w": 604_800}
_PART = re.compile(r"(\d{1,7}) ?(min|[smhdw])", re.IGNORECASE)

Silences = tuple[Silence, ...]


def seconds_of(text: str) -> float | None:
    """A length of time as people write it: "90m", "2h", "1h30m", "1 d"; None for anything else."""
    words, at, total = text.strip()[:40], 0, 0
    while at < len(words):
        part = _PART.match(words, at)
        if part is None:
            return None
        total += int(part[1]) * _UNITS[part[2].casefold()]
        at = part.end()
        at += words[at : at + 1] == " "
    return float(total) if total else None


def standing(silences: Silences, now: float) -> Silences:
    """Those that have not run out."""
    return tuple(s for s in silences if s.until > now)


def with_one(silences: Silences, silence: Silence) -> Silences:
    """One more; it takes the place of one on the same target, but announced work and a silence stand side by side."""
    return (*(s for s in silences if (s.target, s.work) != (silence.target, silence.work)), silence)


def on(silences: Silences, target: str) -> Silences:
    """Those on this very target."""
    return tuple(s for s in silences if s.target == target)


def of_component(silences: Silences, component: str) -> Silence | None:
    """The longest silence on a component, its own or the service's."""
    return _longest(s for s in silences if s.target in {"", component})


def of_incident(silences: Silences, incident: Incident) -> Silence | None:
    """The longest silence on an incident: its own, the service's, or one on every component that is affected now."""
    whole = [s for s in silences if s.target in {"", incident.id}]
    parts = [of_component(silences, c) for c in incident.active]
    covered = [s for s in parts if s is not None]
    if parts and len(covered) == len(parts):
        # Silent until the first of them ends.
        whole.append(min(covered, key=lambda s: s.until))
    return _longest(whole)


def over(silences: Silences, incident: Incident) -> Silences:
    """Every silence that holds this incident back, wholly or in part."""
    return tuple(s for s in silences if s.target in {"", incident.id, *incident.active})


def _longest(silences: Iterable[Silence]) -> Silence | None:
    return max(silences, key=lambda s: s.until, default=None)
