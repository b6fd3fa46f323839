"""States in words and colours; an emoji never stands without its word. Pure."""

from collections.abc import Mapping

from bot.core.model.card import Colour
from probes.model import State

EMOJI: Mapping[Colour, str] = {
    Colour.GREEN: "🟢",
    Colour.YELLOW: "🟡",
    Colour.ORANGE: "🟠",
    Colour.RED: "🔴",
    Colour.BLUE: "🔵",
    Colour.GREY: "⚪",
}
SCALES = "⚖️"
SILENCED = "🔕"

TONE: Mapping[State, Colour] = {
    State.OPERATIONAL: Colour.GREEN,
    State.DEGRADED: Colour.YELLOW,
    State.PARTIAL: Colour.ORANGE,
    State.MAJOR: Colour.RED,
    State.MAINTENANCE: Colour.BLUE,
    State.UNKNOWN: Colour.GREY,
}

WORDS: Mapping[State, str] = {
    State.OPERATIONAL: "operational",
    State.DEGRADED: "degraded performance",
    State.PARTIAL: "partial outage",
    State.MAJOR: "major outage",
    State.MAINTENANCE: "under maintenance",
    State.UNKNOWN: "unknown",
}


ATTENTION: Mapping[State, int] = {
    State.OPERATIONAL: 0,
    State.UNKNOWN: 1,
    State.MAINTENANCE: 2,
    State.DEGRADED: 3,
    State.PARTIAL: 4,
    State.MAJOR: 5,
}
"""What people are shown first: all six, also those that have no severity."""


def emoji(state: State) -> str:
    """The colour of a state; its word belongs beside it."""
    return EMOJI[TONE[state]]


def colour_of(headline: str) -> Colour | None:
    """The colour that a headline begins with; None for one without."""
    return next((colour for colour, sign in EMOJI.items() if headline.startswith(sign)), None)
