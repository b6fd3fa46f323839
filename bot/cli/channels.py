"""`groundtruth channels`: where Groundtruth can speak, and one of them tried by hand."""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console

from bot.channels.registry import CHANNELS
from bot.cli import try_channel
from bot.cli.ask import show
from bot.config.complaints import nearest, printable
from bot.config.load import load
from bot.core.answers.answer import Answer, Table
from bot.core.health.signs import HealthSign
from bot.core.text.durations import ago
from bot.core.text.numbers import number
from bot.core.text.quoting import clean, listed
from bot.errors import GroundtruthError, UserError
from bot.settings import Channel, Settings
from bot.store.codec import SIGN
from bot.store.connect import open_store

EXAMPLES = """\
  groundtruth channels                           all of them: kind, where they post, and their health
  groundtruth channels test pagerduty            trigger a marked test there and resolve it, and show the answers
  groundtruth channels test slack                post it in every channel that is configured for alerts
  groundtruth channels test slack --to C0123ABC  in this one
  groundtruth channels test mail --json          for machines
Exit code: 0 the platform took everything, 1 it did not, 2 no such channel, or it cannot be opened."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    style = argparse.ArgumentParser(add_help=False)
    style.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    parser.add_argument("--json", action="store_true", help="print JSON")
    actions = parser.add_subparsers(dest="action", metavar="test")
    test = actions.add_parser("test", parents=[style], help="send a marked test, end it, and show the result")
    test.add_argument("name", help="the channel's name in the configuration")
    test.add_argument("--to", metavar="PLACE", help="a place in it, such as C0123ABC (default: all configured ones)")


def run(args: argparse.Namespace) -> int:
    """List, or test."""
    settings = load(args.config)
    if args.action == "test":
        return asyncio.run(_test(_channel(settings, args.name), args.to, as_json=args.json))
    return asyncio.run(_list(settings, as_json=args.json))


async def _test(channel: Channel, to: str | None, *, as_json: bool) -> int:
    out = sys.stderr if as_json else sys.stdout
    steps = []
    with tempfile.TemporaryDirectory(prefix="groundtruth.") as folder:
        around = try_channel.outside(Path(folder), out, time.time)
        async for step in try_channel.tried(channel, _targets(channel, to), around):
            steps.append(step)
            if not as_json:
                sys.stdout.write(f"{clean(step.target, 200)}: {step.sentence}\n")
    if as_json:
        told = {"channel": channel.name, "kind": channel.kind, "steps": [asdict(step) for step in steps]}
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    return int(not all(step.ok for step in steps))


async def _list(settings: Settings, *, as_json: bool) -> int:
    now, signs = time.time(), await _signs(settings)
    if as_json:
        told = [
            {
                "name": c.name,
                "kind": c.kind,
                "targets": CHANNELS[c.kind].targets(c.name, c.options),
                "signs": [asdict(sign) for sign in signs.get(c.name, ())],
            }
            for c in settings.channels
        ]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
        return 0
    rows = tuple(_row(c, signs.get(c.name, ()), now) for c in settings.channels)
    title, foot = number(len(rows), "channel", "channels"), "; ".join(settings.notes)
    table = Table(("name", "kind", "where", "now"), rows) if rows else None
    show(Answer(title, now, table=table, footer=foot), Console(markup=False, emoji=False, highlight=False))
    return 0


def _row(channel: Channel, signs: Sequence[HealthSign], now: float) -> tuple[str, ...]:
    targets = CHANNELS[channel.kind].targets(channel.name, channel.options)
    how = "; ".join(_now(sign, now) for sign in signs) or "no process speaks there"
    return channel.name, channel.kind, listed(targets) or "subscribers", how


def _now(sign: HealthSign, now: float) -> str:
    return f"{'🟢' if sign.ok else '🔴'} {clean(sign.sentence, 300)} ({ago(sign.at or now, now)})"


async def _signs(settings: Settings) -> Mapping[str, Sequence[HealthSign]]:
    """What each process says of each channel; nothing where none runs, or its store is away."""
    url = settings.redis.reveal() if settings.redis else None
    try:
        async with open_store(url, settings.state_dir, start=False) as store:
            parts = await store.health.all()
    except GroundtruthError:
        return {}
    found: dict[str, list[HealthSign]] = {}
    for part, body in sorted(parts.items()):
        if (sign := SIGN.load(body)) is not None:
            found.setdefault(part.rpartition("/")[2], []).append(sign)
    return found


def _channel(settings: Settings, name: str) -> Channel:
    """The channel of that name. Raises UserError."""
    names = {c.name: c for c in settings.channels}
    if name not in names:
        close = nearest(name, names)
        advice = f"did you mean {close}?" if close else f"there are: {listed(names) or 'none'}"
        notes = "".join(f"; {note}" for note in settings.notes if name in note)
        raise UserError(f"no channel '{printable(name)}' is open: {advice}{notes}")
    return names[name]


def _targets(channel: Channel, to: str | None) -> Sequence[str]:
    """The places to try. Raises UserError where none is configured and none was named."""
    if to is not None:
        place = to.removeprefix(f"{channel.name}:")
        return (f"{channel.name}:{place}" if place else channel.name,)
    targets = CHANNELS[channel.kind].targets(channel.name, channel.options)
    if not targets:
        raise UserError(f"{channel.name} names no place of its own: say where with --to")
    return targets
