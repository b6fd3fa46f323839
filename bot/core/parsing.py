"""How a line of text becomes a request, by the command table; any text at all has an answer. Pure."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from bot.core.acts import ENDS
from bot.core.commands import ALIASES, COMMANDS, DEFAULT, END, NAMES, Argument, Command, Takes
from bot.core.names import Named, Names
from bot.core.silences import LONGEST_S, SHORTEST_S, seconds_of
from bot.core.words.quoting import clean, listed

LONGEST = 400
PASTED = 20_000
"""Characters read of a pasted error."""
INCIDENT_ID = re.compile(r"#?([0-9A-HJKMNP-TV-Z]{4})", re.IGNORECASE | re.ASCII)
"""Four characters of Crockford's base 32, as incidents are named."""
_ERROR = re.compile(r"[1-5]\d\d\b|[{<]|(?:HTTP|api|error|traceback|req_|\w+error)\b", re.IGNORECASE)
_WORDS_OF_A_NAME = 6


@dataclass(frozen=True, slots=True)
class Request:
    """What somebody wants; `word` is an incident's id or a command's name, `given` the choices made, by argument."""

    command: str
    target: Named | None = None
    word: str = ""
    length_s: float | None = None
    text: str = ""
    given: tuple[tuple[str, str], ...] = ()

    def choice(self, name: str, otherwise: str = "") -> str:
        """What was chosen for the argument of that name."""
        return dict(self.given).get(name, otherwise)


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Why it could not be understood, the command or name that was nearest, and an example that works."""

    why: str
    nearest: str
    example: str


class _UnclearError(Exception):
    """Carries the answer out of the steps of reading."""

    def __init__(self, what: Misunderstood) -> None:
        super().__init__(what.why)
        self.what = what


def parse(text: str, names: Names) -> Request | Misunderstood:
    """What is asked by `text`. A bare name asks for its status."""
    head = text[:PASTED].split(maxsplit=1)
    if head and head[0].startswith("/"):
        text = head[1] if len(head) > 1 else ""
    words = clean(text[: LONGEST * 4], LONGEST).split()
    if not words:
        return Request(DEFAULT)
    try:
        command = _command(words, names)
        if isinstance(command, Request):
            return command
        if any(argument.takes is Takes.PASTE for argument in command.arguments):
            return _pasted(command, text)
        return _read(command, words[1:], names)
    except _UnclearError as unclear:
        return unclear.what


def command_named(word: str) -> Command | None:
    """The command of that name or alias, or the only one whose name begins so."""
    said = word.casefold()
    if said in COMMANDS or said in ALIASES:
        return COMMANDS[ALIASES.get(said, said)]
    begun = [command for command in COMMANDS.values() if command.name.startswith(said)]
    return begun[0] if len(begun) == 1 else None


def _command(words: list[str], names: Names) -> Command | Request:
    said = words[0].casefold()
    if said in COMMANDS or said in ALIASES:
        return COMMANDS[ALIASES.get(said, said)]
    meant = names.find(" ".join(words))
    if len(meant) == 1:
        return Request(DEFAULT, meant[0])
    if len(words) == 1 and words[0].startswith("#") and (found := INCIDENT_ID.fullmatch(words[0])):
        return Request("incident", word=found[1].upper())
    command = command_named(said)
    if command is None and len(words) == 1 and _like_an_id(words[0]):
        return Request("incident", word=words[0].upper())
    if command is None:
        raise _UnclearError(_unknown(" ".join(words), words[0], meant))
    return command


def _like_an_id(word: str) -> bool:
    """Whether a lone word can only be an incident's id: as we write it, or with a digit; no error looks so."""
    written = word.isupper() or any(map(str.isdigit, word))
    return written and INCIDENT_ID.fullmatch(word) is not None and not _ERROR.match(word)


def _pasted(command: Command, text: str) -> Request:
    parts = text[:PASTED].strip().split(maxsplit=1)
    if len(parts) < 2:
        raise _UnclearError(_wanting(command, command.arguments[0]))
    return Request(command.name, text=parts[1])


def _read(command: Command, words: list[str], names: Names) -> Request:
    """Take from the words what each argument can claim, the surest first; what is left is a name, then free text."""
    words, given = _keyed(command, words)
    request = Request(command.name, given=given)
    for argument in command.arguments:
        if argument.takes is Takes.COMMAND and words:
            return replace(request, word=_help(words[0]))
        if argument.takes is Takes.CHOICE and not argument.keyed:
            words, request = _chosen(argument, words, request)
    after: list[str] | None = None
    timed = next((a for a in command.arguments if a.takes is Takes.DURATION), None)
    if timed and END in timed.suggested and _ended(words):  # after the name, where a length of time would stand
        words, after = words[:-1], []
    elif timed:
        words, after, seconds = _lasting(command, timed, words)
        request = replace(request, length_s=seconds)
    free = any(argument.takes is Takes.WORDS for argument in command.arguments)
    request = replace(request, text=" ".join(after or ()))
    if named := next((a for a in command.arguments if a.takes in NAMES), None):
        request = _named(named, words, names, request, free=free and after is None)
    return request


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
            raise _UnclearError(Misunderstood(why, command.name, command.example))
        given[argument.name] = value.casefold() if argument.choices else value
    return rest, tuple(given.items())


def _chosen(argument: Argument, words: list[str], request: Request) -> tuple[list[str], Request]:
    at = next((n for n, word in enumerate(words) if word.casefold() in argument.choices), None)
    if at is None:
        return words, request
    given = (*request.given, (argument.name, words[at].casefold()))
    return words[:at] + words[at + 1 :], replace(request, given=given)


def _ended(words: list[str]) -> bool:
    return len(words) > 1 and words[-1].casefold() in ENDS and not any(map(seconds_of, words))


def _lasting(command: Command, argument: Argument, words: list[str]) -> tuple[list[str], list[str], float]:
    """What stands before the first length of time, what after it, and the length in seconds."""
    for n in range(len(words)):
        for taken in (2, 1):
            seconds = seconds_of(" ".join(words[n : n + taken]))
            if seconds is None:
                continue
            if not SHORTEST_S <= seconds <= LONGEST_S:
                why = f"{clean(' '.join(words[n : n + taken]), 40)} is not between a minute and 30 days"
                raise _UnclearError(Misunderstood(why, command.name, command.example))
            return words[:n], words[n + taken :], seconds
    raise _UnclearError(_wanting(command, argument))


def _named(argument: Argument, words: list[str], names: Names, request: Request, *, free: bool) -> Request:
    command = COMMANDS[request.command]
    if not words:
        if argument.required:
            raise _UnclearError(_wanting(command, argument))
        return request
    if free:
        for n in range(min(len(words), _WORDS_OF_A_NAME), 0, -1):
            meant = names.find(" ".join(words[:n]))
            if len(meant) == 1:
                return replace(request, target=meant[0], text=" ".join(words[n:]))
        if INCIDENT_ID.fullmatch(words[0]) or not argument.fallback:
            found = _about(command, argument, words[0], names, request)
            return replace(found, text=" ".join(words[1:]))
    return _about(command, argument, " ".join(words), names, request)


def _about(command: Command, argument: Argument, said: str, names: Names, request: Request) -> Request:
    meant = names.find(said)
    if len(meant) == 1:
        return replace(request, target=meant[0])
    if meant:
        raise _UnclearError(_ambiguous(said, command.name, meant))
    found = INCIDENT_ID.fullmatch(said)
    if found and argument.takes is not Takes.TARGET:
        return replace(request, word=found[1].upper())
    _unchosen(command, said, names)
    nearest = names.nearest(said)
    if argument.takes is Takes.INCIDENT and not nearest:
        why = f"{clean(said, 40)!r} is no incident's id"
        raise _UnclearError(Misunderstood(why, "incidents", command.example))
    example = f"{command.name} {nearest}" if nearest else command.example
    raise _UnclearError(Misunderstood(f"no service or component is called {clean(said, 40)!r}", nearest, example))


def _unchosen(command: Command, said: str, names: Names) -> None:
    """A good name with a word after it that is none of those to choose from."""
    name, _, last = said.rpartition(" ")
    argument = next((a for a in command.arguments if a.takes is Takes.CHOICE and not a.keyed), None)
    if argument is not None and (len(names.find(name)) == 1 or seconds_of(last) is not None):
        why = f"{argument.name} is {' or '.join(argument.choices)}, not {clean(last, 40)!r}"
        raise _UnclearError(Misunderstood(why, command.name, command.example))


def _help(word: str) -> str:
    command = command_named(word)
    if command is None:
        raise _UnclearError(_unknown(word, word, ()))
    return command.name


def _wanting(command: Command, argument: Argument) -> Misunderstood:
    return Misunderstood(f"{command.name} needs {argument.takes}: {command.usage}", command.name, command.example)


def _ambiguous(said: str, command: str, meant: Sequence[Named]) -> Misunderstood:
    ids = [named.id for named in meant]
    return Misunderstood(f"{clean(said, 40)!r} could be {listed(ids, 6)}", ids[0], f"{command} {ids[0]}")


def _unknown(said: str, word: str, meant: Sequence[Named]) -> Misunderstood:
    if meant:
        return _ambiguous(said, DEFAULT, meant)
    begun = [name for name in COMMANDS if name.startswith(word.casefold())]
    if len(begun) > 1:
        first = min(begun, key=len)
        return Misunderstood(f"{clean(word, 40)!r} could be {listed(begun, 6)}", first, COMMANDS[first].example)
    close = difflib.get_close_matches(word.casefold()[:40], list(COMMANDS), n=1, cutoff=0.5)
    close = close or difflib.get_close_matches(word.casefold()[:40], list(ALIASES), n=1, cutoff=0.7)
    if _ERROR.match(said) and not close:
        return Misunderstood(f"{clean(said, 40)!r} looks like an error", "explain", f"explain {clean(said, 40)}")
    nearest = ALIASES.get(close[0], close[0]) if close else "help"
    return Misunderstood(f"there is no command {clean(word, 40)!r}", nearest, COMMANDS[nearest].example)
