"""How a line of text becomes a request, by the command table; any text at all has an answer. Pure."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.commands import timing
from bot.core.commands.errors import ERROR, Misunderstood, ParseError, ambiguous, unknown, wanting
from bot.core.commands.names import WORDS, Named, Names
from bot.core.commands.phrases import command_of, pasted, plainly
from bot.core.commands.table import ALIASES, COMMANDS, DEFAULT, NAMES, Argument, Command, Takes
from bot.core.routing.matchers import Matcher
from bot.core.text.durations import seconds_of
from bot.core.text.quoting import clean

LONGEST = 400
PASTED = 20_000
"""Characters read of a pasted error."""
DASHES = "-\u2013\u2014"
"""What may stand before a choice: "--code" is what a terminal teaches people to write, and phones make a dash of it."""
INCIDENT_ID = re.compile(r"#?([0-9A-HJKMNP-TV-Z]{4})", re.IGNORECASE | re.ASCII)
"""Four characters of Crockford's base 32, as incidents are named."""
SILENCE_ID = re.compile(rf"#?(S{INCIDENT_ID.pattern.removeprefix('#?(')}", re.IGNORECASE | re.ASCII)
"""The same after an S."""
GROUP_ID = re.compile(r"group@([0-9A-Z]{4})", re.IGNORECASE | re.ASCII)
"""What one message about several incidents is known by."""
ON_GROUPS = frozenset({"incidents", "ack", "release", "silence", "unsilence"})
_SENTENCE = 3
"""So many words are a sentence rather than a command that was mistyped."""
EXPLAIN = "explain"


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants; `word` is an incident's or silence's id or a command's name, `given` the choices made.

    `till_over` is in place of a length, `begins` a moment as it was written, `conditions` in place of a target.
    """

    command: str
    target: Named | None = None
    word: str = ""
    length_s: float | None = None
    text: str = ""
    given: tuple[tuple[str, str], ...] = ()
    till_over: bool = False
    begins: str = ""
    conditions: tuple[Matcher, ...] = ()

    def choice(self, name: str, otherwise: str = "") -> str:
        """What was chosen for the argument of that name."""
        return dict(self.given).get(name, otherwise)


def parse(text: str, names: Names) -> Request | Misunderstood:
    """What is asked by `text`. A bare name asks for its status."""
    head = text[:PASTED].split(maxsplit=1)
    if head and head[0].startswith("/"):
        text = head[1] if len(head) > 1 else ""
    words = clean(text[: LONGEST * 4], LONGEST).split()
    if not words:
        return Request(DEFAULT)
    try:
        command = _command(words, text[:PASTED], names)
        if isinstance(command, Request):
            return command
        if any(argument.takes is Takes.PASTE for argument in command.arguments):
            return _pasted(command, text)
        return _read(command, words[1:], names)
    except ParseError as unclear:
        return unclear.what


def command_named(word: str) -> Command | None:
    """The command of that name or alias, or the only one whose name begins so."""
    said = word.casefold()
    if said in COMMANDS or said in ALIASES:
        return COMMANDS[ALIASES.get(said, said)]
    begun = [command for command in COMMANDS.values() if command.name.startswith(said)]
    return begun[0] if len(begun) == 1 else None


def _command(words: list[str], text: str, names: Names) -> Command | Request:
    said = words[0].casefold()
    commanded = said in COMMANDS or said in ALIASES
    if asked := command_of(" ".join(words), commanded=commanded or pasted(text)):
        return _asked(*asked, names)
    if commanded:
        return COMMANDS[ALIASES.get(said, said)]
    meant = names.find(" ".join(words))
    if len(meant) == 1:
        return Request(DEFAULT, meant[0])
    written = INCIDENT_ID.fullmatch(words[0]) if len(words) == 1 and words[0].startswith("#") else None
    command = command_named(said) if written is None else None
    if written or (command is None and len(words) == 1 and _like_an_id(words[0])):
        return Request("incident", word=words[0].removeprefix("#").upper())
    return command or _sentence(words, text, names, meant)


def _asked(command: str, what: str, names: Names) -> Request:
    """What a sentence asks of the command that it stands for."""
    return Request(command, text=what) if command == EXPLAIN else _read(COMMANDS[command], what.split(), names)


def _sentence(words: list[str], text: str, names: Names, meant: Sequence[Named]) -> Command | Request:
    """What is no command: a polite one, a pasted error, or a sentence about something we know."""
    polite = plainly(" ".join(words)).split()
    if polite and len(polite) < len(words):
        again = parse(" ".join(polite), names)
        if isinstance(again, Request):
            return again
    if pasted(text):
        return Request(EXPLAIN, text=text.strip())
    unclear = unknown(" ".join(words), words[0], meant)
    about = names.mentioned(words) if len(words) >= _SENTENCE and unclear.nearest == "help" else None
    if about is None:
        raise ParseError(unclear)
    return Request(DEFAULT, about)


def _like_an_id(word: str) -> bool:
    """Whether a lone word can only be an incident's id: as we write it, or with a digit; no error looks so."""
    written = word.isupper() or any(map(str.isdigit, word))
    return written and INCIDENT_ID.fullmatch(word) is not None and not ERROR.match(word)


def _pasted(command: Command, text: str) -> Request:
    parts = text[:PASTED].strip().split(maxsplit=1)
    if len(parts) < 2:
        raise ParseError(wanting(command, command.arguments[0]))
    return Request(command.name, text=parts[1])


def _read(command: Command, words: list[str], names: Names) -> Request:
    """Take from the words what each argument can claim, the surest first; what is left is a name, then free text."""
    words, given = _keyed(command, words)
    request = Request(command.name, given=given)
    for argument in command.arguments:
        if argument.takes is Takes.COMMAND and words:
            return replace(request, word=_help(words[0]))
        # "Claude Code" is a component, so "code" in it is no choice.
        if argument.takes is Takes.CHOICE and not argument.keyed and len(names.find(" ".join(words))) != 1:
            words, request = _chosen(argument, words, request)
    timed = next((a for a in command.arguments if a.takes is Takes.DURATION), None)
    named = next((a for a in command.arguments if a.takes in NAMES), None)
    begins = request.choice("start")
    how = timing.timing(timed, words, begins, named=named is not None) if timed else timing.Timing(words)
    if isinstance(how, str):
        if how or not timed:
            raise ParseError(Misunderstood(how, command.name, command.example))
        if timed.required:
            raise ParseError(wanting(command, timed))
        how = timing.Timing(words)
    free = any(argument.takes is Takes.WORDS for argument in command.arguments)
    request = replace(request, length_s=how.length_s, till_over=how.till_over, begins=how.begins)
    request, words = replace(request, text=" ".join(how.after or ())), list(how.before)
    if named and named.matched:
        request, words = _matched(command, request, words)
    if named is None and free and words:
        request, words = replace(request, text=" ".join([*words, *request.text.split()])), []
    if named and (words or not request.conditions):
        request = _named(named, words, names, request, free=free and how.after is None)
    return _narrowed(command, request) if request.conditions else request


def _matched(command: Command, request: Request, words: list[str]) -> tuple[Request, list[str]]:
    """The matchers among the words, and the others."""
    try:
        found, rest = timing.conditions(words)
    except ValueError as error:
        raise ParseError(Misunderstood(str(error), command.name, command.example)) from None
    return replace(request, conditions=found), rest.split()


def _narrowed(command: Command, request: Request) -> Request:
    """A name beside matchers is one more of them."""
    if request.word:
        why = "say an incident's id or matchers, not both"
        raise ParseError(Misunderstood(why, command.name, command.example))
    if request.target is None:
        return request
    one = Matcher("component" if request.target.component else "service", "=", request.target.id)
    return replace(request, target=None, conditions=(*request.conditions, one))


def _keyed(command: Command, words: list[str]) -> tuple[list[str], tuple[tuple[str, str], ...]]:
    rest, given = [], {}
    for word in words:
        name, sign, value = word.partition("=")
        argument = command.argument(name.casefold())
        if not sign or argument is None or not argument.keyed:
            rest.append(word)
            continue
        if argument.choices and value.casefold() not in argument.choices:
            why = f"{argument.name} is {' or '.join(argument.choices)}, not {clean(value, 40)!r}"
            raise ParseError(Misunderstood(why, command.name, command.example))
        given[argument.name] = value.casefold() if argument.choices else value
    return rest, tuple(given.items())


def _chosen(argument: Argument, words: list[str], request: Request) -> tuple[list[str], Request]:
    at = next((n for n, word in enumerate(words) if word.casefold().lstrip(DASHES) in argument.choices), None)
    if at is None:
        return words, request
    given = (*request.given, (argument.name, words[at].casefold().lstrip(DASHES)))
    return words[:at] + words[at + 1 :], replace(request, given=given)


def _named(argument: Argument, words: list[str], names: Names, request: Request, *, free: bool) -> Request:
    command = COMMANDS[request.command]
    if not words:
        if argument.required:
            raise ParseError(wanting(command, argument))
        return request
    if free:
        for n in range(min(len(words), WORDS), 0, -1):
            meant = names.find(" ".join(words[:n]))
            if len(meant) == 1:
                return replace(request, target=meant[0], text=" ".join(words[n:]))
        if INCIDENT_ID.fullmatch(words[0]) or not argument.fallback:
            found = _about(command, argument, words[0], names, request)
            return replace(found, text=" ".join(words[1:]))
    return _about(command, argument, " ".join(words), names, request)


def _about(command: Command, argument: Argument, said: str, names: Names, request: Request) -> Request:
    if command.name in ON_GROUPS and (group := GROUP_ID.fullmatch(said)):
        return replace(request, word=f"group@{group[1].upper()}")
    meant = names.find(said)
    if len(meant) == 1:
        return replace(request, target=meant[0])
    if meant:
        raise ParseError(ambiguous(said, command.name, meant))
    found = INCIDENT_ID.fullmatch(said) or (SILENCE_ID.fullmatch(said) if argument.matched else None)
    if found and argument.takes is not Takes.TARGET:
        return replace(request, word=found[1].upper())
    _unchosen(command, said, names)
    nearest = names.nearest(said)
    if argument.takes is Takes.INCIDENT and not nearest:
        why = f"{clean(said, 40)!r} is no incident's id"
        raise ParseError(Misunderstood(why, "incidents", command.example))
    example = f"{command.name} {nearest}" if nearest else command.example
    raise ParseError(Misunderstood(f"no service or component is called {clean(said, 40)!r}", nearest, example))


def _unchosen(command: Command, said: str, names: Names) -> None:
    """A good name with a word after it that is none of those to choose from."""
    name, _, last = said.rpartition(" ")
    argument = next((a for a in command.arguments if a.takes is Takes.CHOICE and not a.keyed), None)
    if argument is not None and (len(names.find(name)) == 1 or seconds_of(last) is not None):
        why = f"{argument.name} is {' or '.join(argument.choices)}, not {clean(last, 40)!r}"
        raise ParseError(Misunderstood(why, command.name, command.example))


def _help(word: str) -> str:
    command = command_named(word)
    if command is None:
        raise ParseError(unknown(word, word, ()))
    return command.name
