"""`groundtruth run`: watch, judge and tell, until stopped."""

import argparse
import asyncio
import gc
import logging
import signal
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager

from rich.console import Console

from bot.app import EVERYTHING, Role, Running, Terminal, running
from bot.channels.console.above_region import above
from bot.cli.ask import show
from bot.cli.core_dumps import forbid_core_dumps
from bot.cli.log_redaction import configured, options
from bot.cli.reload import Origin, Reloader
from bot.config.load import Effective
from bot.core.commands.asker import Asker
from bot.core.model.person import Person
from bot.core.text.numbers import number
from bot.demo.clock import CLOCK
from bot.desk.open import open_desk
from bot.errors import StoreError, UserError
from bot.service_manager import notified
from bot.settings import Settings

log = logging.getLogger(__name__)

FIRST_WORD_S = 8.0
COLLECTOR = (2_000, 5, 5)
"""Python's own thresholds look through everything again and again; with much higher ones what is left of time-outs,
connections that refer to themselves, would wait for hours. What the start has made is exempt: see `gc.freeze`."""
NOBODY = Asker(Person("terminal", "", "", ""))

EXAMPLES = """\
  groundtruth run                       watch Claude with the default configuration
  groundtruth --config prod.yaml run    watch what prod.yaml names
  groundtruth run --json | jq .headline one JSON line for each message
  groundtruth run --for 60              stop by itself after a minute
  groundtruth run --no-checks           judge, notify and answer; `groundtruth probe` elsewhere runs the checks"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    style = parser.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_const", const="json", dest="style", help="JSON lines for machines")
    style.add_argument("--plain", action="store_const", const="plain", dest="style", help="plain lines, nothing live")
    parser.add_argument("--for", type=float, metavar="SECONDS", dest="seconds", help="stop after this time")
    parser.add_argument("--no-checks", action="store_true", help="leave the checks to `groundtruth probe` elsewhere")
    options(parser)
    parser.set_defaults(style="auto")


def run(args: argparse.Namespace) -> int:
    """Run until SIGINT or SIGTERM, or until the given time is over."""
    forbid_core_dumps()
    origin = Origin(args.config)
    found = origin.read()
    configured(args, above(sys.stderr))
    gc.collect()
    gc.freeze()
    gc.set_threshold(*COLLECTOR)
    roles = judging(found.settings) if args.no_checks else EVERYTHING
    asyncio.run(serve(found, Terminal(sys.stdout, args.style), origin, args.seconds, roles))
    return 0


def judging(settings: Settings) -> Role:
    """The role of a process that runs no checks. Raises UserError where nobody else can."""
    if settings.redis is None:
        raise UserError(
            "--no-checks needs a Redis that is shared with `groundtruth probe`: write `redis: redis://host:6379` into"
            " the configuration (nobody else can write to the embedded store)"
        )
    return Role.JUDGE


def say(line: str) -> None:
    """One line for the operator, above what stands at the terminal's foot."""
    above(sys.stderr).write(f"{line}\n")


def announce(settings: Settings, warnings: Sequence[str] = ()) -> None:
    """Say at the start what is watched, what was left out, and what is wrong with the store."""
    store = "your Redis" if settings.redis else f"the embedded store in {settings.state_dir}"
    err = above(sys.stderr)
    err.write(f"{watched(settings)}, kept in {store}. Ctrl-C stops.\n")
    for note in settings.notes:
        err.write(f"Note: {note}\n")
    for warning in warnings:
        err.write(f"Warning: {warning}\n")


def watched(settings: Settings) -> str:
    """What is watched, in a line."""
    services = ", ".join(s.name for s in settings.services)
    own = sum(len(component.checks) for component in settings.components())
    counted = f"{number(len(settings.components()), 'component', 'components')}, {number(own, 'check', 'checks')}"
    return f"Watching {services}: {counted}, from vantage {settings.vantage}"


async def serve(
    found: Effective, around: Terminal, origin: Origin, seconds: float | None = None, roles: Role = EVERYTHING
) -> None:
    """Everything at work until a signal comes or the time is over; the configuration is read again when it changes."""
    settings = found.settings
    with stopping() as stop:
        async with (
            starting(stop) as started,
            running(settings, around, roles) as at_work,
            Reloader(origin, found, at_work, say).watching(),
            notified(settings.manager, watched(settings)),
        ):
            started()
            announce(settings, at_work.store.warnings)
            # Where a demo was kept before, its time is over.
            await at_work.store.notes.put(CLOCK, "", 1.0)
            greeting = asyncio.create_task(_first_word(at_work, around)) if around.style != "json" else None
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                return
            finally:
                if greeting is not None:
                    greeting.cancel()


async def _first_word(at_work: Running, around: Terminal) -> None:
    """How everything stands after the first checks, so that silence afterwards means that nothing changed."""
    await asyncio.sleep(FIRST_WORD_S)
    try:
        answer = await open_desk(at_work.store, at_work.settings).ask("", NOBODY, around.now())
    except StoreError as error:
        log.warning("the first report to the console failed: %s", error)
    else:
        show(answer, first_words(), wrapped=True)


def first_words() -> Console:
    """The terminal for an answer beside the messages: as wide as it is, above what stands at its foot."""
    wide = Console(stderr=True).width if sys.stderr.isatty() else 10_000
    return Console(file=above(sys.stderr), width=wide, markup=False, emoji=False, highlight=False)


@asynccontextmanager
async def starting(stop: asyncio.Event) -> AsyncIterator[Callable[[], object]]:
    """Until what is given is called, `stop` ends the block at once, whatever it waits for: a store that hangs, say."""
    task = asyncio.current_task()
    assert task is not None

    async def ends() -> None:
        await stop.wait()
        task.cancel()

    watch = asyncio.create_task(ends(), name="stop at the start")
    try:
        yield watch.cancel
    except asyncio.CancelledError:
        if not stop.is_set():
            raise
        task.uncancel()
    finally:
        watch.cancel()


@contextmanager
def stopping() -> Iterator[asyncio.Event]:
    """An event that SIGINT and SIGTERM set, so that the way out is the same as at the end of a run."""
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for which in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(which, stop.set)
    try:
        yield stop
    finally:
        for which in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(which)
