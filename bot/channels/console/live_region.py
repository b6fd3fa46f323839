"""Open incidents in a region at the bottom of a terminal, updated in place; everything else scrolls by above it."""

import threading
from collections.abc import Mapping
from datetime import tzinfo
from typing import TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from bot.channels.console.above_region import left, stands
from bot.channels.console.plain_lines import LABEL, Act
from bot.channels.console.printed_endings import PrintedEndings
from bot.core.messages.compose import thread_line
from bot.core.model.card import Card, Colour
from bot.core.model.incident import TimelineEntry
from bot.core.text.durations import clock
from bot.core.text.quoting import clean

COLOUR: Mapping[Colour, str] = {
    Colour.GREEN: "green",
    Colour.YELLOW: "yellow",
    Colour.ORANGE: "dark_orange",
    Colour.RED: "red",
    Colour.BLUE: "blue",
    Colour.GREY: "bright_black",
}
IN_FULL = 2


class LiveScreen:
    """The newest open cards in full, further ones as headlines; a closed card is printed for good above the region.

    rich draws; no text ever passes through its markup. Its locks make `above` safe from any thread.
    """

    zone: tzinfo | None = None

    def __init__(self, out: TextIO) -> None:
        self._console = Console(file=out, markup=False, emoji=False, highlight=False)
        self._open: dict[str, Card] = {}
        self._ended = PrintedEndings()
        self._live: Live | None = None
        self._lock = threading.RLock()

    def show(self, act: Act, card: Card) -> None:
        """Bring the card's place in the region up to date, or print its end."""
        with self._lock:
            new = act.key not in self._open
            if card.closed:
                self._open.pop(act.key, None)
                if not self._ended.printed(act.key, card.headline):
                    self._print(drawn(card))
            else:
                self._open[act.key] = card
                if new:
                    self._print(headline(card, clock(act.at, act.at, seconds=True, zone=None)))
            self._draw()

    def follow(self, act: Act, entry: TimelineEntry) -> None:
        """Print a line of the trail above the region."""
        with self._lock:
            self._print(Text(f"   {thread_line(entry, act.at, None)}", style="dim"))

    def above(self, text: str) -> None:
        """Print a log line above the region."""
        with self._lock:
            for line in text.splitlines():
                self._print(Text(clean(line, 4_000)))

    def close(self) -> None:
        """Leave the last picture standing as ordinary lines."""
        with self._lock:
            if self._live is not None:
                self._live.stop()
                self._live = None
                left(self)

    def _print(self, what: RenderableType) -> None:
        self._console.print(what)

    def _draw(self) -> None:
        if not self._open:
            if self._live is not None:
                self._live.update(Group(), refresh=True)
                self._live.transient = True
                self._live.stop()
                self._live = None
                left(self)
            return
        if self._live is None:
            self._live = Live(
                console=self._console,
                auto_refresh=False,
                redirect_stdout=False,
                redirect_stderr=False,
                vertical_overflow="ellipsis",
            )
            self._live.start()
            stands(self)
            # A killed process must not leave a terminal without its cursor.
            self._console.show_cursor(True)
        cards = list(self._open.values())
        rows: list[RenderableType] = [Text("─" * min(self._console.width - 2, 100), style="bright_black")]
        rows += [headline(card) for card in cards[:-IN_FULL]]
        rows += [drawn(card) for card in cards[-IN_FULL:]]
        # Two columns are left free: a sign that is wider than rich believes must not break a line of the region.
        self._live.update(Padding(Group(*rows), (0, 2, 0, 0), expand=False), refresh=True)


def headline(card: Card, stamp: str = "") -> Text:
    """The headline in its colour, after the time if one is given."""
    text = Text(f"{stamp} " if stamp else "", style="dim")
    return text.append(card.headline, style=f"not dim bold {COLOUR[card.tone]}")


def drawn(card: Card) -> RenderableType:
    """The whole card: headline, labelled lines with a hanging indent, footer."""
    grid = Table.grid(padding=0)
    grid.add_column(width=LABEL + 3, no_wrap=True)
    grid.add_column(overflow="fold")
    for label, text in card.lines:
        grid.add_row(Text(f"   {label}", style="dim"), Text(text))
    foot = [card.footer, *(f"{label}: {url}" for label, url in card.links)]
    under = [Text(f"   {line}", style="dim") for line in foot if line]
    return Group(headline(card), grid, *under) if card.lines else Group(headline(card), *under)
