"""`groundtruth demo`: a vendor on loopback plays an outage; the real prober, judge and courier watch it."""

import argparse
import asyncio
import sys
import tempfile
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

import yaml

from bot.app import Terminal, running
from bot.channels.console.above_region import above
from bot.cli.run import stopping
from bot.config.load import from_text
from bot.demo.clock import CLOCK, StoryClock, note_of
from bot.demo.scenario import Story
from bot.demo.scenario_files import load, names
from bot.demo.summary import told
from bot.demo.vendor import Vendor
from bot.settings import Settings

EXAMPLES = """\
  groundtruth demo                       13 April 2026 in about a minute
  groundtruth demo --story april-15      another afternoon
  groundtruth demo --json > demo.jsonl   the messages as JSON lines, the narration on stderr
  groundtruth demo --state-dir /tmp/gt   keep what was recorded; then ask about it, meanwhile or afterwards:
  groundtruth ask --state-dir /tmp/gt postmortem
  groundtruth demo --web                 with the status page, whose address is printed; Ctrl-C ends it
Exit code: 0 the outage was caught before the page admitted it, 1 it was not."""
KEPT_S = 90 * 86_400.0


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--story", default="april-13", help=f"which one (of {', '.join(names())}; default: april-13)")
    parser.add_argument("--seed", type=int, default=13, help="another seed makes other requests fail (default: 13)")
    parser.add_argument("--state-dir", type=Path, help="keep the records here (default: forgotten at the end)")
    parser.add_argument(
        "--web", nargs="?", const="127.0.0.1:8080", metavar="HOST:PORT", type=listen,
        help="open the status page meanwhile and afterwards (default: 127.0.0.1:8080)",
    )  # fmt: skip
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_const", const="json", dest="style", help="JSON lines for machines")
    style.add_argument("--plain", action="store_const", const="plain", dest="style", help="plain lines, nothing live")
    parser.set_defaults(style="auto")


def run(args: argparse.Namespace) -> int:
    """Play the story, then tell it."""
    story = load(args.story)
    with ExitStack() as stack:
        folder = args.state_dir or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="groundtruth-demo-")))
        return asyncio.run(play(story, args.seed, folder, args.style, args.web or ""))


async def play(story: Story, seed: int, folder: Path, style: str, page: str = "") -> int:
    """Start the vendor, watch it with everything that runs in production, and tell what happened.

    With a `page` ("host:port") the status page is open there until somebody ends it.

    Both live by the story's clock, which runs faster than the machine's: all intervals and time limits are the real
    ones, and the times in messages are those of the day.
    """
    narration = above(sys.stderr if style == "json" else sys.stdout)
    clock = StoryClock(story)
    async with Vendor(story, seed=seed, speed=1.0, clock=clock) as vendor:
        settings = watching(vendor, folder, page)
        _say(narration, _prologue(story))
        with stopping() as stop:
            async with running(settings, Terminal(sys.stdout, style, clock, story.speed)) as at_work:
                await at_work.store.notes.put(CLOCK, note_of(story, time.time()), KEPT_S)
                if page:
                    _say(narration, f"The page is open at http://{page}/\n")
                clock.start()
                await _until_over(story, clock, stop, narration)
                outcome = await told(vendor, at_work.store)
                _say(narration, outcome.text)
                if page and not stop.is_set():
                    _say(narration, "\nThe page stays open. Ctrl-C ends it.")
                    await stop.wait()
    return 0 if outcome.ahead else 1


def watching(vendor: Vendor, folder: Path, page: str = "") -> Settings:
    """The configuration a user would write for this vendor: the default one, with its addresses, and a page."""
    wanted = vendor.configuration(interval_s=30.0, timeout_s=2.0)
    wanted |= {"state_dir": str(folder.absolute()), "vantage": {"name": "demo"}}
    wanted |= {"web": {"listen": page, "title": "Groundtruth, 13 April 2026"}} if page else {}
    return from_text(yaml.safe_dump(wanted), "the demo's configuration", {})


async def _until_over(story: Story, clock: StoryClock, stop: asyncio.Event, narration: TextIO) -> None:
    """Narrate each turn of the story when it comes; end with the story, or when asked to."""
    turns = [(event.seconds, f"[{event.clock}] {event.words}") for event in story.events()]
    for seconds, words in [*turns, (story.seconds, "")]:
        try:
            async with asyncio.timeout(max(0.0, seconds - clock.elapsed_s)):
                await stop.wait()
                return
        except TimeoutError:
            if words:
                _say(narration, words)


def listen(text: str) -> str:
    """An address to listen at. Raises ArgumentTypeError."""
    host, _, port = text.rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 65_536:
        raise argparse.ArgumentTypeError("expected HOST:PORT, such as 127.0.0.1:8080")
    return text


def _prologue(story: Story) -> str:
    return (
        f"{story.title}: played in {story.seconds:.0f} s by a vendor of our own on loopback, with a clock that"
        f" runs {story.speed:.0f} times as fast. Everything else is what runs in production, at its default settings.\n"
    )


def _say(out: TextIO, words: str) -> None:
    out.write(f"{words}\n")
    out.flush()
