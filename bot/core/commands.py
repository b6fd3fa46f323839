"""The command table, and how a line of text becomes a request; the same for every platform. Pure.

Parser, help and usage come from the one table; a command stands in it only when the desk answers it.
"""

import difflib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol, TypeVar

from bot.core.names import Named, Names
from bot.core.words.quoting import clean, listed

LONGEST = 400
INCIDENT_ID = re.compile(r"#?([0-9A-Za-z]{2,16})")


class Takes(StrEnum):
    """What may stand after a command's name."""

    TARGET = "a service or component"
    SUBJECT = "a component or incident"
    INCIDENT = "an incident"
    COMMAND = "a command"


class Role(StrEnum):
    """Who may: each role may what those before it may."""

    VIEWER = "viewer"
    RESPONDER = "responder"
    ADMIN = "admin"


@dataclass(frozen=True, slots=True)
class Command:
    """One command: `required` when nothing can be said without its argument."""

    name: str
    usage: str
    summary: str
    example: str
    takes: Takes
    required: bool = False
    role: Role = Role.VIEWER


_ALL = (
    Command(
        "status",
        "status [service or component]",
        "how everything stands, or one thing: what we see, what the page says, what people say",
        "status claude-api",
        Takes.TARGET,
    ),
    Command(
        "why",
        "why <component or incident>",
        "the evidence behind it: figures, latest results, what would change our mind",
        "why claude-api",
        Takes.SUBJECT,
        required=True,
    ),
    Command("incidents", "incidents [service]", "the latest incidents", "incidents", Takes.TARGET),
    Command(
        "incident",
        "incident <id>",
        "one incident with its timeline",
        "incident 4F7K",
        Takes.INCIDENT,
        required=True,
    ),
    Command(
        "ledger",
        "ledger [service]",
        "how late and how honest status pages have been, and the grade that makes",
        "ledger claude",
        Takes.TARGET,
    ),
    Command(
        "deliveries",
        "deliveries [service]",
        "what was sent where, what waits, what could not be sent and why",
        "deliveries",
        Takes.TARGET,
    ),
    Command("help", "help [command]", "all commands, or one with its example", "help why", Takes.COMMAND),
)
COMMANDS: Mapping[str, Command] = {command.name: command for command in _ALL}
DEFAULT = "status"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants to know; `word` is an incident's id or a command's name."""

    command: str
    target: Named | None = None
    word: str = ""


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Why it could not be understood, the command or name that was nearest, and an example that works."""

    why: str
    nearest: str
    example: str


def parse(text: str, names: Names) -> Request | Misunderstood:
    """What is asked by `text`; any text at all has an answer. A bare name asks for its status."""
    words = clean(text[: LONGEST * 4], LONGEST).split()
    if words and words[0].startswith("/"):
        del words[0]
    if not words:
        return Request(DEFAULT)
    said, rest = words[0].casefold(), " ".join(words[1:])
    command = COMMANDS.get(said)
    if command is None:
        meant = names.find(" ".join(words))
        if len(meant) == 1:
            return Request(DEFAULT, meant[0])
        begun = [c for c in COMMANDS.values() if c.name.startswith(said)]
        if len(begun) != 1:
            return _unknown(words[0], said, meant)
        command = begun[0]
    return _with_argument(command, rest, names)


def _with_argument(command: Command, rest: str, names: Names) -> Request | Misunderstood:
    if not rest:
        if command.required:
            return Misunderstood(
                f"{command.name} needs {command.takes}: {command.usage}", command.name, command.example
            )
        return Request(command.name)
    match command.takes:
        case Takes.COMMAND:
            return _help(rest)
        case Takes.INCIDENT:
            found = INCIDENT_ID.fullmatch(rest)
            if found:
                return Request(command.name, word=found[1].upper())
            return Misunderstood(f"{clean(rest, 40)!r} is no incident's id", "incidents", command.example)
        case Takes.TARGET | Takes.SUBJECT:
            return _about(command, rest, names)


def _about(command: Command, rest: str, names: Names) -> Request | Misunderstood:
    meant = names.find(rest)
    if len(meant) == 1:
        return Request(command.name, meant[0])
    if meant:
        choices = listed([named.id for named in meant], 6)
        return Misunderstood(f"{clean(rest, 40)!r} could be {choices}", meant[0].id, f"{command.name} {meant[0].id}")
    found = INCIDENT_ID.fullmatch(rest)
    nearest = names.nearest(rest)
    if found and command.takes is Takes.SUBJECT and not nearest:
        return Request(command.name, word=found[1].upper())
    example = f"{command.name} {nearest}" if nearest else command.example
    return Misunderstood(f"no service or component is called {clean(rest, 40)!r}", nearest, example)


def _help(rest: str) -> Request | Misunderstood:
    said = rest.split(maxsplit=1)[0].casefold()
    if said in COMMANDS:
        return Request("help", word=said)
    return _unknown(rest.split(maxsplit=1)[0], said, ())


def _unknown(word: str, said: str, meant: Sequence[Named]) -> Misunderstood:
    if meant:
        choices = listed([named.id for named in meant], 6)
        return Misunderstood(f"{clean(word, 40)!r} could be {choices}", meant[0].id, f"status {meant[0].id}")
    close = difflib.get_close_matches(said[:40], list(COMMANDS), n=1, cutoff=0.5)
    nearest = close[0] if close else "help"
    return Misunderstood(f"there is no command {clean(word, 40)!r}", nearest, COMMANDS[nearest].example)


class UnclearNameError(ValueError):
    """A name that fits nothing or too much; the message is a sentence for people."""


class Component(Protocol):
    """What a component must tell of itself to be found by name."""

    @property
    def id(self) -> str: ...
    @property
    def service(self) -> str: ...
    @property
    def name(self) -> str: ...
    @property
    def nicknames(self) -> tuple[str, ...]: ...


Found = TypeVar("Found", bound=Component)


def find_component(text: str, components: Sequence[Found]) -> Found:
    """The one component meant by `text`. Raises UnclearNameError."""
    known = {c.id: c for c in components}
    names = Names(Named(c.service, c.id, c.name, c.nicknames) for c in components)
    meant = names.find(text)
    if len(meant) == 1:
        return known[meant[0].component]
    if meant:
        raise UnclearNameError(f"{clean(text, 40)!r} could be {listed([named.id for named in meant], 6)}")
    nearest = names.nearest(text)
    hint = f"did you mean {nearest}?" if nearest else f"known are {listed(list(known), 12)}"
    raise UnclearNameError(f"no component is called {clean(text, 40)!r}; {hint}")
