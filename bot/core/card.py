"""A message as it is shown on every channel: the values between wording and rendering. Pure."""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.facts import Facts
from bot.core.incident import Entry


class Tone(StrEnum):
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
class Card:
    """A message, ready for any channel to render: plain text throughout, upstream words quoted, nothing marked up.

    `headline` alone suffices; `lines` are (label, text), `times` (label, Unix seconds) to show in the reader's zone.
    """

    subject: str
    kind: str
    tone: Tone
    emoji: str
    headline: str
    lines: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    actions: tuple[Action, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    closed: bool = False
    trail: tuple[Entry, ...] = ()
    times: tuple[tuple[str, float], ...] = ()
    facts: Facts = field(default_factory=Facts)
