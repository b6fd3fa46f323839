"""What chat platforms are given besides cards: the desk, which answers people, and a memory that replicas share.

Protocols only, so that no channel knows who stands behind them. Both raise `StoreError` when the store is away.
"""

from collections.abc import Sequence
from typing import Protocol

from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker


def posted_in(name: str, place: str) -> str:
    """The note that says that alerts were posted in a place of the channel `name` lately: who is there may act."""
    return f"{name}:posted:{place}"


class Asks(Protocol):
    """The desk: every command and every button of every platform is a line of text to it."""

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        """The answer; a button (verb, subject) is asked as `verb subject`. `now` is Unix seconds."""

    async def complete(self, text: str, asker: Asker) -> Sequence[tuple[str, str]]:
        """What the line could go on to, as (label, value), 25 at most."""


class Memory(Protocol):
    """Small notes under a name of the caller's, shared by all replicas and gone after `ttl_s` seconds."""

    async def once(self, name: str, ttl_s: float) -> bool:
        """Whether nobody has said this name before: true for exactly one caller."""

    async def note(self, name: str, text_of_it: str, ttl_s: float) -> None:
        """Keep the text; what stood there is replaced."""

    async def noted(self, name: str) -> str:
        """The text, "" where there is none."""
