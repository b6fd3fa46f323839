"""`groundtruth mcp`: the MCP server for one agent, on standard input and output."""

import argparse
import asyncio
import contextlib
import importlib
import time
from collections.abc import AsyncIterator
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from bot import extras
from bot.cli.ask import asker
from bot.config.load import from_text, load, secret
from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.model.report import AGENT
from bot.demo.clock import CLOCK, time_by
from bot.desk.open import open_desk
from bot.errors import UserError
from bot.settings import Settings
from bot.store.connect import open_kept

EXAMPLES = """\
  groundtruth mcp                                          the store of the configuration here
  groundtruth mcp --state-dir /tmp/gt                      the records of a demo, or of one that is stopped
  groundtruth mcp --url https://status.example.com --token-file token
  GROUNDTRUTH_TOKEN=... groundtruth mcp --url http://127.0.0.1:8080
  claude mcp add groundtruth -- groundtruth mcp            in Claude Code
It speaks JSON-RPC, one message a line, until its input ends. Agents only read, unless --reports lets them report.
Exit code: 0 the input ended, 2 nothing to ask, or the extra `mcp` is not installed."""

TOKEN = "GROUNDTRUTH_TOKEN"  # noqa: S105 - the variable's name
PATH = "/mcp"


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--url", help="ask the Groundtruth at this address (its web: has mcp:), not the store here")
    parser.add_argument("--token-file", type=Path, help=f"a file with a token for it (default: ${TOKEN})")
    parser.add_argument("--state-dir", type=Path, help="ask the records in this directory, such as a demo's")
    parser.add_argument("--reports", action="store_true", help="let the agent report trouble, as one voice")
    parser.add_argument("--as", metavar="NAME", dest="name", help="the agent's name in the audit")


def run(args: argparse.Namespace) -> int:
    """Serve until the input ends."""
    if find_spec("mcp") is None:
        raise UserError(f"the extra is not installed: {extras.command('mcp')}")
    if args.url:
        if args.reports:
            raise UserError("--reports: with --url that is for web.mcp.reports of that Groundtruth to say")
        upstream = importlib.import_module("bot.mcp.upstream")
        return int(asyncio.run(upstream.forwarded(f"{args.url.rstrip('/').removesuffix(PATH)}{PATH}", _token(args))))
    settings = load(args.config, asks=True)
    if args.state_dir is not None:
        settings = replace(settings, redis=None, state_dir=args.state_dir, socket=None)
    asyncio.run(_served(settings, _agent(args.name), reports=args.reports))
    return 0


def _token(args: argparse.Namespace) -> str:
    if args.token_file is None:
        return secret(TOKEN)
    try:
        return str(args.token_file.read_text().strip())
    except (OSError, UnicodeDecodeError) as error:
        raise UserError(f"{args.token_file}: cannot be read: {error}") from None


def _agent(name: str | None) -> Asker:
    who = asker(name, Role.VIEWER)
    return replace(who, person=replace(who.person, platform=AGENT), id="")


async def _served(settings: Settings, who: Asker, *, reports: bool) -> None:
    """Raises UserError where nothing runs and nothing was kept."""
    server = importlib.import_module("bot.mcp.server")
    stdio = importlib.import_module("bot.mcp.stdio")
    async with _asking(settings, who) as (ask, known):
        await stdio.served(server.agent_server(ask, lambda: known, reports=reports))


@contextlib.asynccontextmanager
async def _asking(settings: Settings, who: Asker) -> AsyncIterator[tuple[Any, list[tuple[str, str]]]]:
    url = settings.redis.reveal() if settings.redis else None
    async with open_kept(url, settings.state_dir, settings.socket) as (store, _):
        if await store.notes.get(CLOCK) is not None:
            # A demo has its own time, and its own services whatever the configuration here names.
            settings = replace(from_text("", "defaults", {}), state_dir=settings.state_dir)
        desk = open_desk(store, settings)

        async def ask(text: str, _: object) -> Answer:
            now = time_by(await store.notes.get(CLOCK), time.time())
            return await desk.ask(text, who, time.time() if now is None else now)

        yield ask, [(c.id, c.name) for service in settings.services for c in service.components]
