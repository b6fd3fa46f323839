"""The first channel: incident cards in a terminal, with a durable record of every delivery.

The record is written first, the terminal second. Whether an act is a new root or lands on an old one is decided by the
record alone, so a kill between the two costs at most a repeated line on the terminal: the courier, who was not told
"done", delivers again, the record knows the key, and the terminal shows the card (perhaps once more). The other order
could show a root that the record, and so the next process, does not know.
"""

from collections.abc import Callable, Mapping
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TextIO

from rich.console import Console as Terminal

from bot.channels.channel import MessageRef
from bot.channels.console.delivery_log import Record
from bot.channels.console.live_region import LiveScreen
from bot.channels.console.plain_lines import Act, JsonScreen, PlainScreen, Screen, harmless
from bot.channels.console.writer_thread import Scribe
from bot.channels.context import ChannelContext
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.core.text.inline import utc
from bot.core.text.quoting import clean
from bot.errors import DeliveryError

KEY = 200


class Console:
    """Says things on `out`: "live", "plain" or "json"; "auto" is live where a cursor can move, else plain."""

    idempotent = True
    refresh_s = 0.0

    def __init__(self, name: str, record: Path, out: TextIO, style: str, now: Callable[[], float]) -> None:
        self.name = name
        self._record = Record(record)
        self._screen = screen(out, style)
        self._now = now
        self._scribe = Scribe(f"console {name}")
        self._shown: dict[str, None] = {}

    async def __aenter__(self) -> Self:
        self._record.open()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            await self._scribe.do(self._close)
        except (DeliveryError, OSError, ValueError):
            # A terminal that is gone or stuck needs no farewell; the record is whole after every act.
            return
        finally:
            self._scribe.stop()

    def health(self) -> tuple[bool, str]:
        """Always healthy: without its terminal the run ends."""
        return True, "writes to its terminal and its record"

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  a terminal is one place
        """Post the root, or bring it up to date if the record has it already."""
        await self._do(lambda: self._root(harmless(card, self._screen.zone), key[:KEY]))
        return {"key": key[:KEY]}

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Bring the root up to date; where the record has lost it, this becomes a new root."""
        key = str(where.get("key", ""))[:KEY]
        await self._do(lambda: self._root(harmless(card, self._screen.zone), key))
        return {"key": key}

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Add a line to the root's trail; the same line twice is recorded once."""
        root = str(where.get("key", ""))[:KEY]
        await self._do(lambda: self._trail(root, entry, key[:KEY]))

    def above(self, text: str) -> None:
        """Print text that belongs to no card (log lines) so that it does not tear the live region."""
        self._screen.above(text)

    def _root(self, card: Card, key: str) -> None:
        now = self._now()
        kind = "edit" if self._record.has_root(key) else "root"
        said = {"subject": card.subject, "kind": card.kind, "tone": card.tone.value, "closed": card.closed}
        self._record.append({"at": now, "act": kind, "key": key, **said, "headline": card.headline})
        self._screen.show(Act(kind, key, now), card)

    def _trail(self, root: str, entry: TimelineEntry, key: str) -> None:
        now = self._now()
        if not self._record.has_trail(key):
            said: Mapping[str, Any] = {"event": clean(entry.event, 80), "text": clean(utc(entry.text, now), 400)}
            self._record.append({"at": now, "act": "trail", "key": key, "root": root, **said})
        elif key in self._shown:
            return
        self._screen.follow(Act("trail", root, now), entry)
        self._shown[key] = None
        while len(self._shown) > 1_000:
            del self._shown[next(iter(self._shown))]

    def _close(self) -> None:
        self._screen.close()
        self._record.close()

    async def _do(self, act: Callable[[], None]) -> None:
        try:
            await self._scribe.do(act)
        except (OSError, ValueError) as error:
            raise DeliveryError(f"the terminal is gone ({type(error).__name__})", permanent=True) from error


def screen(out: TextIO, style: str) -> Screen:
    """The way to show cards on this stream."""
    if style == "json":
        return JsonScreen(out)
    if style not in ("live", "plain"):
        terminal = Terminal(file=out)
        style = "live" if terminal.is_terminal and not terminal.is_dumb_terminal else "plain"
    return LiveScreen(out) if style == "live" else PlainScreen(out)


def opened(name: str, _: Mapping[str, Any], outside: ChannelContext) -> Console:
    """The terminal, with its record beside the state."""
    return Console(name, outside.state_dir / f"{name}.jsonl", outside.out, outside.style, outside.now)
