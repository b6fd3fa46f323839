"""`groundtruth probe`: one more vantage. Only looks; what it sees is judged where `groundtruth run` is at work."""

import argparse
import asyncio
import gc
import re
import sys
from dataclasses import replace

from bot.app import Role, Terminal, running
from bot.cli.core_dumps import forbid_core_dumps
from bot.cli.log_redaction import configured, options
from bot.cli.reload import Origin, Reloader
from bot.cli.run import COLLECTOR, say, starting, stopping
from bot.config.load import Effective
from bot.errors import UserError
from bot.fields import ID
from bot.service_manager import notified
from bot.settings import Settings
from bot.store.connect import masked

EXAMPLES = """\
  groundtruth probe --vantage eu-west      check from here, and write to the Redis the configuration names
  GROUNDTRUTH_VANTAGE=us groundtruth probe the same, the name from the environment
  groundtruth probe --vantage x --for 60   stop by itself after a minute
`groundtruth run` with the same configuration and the same Redis judges and notifies.
While Redis is away, results are kept in memory (200,000, some 60 MB; then the oldest go) and written
in order, with its true times, when Redis is back; what is in memory is lost if this process ends before."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--vantage", metavar="NAME", help="where the checks run (default: the configuration's)")
    parser.add_argument("--for", type=float, metavar="SECONDS", dest="seconds", help="stop after this time")
    options(parser)


def run(args: argparse.Namespace) -> int:
    """Look until SIGINT or SIGTERM, or until the given time is over."""
    origin = Origin(args.config, lambda settings: shared(settings, args.vantage))
    forbid_core_dumps()
    found = origin.read()
    configured(args)
    gc.set_threshold(*COLLECTOR)
    for note in found.settings.notes:
        sys.stderr.write(f"Note: {note}\n")
    asyncio.run(_look(found, origin, args.seconds))
    return 0


def shared(settings: Settings, vantage: str | None) -> Settings:
    """The settings of one prober of several. Raises UserError without a Redis to share, or for a name that is none."""
    if settings.redis is None:
        raise UserError(
            "probe needs a Redis that it shares with `groundtruth run`: write `redis: redis://host:6379` into the"
            " configuration (the embedded store is one process's own)"
        )
    if vantage is not None and not re.fullmatch(ID, vantage):
        raise UserError("--vantage: expected a-z, 0-9, dot, dash, underscore, at most 63 characters")
    return replace(settings, vantage=vantage or settings.vantage)


async def _look(found: Effective, origin: Origin, seconds: float | None) -> None:
    settings = found.settings
    with stopping() as stop:
        where = masked(settings.redis.reveal()) if settings.redis else ""
        said = f"Checking from vantage {settings.vantage}: {len(settings.checks())} checks, written to {where}"
        async with (
            starting(stop) as started,
            running(settings, Terminal(sys.stdout), Role.PROBE) as at_work,
            Reloader(origin, found, at_work, say).watching(),
            notified(settings.manager, said),
        ):
            started()
            sys.stderr.write(f"{said}. Ctrl-C stops.\n")
            for warning in at_work.store.warnings:
                sys.stderr.write(f"Warning: {warning}\n")
            try:
                async with asyncio.timeout(seconds):
                    await stop.wait()
            except TimeoutError:
                return
