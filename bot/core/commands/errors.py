"""Why a line could not be understood: the sentence, the nearest thing we know, an example that works. Pure."""

import difflib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from bot.core.commands.names import Named
from bot.core.commands.table import ALIASES, COMMANDS, DEFAULT, Argument, Command
from bot.core.text.quoting import clean, listed

ERROR = re.compile(r"[1-5]\d\d\b|[{<]|(?:HTTP|api|error|traceback|req_|\w+error)\b", re.IGNORECASE)
"""How pasted errors begin."""


@dataclass(frozen=True, slots=True)
class Misunderstood:
    """Why it could not be understood, the command or name that was nearest, and an example that works."""

    why: str
    nearest: str
    example: str


class ParseError(Exception):
    """Carries the answer out of the steps of reading."""

    def __init__(self, what: Misunderstood) -> None:
        super().__init__(what.why)
        self.what = what


def wanting(command: Command, argument: Argument) -> Misunderstood:
    """An argument is missing."""
    return Misunderstood(f"{command.name} needs {argument.takes}: {command.usage}", command.name, command.example)


def ambiguous(said: str, command: str, meant: Sequence[Named]) -> Misunderstood:
    """A name means several things."""
    ids = [named.id for named in meant]
    return Misunderstood(f"{clean(said, 40)!r} could be {listed(ids, 6)}", ids[0], f"{command} {ids[0]}")


def unknown(said: str, word: str, meant: Sequence[Named]) -> Misunderstood:
    """There is no such command, and the words are no name."""
    if meant:
        return ambiguous(said, DEFAULT, meant)
    begun = [name for name in COMMANDS if name.startswith(word.casefold())]
    if len(begun) > 1:
        first = min(begun, key=len)
        return Misunderstood(f"{clean(word, 40)!r} could be {listed(begun, 6)}", first, COMMANDS[first].example)
    close = difflib.get_close_matches(word.casefold()[:40], list(COMMANDS), n=1, cutoff=0.5)
    close = close or difflib.get_close_matches(word.casefold()[:40], list(ALIASES), n=1, cutoff=0.7)
    if ERROR.match(said) and not close:
        return Misunderstood(f"{clean(said, 40)!r} looks like an error", "explain", f"explain {clean(said, 40)}")
    nearest = ALIASES.get(close[0], close[0]) if close else "help"
    return Misunderstood(f"there is no command {clean(word, 40)!r}", nearest, COMMANDS[nearest].example)
