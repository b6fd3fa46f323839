"""What is compared between the platforms: cards of every situation, and the rows of the table."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from bot.advice.library import tips
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import COMMANDS, Command, Takes, line
from bot.core.messages.compose import card
from bot.core.model.card import Action, Card
from bot.core.model.incident import IncidentStatus
from bot.core.model.snapshot import Snapshot
from tests.support.situations import SITUATIONS

YES, NO = "yes", "no"
AT = 1_776_094_260.0


class Part(StrEnum):
    """What a message is made of, and what becomes of it."""

    HEADLINE = "headline on top, and in the notification"
    COLOUR = "colours by state"
    LINES = "lines"
    LINK = "link to the vendor's page"
    TIMES = "times in the reader's own zone"
    FOOTER = "age and incident in the footer"
    IN_PLACE = "edited in place"
    TRAIL = "trail in a thread under it"
    BROADCAST = "worse and over also said to the whole channel"
    ANEW = "a new root where the old one was deleted"
    PLAINLY = "plain text where the form is refused"
    ONCE = "a repeated post is one message"
    PACE = "fresher figures at most every"
    PINGS = "people called when an incident opens"


class Talk(StrEnum):
    """What people and the app do with each other."""

    PRIVATE = "private answers"
    SHARE = "an answer shared in the channel"
    REPORT = "form: say more with a report"
    WORK = "form: announce maintenance"
    NAMES = "names completed while typing"
    HOME = "page of its own"
    DIRECT = "asked in a direct message"
    TWICE = "the same deed heard twice acts once"
    DOCTOR = "`doctor` looks at"


class Who(StrEnum):
    """Who somebody may be."""

    ANYBODY = "anybody, in a channel without alerts"
    CONFIGURED = "in a channel of `channels`"
    SUBSCRIBED = "in a channel where alerts were posted by subscription"
    BESIDE = "in a channel of `channels`, while `roles` names others"
    RESPONDER = "named under `roles.responder`"
    ADMIN = "named under `roles.admin`"
    RUNS = "runs the workspace or server"


@dataclass
class Offers:
    """What one platform was found to do; `heard` are the lines that reached the desk by pressing everything."""

    name: str
    commands: dict[str, str] = field(default_factory=dict)
    labels: dict[str, list[str]] = field(default_factory=dict)
    heard: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[Part, str] = field(default_factory=dict)
    talk: dict[Talk, str] = field(default_factory=dict)
    roles: dict[Who, str] = field(default_factory=dict)


class Desk:
    """Notes who asks what, and answers with every button there is."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, Asker]] = []

    @property
    def lines(self) -> list[str]:
        """What was asked."""
        return [text for text, _ in self.asked]

    async def ask(self, text: str, asker: Asker, _now: float) -> Answer:
        """An answer to anything."""
        self.asked.append((text, asker))
        return Answer(f"heard {text}", AT, lines=(("We measure", "nothing unusual"),), actions=every_action())

    async def complete(self, _text: str, _asker: Asker) -> list[tuple[str, str]]:
        """One name."""
        return [("Claude API", "claude-api")]


def cards() -> dict[str, Card]:
    """The card of each situation."""
    return {name: card(snapshot, now, tips()) for name, (snapshot, now) in SITUATIONS.items() if name != "hostile"}


def states() -> dict[str, Card]:
    """One card for each set of buttons, by how its incident stands."""
    found: dict[tuple[Action, ...], str] = {}
    kept: dict[str, Card] = {}
    for name, it in cards().items():
        if it.actions and it.actions not in found:
            found[it.actions] = standing(SITUATIONS[name][0])
            kept[found[it.actions]] = it
    return dict(sorted(kept.items()))


def standing(snapshot: Snapshot) -> str:
    """How the incident of a snapshot stands, as far as buttons know."""
    one = snapshot.incident
    if snapshot.discrepancy is not None or one is None:
        return "discrepancy"
    if one.status is IncidentStatus.RESOLVED:
        return "over"
    marks = [("acknowledged", one.acknowledged_at is not None), ("silenced", one.silence is not None)]
    return " and ".join(word for word, true in marks if true) or "open"


def every_action() -> tuple[Action, ...]:
    """Every button that any card has, once."""
    return tuple(dict.fromkeys(action for it in states().values() for action in it.actions))


def wanted(actions: tuple[Action, ...]) -> list[str]:
    """What the desk should hear when each is pressed; a silence with the first length of the menu."""
    return sorted(f"{a.verb} {a.subject}" + (" 30m" if a.verb == "silence" else "") for a in actions)


def filled() -> Iterator[tuple[Command, dict[str, str], str]]:
    """Every command with all its arguments filled in, and the line that the desk should hear."""
    for command in COMMANDS.values():
        values = {a.name: _value(a.choices or a.suggested, a.takes) for a in command.arguments}
        yield command, values, line(command, values)


def _value(offered: tuple[str, ...], takes: Takes) -> str:
    return offered[0] if offered else {Takes.INCIDENT: "4F7K", Takes.COMMAND: "why"}.get(takes, "claude-api")


def yes(true: object) -> str:
    """A cell."""
    return YES if true else NO
