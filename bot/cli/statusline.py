"""`groundtruth statusline`: a component in one line, from a cached file that is read again behind it."""

import argparse
import asyncio
import contextlib
import sys
import tempfile
import time
from dataclasses import replace
from pathlib import Path

import httpx

from bot.cli import cached_line
from bot.cli.wait import client_of
from bot.config.load import load, secret
from bot.core.answers.status_line import HEAD, line
from bot.demo.clock import CLOCK, time_by
from bot.desk.reader import Reader
from bot.errors import UserError
from bot.settings import Settings
from bot.store.connect import open_kept

EXAMPLES = """\
  groundtruth statusline                               the Claude API, as in "🟠 Claude ~18% failing"
  groundtruth statusline openai-api
  groundtruth statusline claude-api --refresh          read it now, and write it to the cached file
  GROUNDTRUTH_URL=https://status.example.com groundtruth statusline
It prints what was read last, and refreshes it in the background once it is older than 15 seconds. What is older than
90 seconds is shown as unknown. The Groundtruth at $GROUNDTRUTH_URL is asked (with the token in
$GROUNDTRUTH_TOKEN), without it the store of the configuration. Pieces for Claude Code, tmux, starship, prompts and
menu bars: groundtruth files. Exit code: 0 printed, 2 nothing to ask and --refresh."""

URL, TOKEN = "GROUNDTRUTH_URL", "GROUNDTRUTH_TOKEN"
LARGEST = 8_192


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("component", nargs="?", default=cached_line.DEFAULT, help="its id (default: claude-api)")
    parser.add_argument("--refresh", action="store_true", help="read it now, and wait for the answer")
    parser.add_argument("--url", default=secret(URL), help=f"ask this Groundtruth (default: ${URL})")
    parser.add_argument("--state-dir", type=Path, help="ask the records in this directory, such as a demo's")


def run(args: argparse.Namespace) -> int:
    """Read, write the cached file, print. Raises UserError where there is nothing to ask, with `--refresh` alone."""
    if not cached_line.LETTERS.issuperset(args.component):
        raise UserError(f"expected the id of a component such as claude-api, not {args.component[:60]!r}")
    try:
        _write(args.component, asyncio.run(_read(args)))
    except UserError:
        if args.refresh:
            raise
    found, age = cached_line.read(args.component)
    sys.stdout.write((cached_line.said(found, age) if found else f"⚪ {args.component} unknown") + "\n")
    return 0


async def _read(args: argparse.Namespace) -> str:
    if args.url:
        return await _by_http(args.url, args.component)
    settings = load(args.config)
    if args.state_dir is not None:
        settings = replace(settings, redis=None, state_dir=args.state_dir)
    return await _from_store(settings, args.component)


async def _by_http(url: str, component: str) -> str:
    async with client_of(url, secret(TOKEN)) as client:
        try:
            answer = await client.get(f"/line/{component}")
        except (httpx.TransportError, httpx.UnsupportedProtocol) as error:
            raise UserError(f"{url}: cannot be reached ({error})") from None
    if answer.status_code != 200 or not answer.text.startswith(f"{HEAD}\n") or len(answer.content) > LARGEST:
        raise UserError(f"{url}: {answer.status_code}, no component {component[:60]!r} for us")
    return answer.text


async def _from_store(settings: Settings, component: str) -> str:
    known = {c.id: c.service for c in settings.components()}
    if component not in known:
        raise UserError(f"no component is called {component[:60]!r}: groundtruth ask lists them")
    url = settings.redis.reveal() if settings.redis else None
    async with open_kept(url, settings.state_dir) as (store, _):
        played = time_by(await store.notes.get(CLOCK), time.time())
        now = time.time() if played is None else played
        standing = await Reader(store.views, settings.services).standing(known[component])
        voices = next(v for v in standing.voices if v.measured.component == component)
        return line(voices, now).written()


def _write(component: str, text: str) -> None:
    """Whole or not at all; a cache that cannot be written is none."""
    file = Path(cached_line.place(component))
    with contextlib.suppress(OSError):
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=file.parent, delete=False, encoding="utf-8") as new:
            new.write(f"{int(time.time())}\n{text}")
        Path(new.name).replace(file)
