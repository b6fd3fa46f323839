"""The desk's answers as Discord's messages. Pure but for discord.py's values."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord

from bot.channels.discord.embeds import COLOURS, Frame, framed
from bot.channels.discord.markdown import unpinged
from bot.core.answers.answer import Answer, Table
from bot.core.model.card import Action, Colour
from bot.core.text.quoting import clean
from bot.core.text.truncation import width

TEXT = 2_400
"""Characters of a long body in the message; more goes into a file beside it."""
TABLE = 1_600
CELL = 60
ROWS = 25
_COLOURS = {True: COLOURS[Colour.BLUE], False: COLOURS[Colour.GREY]}


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent: the embed, the buttons under it, and a file where the body is long."""

    embed: discord.Embed
    actions: tuple[Action, ...] = ()
    shareable: bool = True
    body: str = field(default="", repr=False)

    def files(self) -> list[discord.File]:
        """The long body as a file; made anew for each try."""
        return [discord.File(io.BytesIO(self.body.encode()), "answer.md")] if self.body else []


def reply(answer: Answer) -> Reply:
    """An answer as a message; it fits, whatever its size."""
    lines = [unpinged(line) for line in answer.text.split("\n")] if answer.text else []
    kept = within(lines, TEXT)
    long = len(kept) < len(lines)
    body = "\n".join(kept) + ("\n… the whole of it is in the file" if long else "")
    parts = [body, table(answer.table) if answer.table else ""]
    text = "\n".join(part for part in parts if part)
    frame = Frame(
        answer.title, answer.lines, answer.footer, _COLOURS[answer.understood and not answer.refused], text=text
    )
    shareable = answer.understood and not answer.refused
    whole = unpinged(answer.text) if long else ""
    return Reply(discord.Embed.from_dict(framed(frame)), tuple(answer.actions), shareable, whole)


def sentence(text: str) -> Reply:
    """A reply of one sentence."""
    frame = Frame(text, (), "", COLOURS[Colour.GREY])
    return Reply(discord.Embed.from_dict(framed(frame)), shareable=False)


def table(shown: Table) -> str:
    """Rows in columns, in a block of fixed width; what does not fit is counted."""
    rows = [shown.head, *shown.rows[:ROWS]]
    cells = [[clean(cell, CELL).replace("`", "ˋ") for cell in row] for row in rows]
    widths = [max(len(row[n]) for row in cells if n < len(row)) for n in range(max(map(len, cells), default=0))]
    lines = ["  ".join(c.ljust(w) for c, w in zip(row, widths, strict=False)).rstrip() for row in cells]
    return _boxed(lines, len(shown.rows) - len(cells) + 1)


def _boxed(lines: Sequence[str], left: int) -> str:
    kept = within([unpinged(line) for line in lines], TABLE)
    left += len(lines) - len(kept)
    return "```\n" + "\n".join(kept) + "\n```" + (f"\n… {left} more" if left else "")


def within(lines: Sequence[str], room: int) -> list[str]:
    """As many of the first lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        room -= width(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept
