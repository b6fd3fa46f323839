"""`groundtruth record`: what the store still holds of a service, as a trace that `replay` reads."""

import argparse
import asyncio
import gzip
import json
import os
import sys
from pathlib import Path

from bot.config.load import load
from bot.core.replay.recording import recorded
from bot.errors import UserError
from bot.settings import Service, Settings
from bot.store.connect import open_store
from bot.store.keys import STREAM_AGE_S
from bot.store.stream_rows import decode
from probes.model import Observation

BATCH = 5_000
POLL_S = 1.0

EXAMPLES = f"""\
  groundtruth record claude last-hours.json.gz             what the store holds (up to {STREAM_AGE_S // 3600} hours)
  groundtruth record claude tuesday.json.gz --for 86400    and what comes in the next day
  groundtruth replay tuesday.json.gz --events              would it have been caught, and when?"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("service", help="which service, by id")
    parser.add_argument("file", type=Path, help="where to write (compressed if it ends in .gz); replaced as a whole")
    parser.add_argument("--for", type=float, default=0.0, metavar="SECONDS", dest="seconds", help="go on recording")


def run(args: argparse.Namespace) -> int:
    """Read, and write the trace."""
    settings = load(args.config)
    ids = [service.id for service in settings.services]
    if args.service not in ids:
        raise UserError(f"no service {args.service[:60]!r} is configured: there is {', '.join(ids)}")
    service = settings.service(args.service)
    rows = asyncio.run(_read(settings, service.id, args.seconds))
    try:
        trace = recorded(args.file.name.partition(".")[0], rows, _pace(service), _page_ids(service))
    except ValueError as error:
        raise UserError(f"{service.id}: {error}") from error
    _write(args.file, trace)
    hours = trace["slots"] * trace["slot_s"] / 3600
    sys.stdout.write(f"{args.file}: {len(rows)} results of {service.name} over {hours:.1f} h\n")
    return 0


async def _read(settings: Settings, service: str, seconds: float) -> list[Observation]:
    url = settings.redis.reveal() if settings.redis else None
    rows: list[Observation] = []
    position, loop = "0-0", asyncio.get_running_loop()
    until = loop.time() + seconds
    async with open_store(url, settings.state_dir, start=False) as store:
        while True:
            batch = await store.read(service, position, BATCH)
            rows += [row for _, raw in batch if isinstance(row := decode(raw), Observation)]
            position = batch[-1][0] if batch else position
            if not batch and loop.time() >= until:
                return rows
            if not batch:
                await asyncio.sleep(min(POLL_S, max(0.0, until - loop.time())))


def _pace(service: Service) -> float:
    paces = [sum(1 / check.interval_s for check in c.checks) for c in service.components if c.checks]
    return max(5.0, round(1 / max(paces, default=1 / 30)))


def _page_ids(service: Service) -> dict[str, str]:
    return {c.id: c.page_id for c in service.components if c.page_id}


def _write(file: Path, trace: dict[str, object]) -> None:
    """Whole or not at all. Raises UserError where the file cannot be written."""
    text = json.dumps(trace, separators=(",", ":")).encode()
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        beside.write_bytes(gzip.compress(text) if file.suffix == ".gz" else text)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError(f"{file}: cannot be written ({error.strerror})") from error
