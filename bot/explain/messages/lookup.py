"""The known messages in a text."""

from typing import Final, NamedTuple

from bot.explain.messages.claude import CLAUDE
from bot.explain.messages.clients import CLIENTS
from bot.explain.messages.message import Message
from bot.explain.messages.programs import PROGRAMS
from bot.explain.messages.vendors import VENDORS

EVERY: Final = (*PROGRAMS, *CLAUDE, *VENDORS, *CLIENTS)
"""In the order of precedence where two are equally late in a text."""
_QUOTES: Final = str.maketrans({"’": "'", "‘": "'", "\u00a0": " "})


class Hit(NamedTuple):
    """A message and where its last occurrence stands in the text."""

    message: Message
    begin: int
    end: int


def hits(text: str) -> list[Hit]:
    """Every known message of the text, each once, the order of the table kept."""
    text = text.translate(_QUOTES)
    flat = " ".join(text.lower().split())
    found: list[Hit] = []
    for message in EVERY:
        last = None
        for piece, pattern in message.patterns:
            if piece in flat:
                for match in pattern.finditer(text):
                    last = match if last is None or match.start() > last.start() else last
        if last is not None:
            found.append(Hit(message, last.start(), last.end()))
    return found
