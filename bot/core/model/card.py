"""A message as it is shown on every channel: the values between wording and rendering. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.model.incident import TimelineEntry
from probes.model import State


class Colour(StrEnum):
    """The colour of a card, always with its emoji and word."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it does (`verb`), its label, and the incident it belongs to."""

    verb: str
    label: str
    subject: str


@dataclass(frozen=True, slots=True)
class CardFacts:
    """Ids, the worst it came to, and whether people have it in hand: took it, or asked for quiet."""

    service: str = ""
    components: tuple[str, ...] = ()
    worst: State = State.UNKNOWN
    acknowledged: bool = False
    silenced: bool = False


@dataclass(frozen=True, slots=True)
class Card:
    """A message, ready for any channel to render: plain text throughout, upstream words quoted, nothing marked up.

    `headline` alone suffices; `lines` are (label, text), a line without a label goes on under the one before. Lines,
    `footer` and `trail` may have tokens (`bot.core.text.inline`), which each channel shows in its own way. A link with
    the label of a line stands at its end. `times` are (label, Unix seconds); `at` is when the card was made.
    """

    subject: str
    kind: str
    tone: Colour
    emoji: str
    headline: str
    lines: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    actions: tuple[Action, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    closed: bool = False
    trail: tuple[TimelineEntry, ...] = ()
    times: tuple[tuple[str, float], ...] = ()
    facts: CardFacts = field(default_factory=CardFacts)
    at: float = 0.0
