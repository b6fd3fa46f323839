"""The desk's answers as Discord's messages. Pure but for discord.py's values."""

import io
from collections.abc import Sequence
from dataclasses import dataclass, field

import discord

from bot.channels.discord.embeds import COLOURS, Frame, framed
from bot.channels.discord.markdown import escape, markup, unpinged
from bot.channels.discord.thread_charts import PICTURE, described
from bot.core.answers.answer import Answer, Choice, Table
from bot.core.answers.charts import Chart
from bot.core.model.card import Action, Colour
from bot.core.text.inline import tidy, utc
from bot.core.text.no_break import unbroken
from bot.core.text.quoting import clean
from bot.core.text.states import colour_of
from bot.core.text.truncation import width

TEXT = 2_400
"""Characters of a long body in the message; more goes into a file beside it."""
ROWS = 3_900
"""Characters of lines and rows in a message; an embed's description takes 4,096."""
CELL, LINE = 200, 1_000


@dataclass(frozen=True, slots=True)
class Reply:
    """What is sent: the embed, the buttons under it, a file where the body is long; charts come after it."""

    embed: discord.Embed
    actions: tuple[Action, ...] = ()
    shareable: bool = True
    body: str = field(default="", repr=False)
    choice: Choice | None = None
    charts: tuple[Chart, ...] = ()

    def files(self) -> list[discord.File]:
        """The long body as a file; made anew for each try."""
        return [discord.File(io.BytesIO(self.body.encode()), "answer.md")] if self.body else []

    def pictured(self, png: bytes) -> tuple[discord.Embed, list[discord.File]]:
        """The embed with its charts in it, and all its files."""
        shown = self.embed.copy().set_image(url=f"attachment://{PICTURE}")
        return shown, [*self.files(), discord.File(io.BytesIO(png), PICTURE, description=described(self.charts))]


def reply(answer: Answer) -> Reply:
    """An answer as a message; it fits, whatever its size."""
    lines = [unpinged(line) for line in answer.text.split("\n")] if answer.text else []
    kept = within(lines, TEXT)
    long = len(kept) < len(lines)
    body = "\n".join(kept) + ("\n… the whole of it is in the file" if long else "")
    found = [*rows(answer.lines), *(table(answer.table) if answer.table else ())]
    said = within(found, ROWS - width(body))
    more = [f"… {len(found) - len(said)} more"] if len(said) < len(found) else []
    text = "\n".join(part for part in (*said, *more, body) if part)
    frame = Frame(answer.title, (), utc(answer.footer, answer.at), colour(answer), text=text)
    shareable = answer.understood and not answer.refused
    whole = unpinged(answer.text) if long else ""
    embed = discord.Embed.from_dict(framed(frame))
    return Reply(embed, tuple(answer.actions), shareable, whole, answer.choice, tuple(answer.charts))


def colour(answer: Answer) -> int:
    """The colour of the state its title begins with; blue for what tells of none, grey for what came to nothing."""
    if not answer.understood or answer.refused:
        return COLOURS[Colour.GREY]
    return COLOURS[colour_of(answer.title) or Colour.BLUE]


def sentence(text: str) -> Reply:
    """A reply of one sentence."""
    frame = Frame(text, (), "", COLOURS[Colour.GREY])
    return Reply(discord.Embed.from_dict(framed(frame)), shareable=False)


def rows(lines: Sequence[tuple[str, str]]) -> list[str]:
    """Lines as `**label** text`: a field's name would take a line of its own, twice the height on a phone."""
    return [f"{_bold(label)}{markup(unbroken(tidy(text, LINE)))}" for label, text in lines if (label + text).strip()]


def table(shown: Table) -> list[str]:
    """A table for a narrow screen: one row a line, its first cell bold, the others under their heads."""
    found = []
    for first, *others in filter(None, shown.rows):
        cells = [
            f"{_label(shown.head, n)}{markup(unbroken(tidy(cell, CELL)))}" for n, cell in enumerate(others, 1) if cell
        ]
        name = markup(tidy(first, CELL))
        found.append(f"**{name}** {' · '.join(cells)}" if name else " · ".join(cells))
    return found


def _bold(label: str) -> str:
    said = markup(tidy(label, 100))
    return f"**{said}** " if said else ""


def _label(head: Sequence[str], number: int) -> str:
    said = escape(clean(head[number], 30)) if number < len(head) else ""
    return f"*{said}* " if said else ""


def within(lines: Sequence[str], room: int) -> list[str]:
    """As many of the first lines as there is room for."""
    kept: list[str] = []
    for line in lines:
        room -= width(line) + 1
        if room < 0:
            break
        kept.append(line)
    return kept
