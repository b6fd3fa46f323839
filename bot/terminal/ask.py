"""`groundtruth ask`: one question to the desk, answered from the store of the Groundtruth that runs."""

import argparse
import asyncio
import json
import sys
import time

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config import load
from bot.core.incident import Person
from bot.core.words.answer import Answer
from bot.desk import Desk
from bot.reading import Reading, names
from bot.settings import Settings
from bot.store.connect import open_store

EXAMPLES = """\
  groundtruth ask                      how everything stands
  groundtruth ask status claude-api    one component: three voices with their ages
  groundtruth ask why claude-api       the evidence, and what would change it
  groundtruth ask help                 all that can be asked
  groundtruth ask --json incidents     the data behind the answer
Exit code: 0 answered, 1 not understood or not on record, 2 no store to ask."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("question", nargs="*", help="what to ask (default: status)")
    parser.add_argument("--json", action="store_true", help="print the data behind the answer as JSON")


def run(args: argparse.Namespace) -> int:
    """Ask once and print; what was not understood ends with 1."""
    answer = asyncio.run(asked(load(args.config), " ".join(args.question)))
    if args.json:
        sys.stdout.write(json.dumps({"title": answer.title, **answer.data}, ensure_ascii=False, indent=2) + "\n")
    else:
        show(answer, Console(markup=False, emoji=False, highlight=False))
    return 0 if answer.understood else 1


async def asked(settings: Settings, question: str) -> Answer:
    """The desk's answer. Raises UserError where no Groundtruth runs, StoreError where its store is away."""
    url = settings.redis.reveal() if settings.redis else None
    async with open_store(url, settings.state_dir, start=False) as store:
        desk = Desk(Reading(store.views, settings.services), names(settings.services))
        return await desk.ask(question, Person("terminal", "", "", ""), time.time())


def show(answer: Answer, console: Console) -> None:
    """Print an answer; into a pipe nothing is wrapped."""
    if not console.is_terminal:
        console.width = 10_000
    console.print(Text(answer.title, style="bold"))
    if answer.table is not None:
        table = Table(box=None, pad_edge=False, padding=(0, 2, 0, 0))
        for head in answer.table.head:
            table.add_column(Text(head, style="dim"), overflow="fold")
        for row in answer.table.rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    if answer.lines:
        grid = Table.grid(padding=(0, 2))
        grid.add_column(no_wrap=True)
        grid.add_column(overflow="fold")
        for label, text in answer.lines:
            grid.add_row(Text(label, style="dim"), Text(text))
        console.print(grid)
    if answer.footer:
        console.print(Text(answer.footer, style="dim"))
