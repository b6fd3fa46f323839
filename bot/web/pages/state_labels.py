"""How things look: a state as a word, a shape and a colour, from the same rules as every message. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.answers.status import badness, they_say, title_of, we_see
from bot.core.messages.sources import people_say
from bot.core.model.card import Colour
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.severity import TROUBLE
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.states import EMOJI, SILENCED, TONE, WORDS
from bot.core.text.symptoms import NO_FAILURES, called, present, quieted, suspected, tone, words
from probes.model import State

_COLOURS = {emoji: colour for colour, emoji in EMOJI.items()} | {SILENCED: Colour.GREY}
UNKNOWN_WORD = WORDS[State.UNKNOWN]


@dataclass(frozen=True, slots=True)
class StateLabel:
    """A colour and the word that says the same; the shape follows from the colour."""

    tone: Colour
    word: str


@dataclass(frozen=True, slots=True)
class ColouredText:
    """A sentence with the colour it had as an emoji."""

    tone: Colour
    text: str


@dataclass(frozen=True, slots=True)
class SourceStatement:
    """One of the three sources: whose it is, and what it says."""

    who: str
    said: ColouredText


def label_of(voices: ComponentStatus, now: float) -> StateLabel:
    """A component's state now; what is stale or blind is unknown."""
    measured = voices.measured
    state = present(measured, now)
    if measured.blind or state is State.UNKNOWN:
        return StateLabel(Colour.GREY, UNKNOWN_WORD)
    colour = tone(measured, now)
    if quieted(measured, now):
        return StateLabel(colour, NO_FAILURES)
    if state in TROUBLE:
        return StateLabel(colour, words(measured))
    return StateLabel(colour, "suspicious" if suspected(measured) else WORDS[state])


def label_of_service(standing: ServiceStatus, now: float) -> StateLabel:
    """The worst of a service's components."""
    worst = min(standing.voices, key=lambda voices: badness(voices, now), default=None)
    return label_of(worst, now) if worst is not None else StateLabel(Colour.GREY, UNKNOWN_WORD)


def label_of_incident(incident: Incident) -> StateLabel:
    """Where an incident stands; the colour of the worst it came to while it lasts."""
    if incident.status is IncidentStatus.RESOLVED:
        return StateLabel(Colour.GREEN, "resolved")
    colour = Colour.YELLOW if incident.status is IncidentStatus.MONITORING else TONE[incident.state]
    return StateLabel(Colour.YELLOW if colour is Colour.GREEN else colour, incident.status.value)


def voices_of(voices: ComponentStatus, standing: ServiceStatus, now: float) -> tuple[SourceStatement, ...]:
    """What we see, what the page says, what people say, as in every answer."""
    page = SourceStatement("Status page", said(they_say(voices, now))) if standing.page_url else None
    people = ColouredText(Colour.YELLOW if voices.reports.since is not None else Colour.GREY, people_say([voices]))
    every = (
        SourceStatement("We measure", said(we_see(voices.measured, now))),
        page,
        SourceStatement("User reports", people),
    )
    return tuple(voice for voice in every if voice is not None)


def banner(standings: Sequence[ServiceStatus], now: float) -> ColouredText:
    """How everything stands, in the words of the desk's first line."""
    ordered = sorted((v for s in standings for v in s.voices), key=lambda v: badness(v, now))
    found = said(title_of(ordered, now))
    return ColouredText(found.tone, f"{found.text[:1].upper()}{found.text[1:]}")


def said(text: str) -> ColouredText:
    """A sentence that begins with an emoji, taken apart."""
    first, _, rest = text.partition(" ")
    return ColouredText(_COLOURS[first], rest) if first in _COLOURS else ColouredText(Colour.GREY, text)


def name_of(voices: ComponentStatus) -> str:
    """What people call a component."""
    return called(voices.measured)
