"""`groundtruth import`: another monitor's configuration as ours, and a list of what was not taken and why."""

import argparse
import json
import os
import sqlite3
import sys
from collections.abc import Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import yaml

from bot.config.load import from_text
from bot.core.text.numbers import number
from bot.errors import ConfigError, UserError
from bot.importers import kuma
from bot.importers.blackbox import blackbox
from bot.importers.gatus import gatus
from bot.importers.imported import Imported
from bot.importers.upptime import statuscake, upptime

LARGEST = 8 << 20
SQLITE = b"SQLite format 3\x00"
SOURCES = ("blackbox", "gatus", "kuma", "statuscake-csv", "upptime")

EXAMPLES = """\
  groundtruth import gatus config.yaml > groundtruth.yaml
  groundtruth import kuma kuma.db --env .env > groundtruth.yaml       version 2 (stop it, or copy the file first)
  groundtruth import kuma backup.json > groundtruth.yaml              the JSON backup of version 1
  groundtruth import blackbox blackbox.yml prometheus.yml > conf.d/blackbox.yaml
  groundtruth import upptime .upptimerc.yml > groundtruth.yaml
  groundtruth import statuscake-csv tests.csv > groundtruth.yaml
The YAML goes to standard output, what was not taken to standard error. Secrets are never in the YAML: --env writes them
to a file that only you can read. Then: groundtruth config check"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("source", choices=SOURCES, help="whose configuration it is")
    parser.add_argument("files", nargs="+", metavar="FILE", help="its file; for blackbox also those of Prometheus")
    parser.add_argument("--env", metavar="FILE", type=Path, help="write the secrets found as NAME=value lines")


def run(args: argparse.Namespace) -> int:
    """Write the YAML; 1 where nothing could be taken."""
    found = read(args.source, [Path(file) for file in args.files])
    for what, why in found.left:
        sys.stderr.write(f"not taken: {_line(what)}: {why}\n")
    count = len(found.components)
    if not count:
        sys.stderr.write("nothing was taken\n")
        return 1
    text = yaml.safe_dump(found.document(), sort_keys=False, allow_unicode=True, width=110)
    problems = _problems(text, found.secrets)
    sys.stdout.write(f"# imported from {args.source}\n{text}")
    taken = [number(count, "component", "components"), number(len(found.channels), "channel", "channels")]
    sys.stderr.write(f"taken: {', '.join(taken)}\n")
    if found.secrets:
        _secrets(found.secrets, args.env)
    for problem in problems:
        sys.stderr.write(f"to be mended: {problem}\n")
    return 0


def read(source: str, files: list[Path]) -> Imported:
    """What a monitor's files come to. Raises UserError for what cannot be read."""
    contents = [_bytes(file) for file in files]
    if source == "kuma" and contents[0].startswith(SQLITE):
        return kuma.kuma(*_database(files[0]))
    texts = [_text(file, content) for file, content in zip(files, contents, strict=True)]
    match source:
        case "statuscake-csv":
            return statuscake(texts[0])
        case "blackbox":
            return blackbox([_document(file, text) for file, text in zip(files, texts, strict=True)])
        case "gatus":
            return gatus(_document(files[0], texts[0]))
        case "upptime":
            return upptime(_document(files[0], texts[0]))
    return kuma.backup(_document(files[0], texts[0]))


def _bytes(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            content = stream.read(LARGEST + 1)
    except (OSError, ValueError) as error:
        raise UserError(f"{file}: cannot be read ({error})") from None
    if len(content) > LARGEST and not content.startswith(SQLITE):
        raise UserError(f"{file}: expected at most {LARGEST >> 20} MiB")
    return content


def _text(file: Path, content: bytes) -> str:
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{file}: expected UTF-8 text") from None


def _parsed(text: str) -> Any:
    """JSON where it is that; YAML may begin with a brace too, and reads large JSON slowly."""
    if text.lstrip().startswith("{"):
        with suppress(ValueError):
            return json.loads(text)
    return yaml.safe_load(text)


def _document(file: Path, text: str) -> Mapping[str, Any]:
    try:
        found = _parsed(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise UserError(f"{file}: expected YAML or JSON ({' '.join(str(error).split())[:200]})") from None
    if not isinstance(found, dict):
        raise UserError(f"{file}: expected a table of keys and values")
    return found


def _database(file: Path) -> tuple[kuma.Rows, kuma.Rows]:
    """The rows of Uptime Kuma's database; it is only read."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            monitors, notifications = (
                [dict(row) for row in database.execute(f"SELECT * FROM {table}")]  # noqa: S608 - two names of ours
                for table in ("monitor", "notification")
            )
    except sqlite3.Error as error:
        raise UserError(f"{file}: expected the database of Uptime Kuma ({error})") from None
    return monitors, notifications


def _problems(text: str, secrets: Mapping[str, str]) -> list[str]:
    """What our own reader finds wrong with it, secrets given."""
    try:
        from_text(text, "imported", {name: value or "to-be-set" for name, value in secrets.items()})
    except ConfigError as error:
        return error.complaints
    return []


def _secrets(secrets: Mapping[str, str], file: Path | None) -> None:
    names = ", ".join(sorted(secrets))
    if file is None:
        sys.stderr.write(f"to be set in the environment: {names} (--env FILE writes those that were found)\n")
        return
    lines = "".join(f"{name}={value}\n" for name, value in sorted(secrets.items()))
    try:
        with os.fdopen(os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as out:
            out.write(lines)
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror}): name a file that is not there yet") from None
    sys.stderr.write(f"{file}: {len(secrets)} secrets; set those without a value\n")


def _line(text: str) -> str:
    return "".join(letter if letter.isprintable() else " " for letter in text)[:160]
