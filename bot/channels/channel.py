"""What every outside world that can be spoken to must do: the contract of courier and contract tests."""

from collections.abc import Mapping
from types import TracebackType
from typing import Any, Protocol, Self, runtime_checkable

from bot.core.answers.charts import Drawing
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry

MessageRef = Mapping[str, Any]
"""Where a card was posted, in the channel's own words (a ts, a message id, a key); JSON-able, kept in the store."""


class Channel(Protocol):
    """One outside world that can be spoken to; `place` says where in it ("" where there is only one place).

    It neither waits nor retries by itself: it raises `DeliveryError` and the courier decides.

    `key` is the same for every try at the same message, so that a repeat can land on the first one; `idempotent` says
    whether it does, or may stand there twice after a failure that leaves it open. `refresh_s`: fresher figures alone
    are edited in no more often than this; news at once.
    """

    name: str
    idempotent: bool
    refresh_s: float

    async def __aenter__(self) -> Self: ...

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...

    def health(self) -> tuple[bool, str]:
        """Whether this channel can send, as a sentence for operators."""

    async def post(self, place: str, card: Card, key: str) -> MessageRef:
        """Post the root message and say where it is."""

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the root message up to date, in place; the place may change (a new root where the old one is gone)."""

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Add one line to the root message's trail."""


@runtime_checkable
class ChartChannel(Protocol):
    """A channel that can show charts below a root message, where they push nothing aside."""

    idempotent: bool

    @property
    def draws(self) -> bool:
        """Whether it is to, by its options, and can."""

    def posts(self, drawing: Drawing, drawn: MessageRef, /) -> bool:
        """Whether `draw` would post a new message, which may stand twice if its answer is lost."""

    async def draw(self, where: MessageRef, drawing: Drawing, drawn: MessageRef, key: str) -> MessageRef:
        """Post the charts below the root, or put them where others are `drawn` ({}: nowhere); where they stand now.

        Words go first: raises DeliveryError rather than take the turn of anything else.
        """


@runtime_checkable
class RespondingChannel(Protocol):
    """A channel that can repeat what its platform answered last, for whoever tries it by hand."""

    def last_response(self) -> str:
        """The answer in a sentence, without secrets; "" before the first."""
