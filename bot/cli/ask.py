"""`groundtruth ask`: one question to the desk, answered from the store of the Groundtruth that runs."""

import argparse
import asyncio
import contextlib
import getpass
import json
import sys
import time
import uuid
from dataclasses import replace
from pathlib import Path

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config.load import from_text, load
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.parser import PASTED
from bot.core.commands.table import FORMER, Role
from bot.core.model.person import Person
from bot.delivery.self_notices import SelfNotices
from bot.delivery.subscriptions import Subscriptions, configured_subscriptions
from bot.demo.clock import CLOCK, time_by
from bot.desk.open import open_desk
from bot.settings import Settings
from bot.store.connect import open_kept
from bot.store.store import Store

EXAMPLES = """\
  groundtruth ask                              how everything stands
  groundtruth ask why claude-api               the evidence, and what would change it
  groundtruth ask ack --as Ann                 take the only open incident
  groundtruth ask silence claude-api 2h known  hold its messages back
  groundtruth ask explain - < error.txt        what a pasted error means
  groundtruth ask subscribe claude to=slack:C0123
  groundtruth ask --state-dir /tmp/gt postmortem    the records of a demo, or of one that is stopped
  groundtruth ask help                         all that can be asked
  groundtruth ask --json incidents             the data behind the answer
Exit code: 0 answered, 1 not understood, refused or not on record, 2 no store to ask."""

STDIN = "-"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("question", nargs="*", help="what to ask (default: status); - reads the rest from stdin")
    parser.add_argument("--state-dir", type=Path, help="ask the records in this directory, such as a demo's")
    parser.add_argument("--json", action="store_true", help="print the data behind the answer as JSON")
    parser.add_argument("--code", action="store_true", help="with the code to copy, where tips have some")
    parser.add_argument(
        "--as", metavar="NAME", dest="name", help="who asks, as others see it (default: your user name)"
    )
    parser.add_argument(
        "--role", choices=[role.value for role in Role], default=Role.ADMIN.value, help="ask with no more rights than"
    )


def run(args: argparse.Namespace) -> int:
    """Ask once and print; what was not understood, or refused, ends with 1."""
    words = [sys.stdin.read(PASTED) if word == STDIN else word for word in args.question]
    words += ["code"] if args.code and words[:1] == ["tips"] else []
    if words and (now := FORMER.get(words[0].casefold())):
        sys.stderr.write(f"{words[0]} is now called {now}; the former name is still understood\n")
    settings = load(args.config, asks=True)
    if args.state_dir is not None:
        settings = replace(settings, redis=None, state_dir=args.state_dir, socket=None)
    answer = asyncio.run(asked(settings, " ".join(words), asker(args.name, Role(args.role))))
    if args.json:
        answer = answer.plainly()
        data = {"title": answer.title, "understood": answer.understood, "refused": answer.refused, **answer.data}
        data |= {"text": answer.text} if answer.text else {}
        sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2) + "\n")
    else:
        show(answer, Console(markup=False, emoji=False, highlight=False))
    return 0 if answer.understood and not answer.refused else 1


def asker(name: str | None = None, role: Role = Role.ADMIN) -> Asker:
    """Whoever sits at the terminal: the owner of the store, under a name that others see."""
    user = ""
    with contextlib.suppress(KeyError, OSError, ImportError):  # a container's user may have no name
        user = getpass.getuser()
    return Asker(Person("terminal", "", name or user, name or user), role, id=f"terminal.{uuid.uuid4().hex}")


async def asked(settings: Settings, question: str, who: Asker | None = None) -> Answer:
    """The desk's answer; of a Groundtruth that does not run, from what it kept.

    Raises:
        UserError: nothing runs there, and nothing was kept.
        StoreError: the store is away, or something was to be changed where nobody runs.
    """
    url = settings.redis.reveal() if settings.redis else None
    async with open_kept(url, settings.state_dir, settings.socket) as (store, runs):
        now = time_by(await store.notes.get(CLOCK), time.time())
        if now is not None:
            # A demo has its own time, and its own services whatever the configuration here names.
            settings = replace(from_text("", "defaults", {}), state_dir=settings.state_dir)
        if not runs:
            what = "a demo that is over" if now is not None else "no Groundtruth runs there"
            sys.stderr.write(f"Note: the records of {settings.state_dir}, {what}; nothing can be changed.\n")
        desk = open_desk(store, settings, subscribes=subscriptions(store, settings))
        return await desk.ask(question, who or asker(), time.time() if now is None else now)


def subscriptions(store: Store, settings: Settings) -> Subscriptions:
    """Subscriptions from here: what is to be posted is put into the outbox, for the Groundtruth that runs."""
    news = SelfNotices(store, f"ask.{uuid.uuid4().hex[:8]}", time.time, lambda: None)
    return configured_subscriptions(store, settings, news)


def show(answer: Answer, console: Console, *, wrapped: bool = False) -> None:
    """Print an answer; into a pipe nothing is wrapped unless it is to be, and what is Markdown is printed as it is."""
    if not (console.is_terminal or wrapped):
        console.width = 10_000
    if answer.text:
        heading = "" if answer.text.startswith("# ") else f"# {answer.title}\n\n"
        console.out(heading + answer.text, highlight=False)
        return
    answer = answer.plainly(zone=None)
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
