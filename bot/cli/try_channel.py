"""A channel tried by hand: a marked test goes out and is ended again, and what the platform answers is told.

It needs neither store nor a running Groundtruth: every test has a key of its own, so there is nothing to remember.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import NoReturn, TextIO

from bot.channels.channel import Channel as Opened
from bot.channels.channel import MessageRef, RespondingChannel
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.model.card import Card, Colour
from bot.core.text.quoting import clean
from bot.errors import DeliveryError
from bot.settings import Channel

PATIENCE_S = 30.0
"""For each of the two messages."""
HEADLINE = "Test from Groundtruth, please ignore"
TEST = Card(
    subject="TEST",
    # As alarms go; blue is the mildest of them.
    kind="incident",
    tone=Colour.BLUE,
    emoji="🔵",
    headline=f"🔵 {HEADLINE}",
    lines=(("Means", "somebody tries whether messages arrive here; nothing is wrong"),),
    footer="sent by hand: groundtruth channels test",
)
OVER = replace(TEST, tone=Colour.GREEN, emoji="🟢", headline=f"🟢 {HEADLINE}: over", closed=True)
TELLING = ("permalink", "message", "ts", "key")
"""How channels call what finds a message again; the most telling first."""


@dataclass(frozen=True, slots=True)
class Step:
    """What came of one message to one target: `what` is "sent" or "ended", the sentence tells no secret."""

    target: str
    what: str
    ok: bool
    sentence: str


class _Slip:
    """The memory of one trial."""

    def __init__(self) -> None:
        self._notes: dict[str, str] = {}

    async def set_once(self, name: str, ttl_s: float) -> bool:  # noqa: ARG002  it lives no longer than the trial
        first = name not in self._notes
        self._notes.setdefault(name, "")
        return first

    async def put(self, name: str, value: str, ttl_s: float) -> None:  # noqa: ARG002  as above
        self._notes[name] = value

    async def get(self, name: str) -> str:
        return self._notes.get(name, "")


class _Nobody:
    """A trial listens to nobody, so that nobody asks and no turn comes."""

    async def ask(self, text: str, asker: Asker, now: float) -> Answer:
        self._never(text, asker, now)

    async def complete(self, text: str, asker: Asker) -> Sequence[tuple[str, str]]:
        self._never(text, asker)

    async def acquire(self, name: str, owner: str, ttl_ms: int) -> bool:  # noqa: ARG002  the one that runs has the turns
        return False

    async def release(self, name: str, owner: str) -> None:
        """There is none to give up."""

    def _never(self, *_: object) -> NoReturn:
        raise AssertionError("a trial listens to nobody")


def outside(folder: Path, out: TextIO, now: Callable[[], float]) -> ChannelContext:
    """The surroundings of a trial: files go to `folder`, what a console says to `out`."""
    nobody = _Nobody()
    return ChannelContext(folder, out, "plain", now, nobody, _Slip(), nobody, "trial", trial=True)


async def tried(channel: Channel, targets: Sequence[str], around: ChannelContext) -> AsyncIterator[Step]:
    """Two steps a target; a target that did not take the first has no second.

    Raises:
        UserError: the channel cannot be opened.
    """
    async with CHANNELS[channel.kind].opened(channel.name, channel.options, around) as opened:
        for target in targets:
            key = f"{target}/test-{secrets.token_hex(4)}"
            where, step = await _sent(opened, target, key)
            yield step
            if where is not None:
                yield await _ended(opened, target, where)


async def _sent(opened: Opened, target: str, key: str) -> tuple[MessageRef | None, Step]:
    try:
        async with asyncio.timeout(PATIENCE_S):
            where = await opened.post(target.partition(":")[2], TEST, key)
    except (DeliveryError, TimeoutError) as error:
        doubt = "; it may stand there all the same" if getattr(error, "ambiguous", True) else ""
        return None, Step(target, "sent", ok=False, sentence=f"the test was not sent: {_why(error)}{doubt}")
    return where, Step(target, "sent", ok=True, sentence=f"the test was sent, as {_name(where)}{_heard(opened)}")


async def _ended(opened: Opened, target: str, where: MessageRef) -> Step:
    try:
        async with asyncio.timeout(PATIENCE_S):
            await opened.edit(where, OVER)
    except (DeliveryError, TimeoutError) as error:
        return Step(target, "ended", ok=False, sentence=f"the test was not ended, please do it there: {_why(error)}")
    return Step(target, "ended", ok=True, sentence=f"the test was ended{_heard(opened)}")


def _why(error: DeliveryError | TimeoutError) -> str:
    return clean(str(error), 400) or f"no answer within {PATIENCE_S:.0f} s"


def _name(where: Mapping[str, object]) -> str:
    return next((clean(str(where[name]), 200) for name in TELLING if where.get(name)), "what it has no name for")


def _heard(opened: Opened) -> str:
    heard = opened.last_response() if isinstance(opened, RespondingChannel) else ""
    return f"; {heard}" if heard else ""
