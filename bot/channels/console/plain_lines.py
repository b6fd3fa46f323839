"""Cards as plain lines, for pipes, journals and terminals that can do no more; and as JSON lines, for machines."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any, Protocol, TextIO

from bot.channels.console.printed_endings import PrintedEndings
from bot.channels.paging import NUMBERS
from bot.core.messages.compose import thread_line
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.core.text.durations import clock
from bot.core.text.inline import utc, zoned
from bot.core.text.quoting import clean

LABEL = 12
LINES = 40
WIDE = 1_000


@dataclass(frozen=True, slots=True)
class Act:
    """One delivery act: what kind ("root", "edit", "trail"), of which key, when."""

    kind: str
    key: str
    at: float


class Screen(Protocol):
    """Where a console shows what it has recorded; raises OSError or ValueError when its stream is gone."""

    zone: tzinfo | None
    """That of the times it shows: None for this machine's."""

    def show(self, act: Act, card: Card) -> None:
        """Show a root for the first time or again."""

    def follow(self, act: Act, entry: TimelineEntry) -> None:
        """Show one line of a root's trail."""

    def above(self, text: str) -> None:
        """Show a line that belongs to no card, such as one of the log."""

    def close(self) -> None:
        """Leave the terminal as it should be found."""


def harmless(card: Card, zone: tzinfo | None) -> Card:
    """The same card with every text in one clean line of bounded length, whoever made it; times in a zone."""
    return Card(
        subject=clean(card.subject, 80),
        kind=clean(card.kind, 40),
        tone=card.tone,
        emoji=card.emoji if len(card.emoji) <= 4 and "\x1b" not in card.emoji else "",
        headline=clean(card.headline, 300) or "no headline",
        lines=tuple(
            (clean(label, LABEL), clean(zoned(text, card.at, zone), WIDE)) for label, text in card.lines[:LINES]
        ),
        footer=clean(zoned(card.footer, card.at, zone), 300),
        links=tuple((clean(label, 40), clean(url, 300)) for label, url in card.links[:5]),
        closed=card.closed,
        at=card.at,
    )


def write(out: TextIO, text: str) -> None:
    """Write whole lines, in what letters the stream has, and flush."""
    encoding = getattr(out, "encoding", None) or "utf-8"
    out.write(text.encode(encoding, "replace").decode(encoding))
    out.flush()


class PlainScreen:
    """A root in full when it is new or over, one line when its headline says more than new figures."""

    zone: tzinfo | None = None

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._headlines: dict[str, str] = {}
        self._ended = PrintedEndings()

    def show(self, act: Act, card: Card) -> None:
        """Print what this stream has not shown yet."""
        seen, shape = self._headlines.get(act.key), NUMBERS.sub("#", card.headline)
        if self._ended.printed(act.key, card.headline) if card.closed else seen == shape:
            return
        stamp = clock(act.at, act.at, seconds=True, zone=None)
        if seen is None or card.closed:
            body = [f"   {label:<{LABEL}}{text}".rstrip() for label, text in card.lines]
            foot = [f"   {text}" for text in (card.footer, *(f"{label}: {url}" for label, url in card.links)) if text]
            write(self._out, "\n".join([f"{stamp} {card.headline}", *body, *foot]) + "\n")
        else:
            write(self._out, f"{stamp} {card.headline}\n")
        if card.closed:
            self._headlines.pop(act.key, None)
        else:
            self._headlines[act.key] = shape

    def follow(self, act: Act, entry: TimelineEntry) -> None:
        """Print the line under its time."""
        write(self._out, f"   {thread_line(entry, act.at, None)}\n")

    def above(self, text: str) -> None:
        """Print a log line unchanged."""
        write(self._out, text)

    def close(self) -> None:
        """Nothing to close: plain text is printed at once."""


class JsonScreen:
    """One JSON object a line, nothing else on the stream; a machine reads UTC."""

    zone: tzinfo | None = UTC

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def show(self, act: Act, card: Card) -> None:
        """Print `{"event":"root"|"edit"|"closed","key":...,"at":...}` and the card's fields."""
        self._say({"event": "closed" if card.closed else act.kind, "key": act.key, "at": act.at, **fields(card)})

    def follow(self, act: Act, entry: TimelineEntry) -> None:
        """Print `{"event":"trail",...}`."""
        said = {"what": clean(entry.event, 80), "text": clean(utc(entry.text, entry.at), WIDE), "happened_at": entry.at}
        self._say({"event": "trail", "key": act.key, "at": act.at, **said})

    def above(self, text: str) -> None:
        """A machine's stream carries no log lines."""

    def close(self) -> None:
        """Nothing to close: each line is printed at once."""

    def _say(self, value: Mapping[str, Any]) -> None:
        write(self._out, json.dumps(value, ensure_ascii=False, separators=(",", ":")) + "\n")


def fields(card: Card) -> dict[str, Any]:
    """A card as JSON for machines."""
    return {
        "subject": card.subject,
        "kind": card.kind,
        "tone": card.tone.value,
        "headline": card.headline,
        "lines": [[label, text] for label, text in card.lines],
        "footer": card.footer,
        "links": [[label, url] for label, url in card.links],
        "closed": card.closed,
    }
