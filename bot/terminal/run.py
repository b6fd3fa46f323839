"""`groundtruth run`: watch, judge and tell, until stopped."""

import argparse
import asyncio
import logging
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager

from bot.config import load
from bot.main import Surroundings, running
from bot.settings import Settings

EXAMPLES = """\
  groundtruth run                       watch Claude with the default configuration
  groundtruth --config prod.yaml run    watch what prod.yaml names
  groundtruth run --json | jq .headline one JSON line for each message
  groundtruth run --for 60              stop by itself after a minute"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_const", const="json", dest="style", help="JSON lines for machines")
    style.add_argument("--plain", action="store_const", const="plain", dest="style", help="plain lines, nothing live")
    parser.add_argument("--for", type=float, metavar="SECONDS", dest="seconds", help="stop after this time")
    parser.add_argument("--verbose", action="store_true", help="say what happens inside, too")
    parser.set_defaults(style="auto")


def run(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM, or until the given time is over."""
    settings = load(args.config)
    logging.basicConfig(
        level=logging.INFO if args.verbose else logging.WARNING,
        format="%(asctime)s %(levelname)s %(message)s",
        stream=sys.stderr,
    )
    announce(settings)
    asyncio.run(serve(settings, Surroundings(sys.stdout, args.style), args.seconds))
    return 0


def announce(settings: Settings) -> None:
    """Say at the start what is watched and what was left out."""
    services = ", ".join(s.name for s in settings.services)
    store = "your Redis" if settings.redis else f"the embedded store in {settings.state_dir}"
    sys.stderr.write(
        f"Watching {services}: {len(settings.components())} components, {len(settings.checks())} checks,"
        f" from vantage {settings.vantage}, kept in {store}. Ctrl-C stops.\n"
    )
    for note in settings.notes:
        sys.stderr.write(f"Note: {note}\n")


async def serve(settings: Settings, around: Surroundings, seconds: float | None = None) -> None:
    """Everything at work until a signal comes or the time is over."""
    with stopping() as stop:
        async with running(settings, around):
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                return


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, so that the way out is the same as at the end of a run."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    try:
        yield stop
    finally:
        for number in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(number)
