"""States in words and colours; an emoji never stands without its word. Pure."""

from collections.abc import Mapping

from bot.core.card import Tone
from probes.model import State

EMOJI: Mapping[Tone, str] = {
    Tone.GREEN: "🟢",
    Tone.YELLOW: "🟡",
    Tone.ORANGE: "🟠",
    Tone.RED: "🔴",
    Tone.BLUE: "🔵",
    Tone.GREY: "⚪",
}
SCALES = "⚖️"
SILENCED = "🔕"

TONE: Mapping[State, Tone] = {
    State.OPERATIONAL: Tone.GREEN,
    State.DEGRADED: Tone.YELLOW,
    State.PARTIAL: Tone.ORANGE,
    State.MAJOR: Tone.RED,
    State.MAINTENANCE: Tone.BLUE,
    State.UNKNOWN: Tone.GREY,
}

WORDS: Mapping[State, str] = {
    State.OPERATIONAL: "operational",
    State.DEGRADED: "degraded performance",
    State.PARTIAL: "partial outage",
    State.MAJOR: "major outage",
    State.MAINTENANCE: "under maintenance",
    State.UNKNOWN: "unknown",
}

TROUBLE = frozenset({State.DEGRADED, State.PARTIAL, State.MAJOR})

SEVERITY: Mapping[State, int] = {
    State.OPERATIONAL: 0,
    State.UNKNOWN: 1,
    State.MAINTENANCE: 2,
    State.DEGRADED: 3,
    State.PARTIAL: 4,
    State.MAJOR: 5,
}


def emoji(state: State) -> str:
    """The colour of a state; its word belongs beside it."""
    return EMOJI[TONE[state]]
