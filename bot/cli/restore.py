"""`groundtruth restore`: a backup into an empty store, of this version or an older one."""

import argparse
import asyncio
import json
import sys
import zlib
from collections.abc import Iterator
from pathlib import Path

from bot.config.load import load
from bot.errors import UserError
from bot.settings import Settings
from bot.store.archive import FORMAT
from bot.store.connect import open_store
from bot.store.schema import UNMARKED

LARGEST = 2 << 30
"""Bytes of a backup once it is unpacked."""

EXAMPLES = """\
  groundtruth restore backup.jsonl.gz                      into the empty store that the configuration names
  groundtruth --config new.yaml restore backup.jsonl.gz    into another one
  groundtruth restore --replace backup.jsonl.gz            throw away what the store holds
Groundtruth must not run on that store. A restore that was interrupted leaves a store that nobody starts on: run it
again with --replace. Workspaces that installed the Slack app install it again: their tokens are in no backup."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", help="a backup made by `groundtruth export`; - for standard input")
    parser.add_argument("--replace", action="store_true", help="throw away what the store holds")


def run(args: argparse.Namespace) -> int:
    """Write everything, and say how much."""
    settings = load(args.config, asks=True)
    rows = read(args.file)
    count = asyncio.run(_restore(settings, rows, replace=args.replace))
    sys.stderr.write(f"{count} keys restored; start with `groundtruth run`\n")
    return 0


def read(name: str) -> tuple[int, list[tuple[int, str]]]:
    """The schema of a backup and its lines with their numbers. Raises UserError for what is none."""
    try:
        raw = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
        text = (_unpacked(raw) if raw[:2] == b"\x1f\x8b" else raw).decode()
    except (OSError, EOFError, ValueError, zlib.error) as error:
        raise UserError(f"{name}: expected a backup that can be read ({error})") from None
    lines = text.splitlines()
    header = _header(lines[0] if lines else "", name)
    first = 0 if header is None else 1
    return (UNMARKED if header is None else header), list(_numbered(lines, first))


def _unpacked(raw: bytes) -> bytes:
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    found = unpacking.decompress(raw, LARGEST + 1)
    if len(found) > LARGEST:
        raise ValueError(f"larger than {LARGEST >> 30} GiB")
    if not unpacking.eof:
        raise ValueError("cut off")
    return found


def _numbered(lines: list[str], first: int) -> Iterator[tuple[int, str]]:
    yield from ((number, line) for number, line in enumerate(lines[first:], first + 1) if line)


def _header(line: str, name: str) -> int | None:
    """The schema of the first line; None where it is a key already, as in recordings of a store."""
    try:
        fields = json.loads(line)
        if "key" in fields:
            return None
        wanted, schema = int(fields["format"]), int(fields["schema"])
    except (ValueError, KeyError, TypeError):
        raise UserError(f"{name}:1: expected the first line of a backup made by `groundtruth export`") from None
    if wanted != FORMAT:
        raise UserError(f"{name}: a backup of format {wanted}; this version reads format {FORMAT}: install a newer one")
    return schema


async def _restore(settings: Settings, backup: tuple[int, list[tuple[int, str]]], *, replace: bool) -> int:
    url = settings.redis.reveal() if settings.redis else None
    schema, rows = backup
    async with open_store(url, settings.state_dir, check=False) as store:
        return await store.backup.restore(rows, schema, replace=replace)
