"""What chat platforms are given besides cards: the desk, which answers people, and a memory that replicas share.

Protocols only, so that no channel knows who stands behind them. Both raise `StoreError` when the store is away.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol, TextIO

from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.model.action import ActionRequest, ActionResult


class Leases(Protocol):
    """Leases by name, for what only one of several processes may do. Raises `StoreError`."""

    async def acquire(self, name: str, owner: str, ttl_ms: int) -> bool:
        """Whether this owner has the lease now; asking again keeps it, a refusal changes nothing."""

    async def release(self, name: str, owner: str) -> None:
        """Give the lease up, if it is this owner's."""


SubmitAction = Callable[[str, ActionRequest], Awaitable[ActionResult | None]]
"""Puts an act into the timeline of a service, once for each id. Raises `StoreError`."""


async def _unwritten(_service: str, _command: ActionRequest) -> None:
    """Notes for a channel without a store: nothing is kept."""


class DeskPort(Protocol):
    """The desk: every command and every button of every platform is a line of text to it."""

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        """The answer; a button (verb, subject) is asked as `verb subject`. `now` is Unix seconds."""

    async def complete(self, text: str, asker: Asker) -> Sequence[tuple[str, str]]:
        """What the line could go on to, as (label, value), 25 at most."""


class KeyValues(Protocol):
    """Small values under a name of the caller's, shared by all replicas and gone after `ttl_s` seconds."""

    async def set_once(self, name: str, ttl_s: float) -> bool:
        """Whether nobody has set this name before: true for exactly one caller."""

    async def put(self, name: str, value: str, ttl_s: float) -> None:
        """Keep the value; what stood there is replaced."""

    async def get(self, name: str) -> str:
        """The value, "" where there is none."""


class Installations(Protocol):
    """Encrypted records by name, shared by all replicas and kept until they are dropped. Raises `StoreError`."""

    async def put(self, name: str, record: str) -> bool:
        """Keep the record; False where there are too many already."""

    async def get(self, name: str) -> str:
        """The record, "" where there is none."""

    async def drop(self, name: str) -> None:
        """Forget the record."""

    async def names(self) -> Sequence[str]:
        """Of all that are kept."""


@dataclass(frozen=True, slots=True)
class ChannelContext:
    """What the surroundings give to channels.

    Where files may be kept, the terminal and its style, the clock; for channels that people answer in the desk, the
    values and leases that replicas share, and `owner`, this process's name among them. A `trial` is a test by hand:
    nobody is listened to, and what acts on its own out there only says what it would do. `acts` is the way into the
    incidents' timelines; `installations` are the workspaces of others, None without a store.
    """

    state_dir: Path
    out: TextIO
    style: str
    now: Callable[[], float]
    desk: DeskPort
    memory: KeyValues
    leases: Leases
    owner: str
    trial: bool = False
    acts: SubmitAction = _unwritten
    installations: Installations | None = None


def posted_in(name: str, place: str) -> str:
    """The note that says that alerts were posted in a place of the channel `name` lately: who is there may act."""
    return f"{name}:posted:{place}"


@dataclass(frozen=True, slots=True)
class ChatServices:
    """The desk, the memory shared by replicas, and the clock (Unix seconds)."""

    desk: DeskPort
    memory: KeyValues
    now: Callable[[], float]
