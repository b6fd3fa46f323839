"""`groundtruth import`: another monitor's configuration as ours, and a list of what was not taken and why."""

import argparse
import json
import os
import re
import sqlite3
import sys
from collections.abc import Iterable, Mapping
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import yaml

from bot.config.load import environment, from_text
from bot.core.text.numbers import number
from bot.errors import ConfigError, UserError
from bot.importers.blackbox import blackbox
from bot.importers.gatus import gatus
from bot.importers.imported import BARE, Imported
from bot.importers.kuma import kuma
from bot.importers.source_table import Skipped
from bot.importers.upptime import statuscake, upptime

LARGEST = 8 << 20
LONGEST_NAME = 80
DEEPEST, MOST_VALUES, LARGEST_NUMBER = 50, 1_000_000, 10**18
SOPS = "ENC[AES256_GCM,"
SQLITE = b"SQLite format 3\x00"
RECORDS = re.compile(
    r"sqlite_|knex_|heartbeat|stat_|user$|api_key$|monitor_(?!tag$)|notification_|incident|domain_expiry"
    r"|group$|status_page_|maintenance_|remote_browser$"
)
"""Tables that hold results, accounts, or which row belongs to which."""
SOURCES = ("blackbox", "gatus", "kuma", "statuscake-csv", "upptime")

EXAMPLES = """\
  groundtruth import gatus config.yaml > groundtruth.yaml
  groundtruth import kuma kuma.db --env .env > groundtruth.yaml       version 2 (stop it, or copy the file first)
  groundtruth import kuma backup.json > groundtruth.yaml              the JSON backup of version 1
  groundtruth import blackbox blackbox.yml prometheus.yml > conf.d/blackbox.yaml
  groundtruth import blackbox blackbox.yml prometheus.yml targets/*.yml > conf.d/blackbox.yaml     with file_sd_configs
  groundtruth import upptime .upptimerc.yml > groundtruth.yaml
  groundtruth import statuscake-csv tests.csv > groundtruth.yaml
The YAML goes to standard output; every key that was not taken, to standard error with its reason. Secrets are never
in the YAML: --env writes them to a file that only you can read. Then: groundtruth config check"""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("source", choices=SOURCES, help="whose configuration it is")
    parser.add_argument("files", nargs="+", metavar="FILE", help="its file; for blackbox also those of Prometheus")
    parser.add_argument("--env", metavar="FILE", type=Path, help="write the secrets found as NAME=value lines")


def run(args: argparse.Namespace) -> int:
    """Write the YAML; 1 where nothing could be taken."""
    found = read(args.source, [Path(file) for file in args.files])
    for line in told(found.left):
        sys.stderr.write(f"not taken: {_line(line)}\n")
    count = len(found.components)
    if not count:
        sys.stderr.write("nothing was taken\n")
        return 1
    document = yaml.safe_dump(found.document(), sort_keys=False, allow_unicode=True, width=110)
    text = f"# imported from {args.source}\n{document}"
    problems = _problems(text, found.secrets)
    sys.stdout.write(text)
    taken = [number(count, "component", "components"), number(len(found.channels), "channel", "channels")]
    sys.stderr.write(f"taken: {', '.join(taken)}\n")
    if found.secrets:
        _secrets(found.secrets, args.env)
    for problem in problems:
        sys.stderr.write(f"to fix: {problem}\n")
    return 0


def told(left: Iterable[Skipped]) -> list[str]:
    """What was not taken, one line for each reason that the same key or several checks have."""
    groups: dict[tuple[str, str], list[str]] = {}
    for where, what, why in left:
        groups.setdefault((what, why) if where else ("", why), []).append(where or what)
    lines = []
    for (what, why), names in groups.items():
        whose = ", ".join(dict.fromkeys(name[:LONGEST_NAME] for name in names))
        lines.append(f"{whose}: {what[:LONGEST_NAME]}: {why}" if what else f"{whose}: {why}")
    return lines


def read(source: str, files: list[Path], environ: Mapping[str, str] | None = None) -> Imported:
    """What a monitor's files come to, each key of them taken or listed. Raises UserError for what cannot be read."""
    found = Imported(environment() if environ is None else environ) if source == "gatus" else Imported()
    if source in {"gatus", "upptime"}:
        found.variable = BARE
    _into(found, source, files)
    found.finish()
    return found


def _into(found: Imported, source: str, files: list[Path]) -> None:
    contents = [_bytes(file) for file in files]
    if source == "kuma" and contents[0].startswith(SQLITE):
        kuma(found, _database(files[0]))
        return
    texts = [_text(file, content) for file, content in zip(files, contents, strict=True)]
    if source == "statuscake-csv":
        statuscake(found, texts[0])
        return
    documents = [(str(file), _document(file, text)) for file, text in zip(files, texts, strict=True)]
    if source == "blackbox":
        blackbox(found, documents)
        return
    {"gatus": gatus, "upptime": upptime, "kuma": kuma}[source](found, documents[0][1])


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


def _document(file: Path, text: str) -> dict[str, Any] | list[Any]:
    if SOPS in text:
        raise UserError(f"{file}: its values are encrypted: decrypt it first (sops --decrypt {file.name})")
    try:
        found = _parsed(text)
    except (ValueError, yaml.YAMLError, RecursionError) as error:
        raise UserError(f"{file}: expected YAML or JSON ({' '.join(str(error).split())[:200]})") from None
    if why := _unbounded(found):
        raise UserError(f"{file}: {why}")
    if not isinstance(found, dict | list):
        raise UserError(f"{file}: expected a table of keys and values, or a list")
    return found


def _unbounded(document: Any) -> str:
    """Why a document is larger than any honest one, perhaps through its aliases; "" where it is not."""
    level, depth, count = [document], 0, 0
    while level:
        depth, count = depth + 1, count + len(level)
        if depth > DEEPEST or count > MOST_VALUES:
            return f"expected at most {DEEPEST} levels and {MOST_VALUES:,} values (an alias counts each time)"
        below: list[Any] = []
        for value in level:
            if isinstance(value, int) and abs(value) > LARGEST_NUMBER:
                return f"expected numbers up to {LARGEST_NUMBER:,}"
            if isinstance(value, dict):
                below += (*value.keys(), *value.values())
            elif isinstance(value, list | tuple | set):
                below += value
            if len(below) > MOST_VALUES:
                break
        level = below
    return ""


def _database(file: Path) -> dict[str, list[dict[str, Any]]]:
    """The rows of Uptime Kuma's database by table; it is only read. Tables that record results are left out."""
    try:
        with closing(sqlite3.connect(f"{file.resolve().as_uri()}?mode=ro", uri=True)) as database:
            database.row_factory = sqlite3.Row
            names = [row[0] for row in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
            wanted = [name for name in names if not RECORDS.match(name)]
            if "monitor" not in wanted:
                raise UserError(f"{file}: expected the database of Uptime Kuma (it has no table monitor)")
            return {name: [dict(row) for row in database.execute(f'SELECT * FROM "{name}"')] for name in wanted}  # noqa: S608 - names of its own tables
    except sqlite3.Error as error:
        raise UserError(f"{file}: expected the database of Uptime Kuma ({error})") from None


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
    return "".join(letter if letter.isprintable() else " " for letter in text)
