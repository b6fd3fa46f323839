"""`groundtruth export`: a backup of the store as JSON lines, while everything runs; secrets stay out."""

import argparse
import asyncio
import gzip
import json
import os
import sys
import time
from importlib.metadata import version
from pathlib import Path

from bot.config.load import load
from bot.errors import UserError
from bot.settings import Settings
from bot.store.archive import FORMAT
from bot.store.connect import open_kept

EXAMPLES = """\
  groundtruth export backup.jsonl.gz       everything but leases and secrets; compressed if it ends in .gz
  groundtruth export - | age -r KEY > x    to standard output
  groundtruth restore backup.jsonl.gz      into another store or version
Take one before each upgrade. A store that is stopped is read as well. What people wrote and their names are in it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", help="where to write, replaced as a whole; - for standard output")


def run(args: argparse.Namespace) -> int:
    """Write the backup, whole or not at all."""
    settings = load(args.config, asks=True)
    text = asyncio.run(_lines(settings))
    if args.file == "-":
        sys.stdout.write(text)
        return 0
    count = text.count("\n") - 1
    _write(Path(args.file), text.encode())
    sys.stderr.write(f"{args.file}: {count} keys, {Path(args.file).stat().st_size / 1024:,.0f} KiB\n")
    return 0


async def _lines(settings: Settings) -> str:
    url = settings.redis.reveal() if settings.redis else None
    async with open_kept(url, settings.state_dir, socket=settings.socket) as (store, _):
        schema = await store.backup.schema()
        header = {"groundtruth": version("groundtruth"), "format": FORMAT, "schema": schema, "at": time.time()}
        lines = [line.dump() async for line in store.backup.lines()]
    return "".join(f"{line}\n" for line in (json.dumps(header), *lines))


def _write(file: Path, content: bytes) -> None:
    """Readable for its owner alone. Raises UserError where it cannot be written."""
    beside = file.with_name(f"{file.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as out:
            out.write(gzip.compress(content) if file.suffix == ".gz" else content)
        beside.replace(file)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise UserError(f"{file}: cannot be written ({error.strerror})") from error
