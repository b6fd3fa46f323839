"""`groundtruth support-bundle`: what somebody else needs to help, in one archive, without secrets."""

import argparse
import contextlib
import io
import json
import platform
import sys
import tarfile
import time
from collections import deque
from importlib.metadata import distributions, version
from pathlib import Path

from bot.cli import config, doctor
from bot.errors import GroundtruthError, UserError
from probes.redaction import without_secrets

LINES, LONGEST = 5_000, 4_000
"""Lines of the log that are kept, the last ones, and characters of one."""

EXAMPLES = """\
  groundtruth support-bundle bundle.tar.gz
  journalctl -u groundtruth --since -1d | groundtruth support-bundle bundle.tar.gz --logs -
  tar tzf bundle.tar.gz; tar xzOf bundle.tar.gz config.yaml     check it before you send it
Secrets are left out or masked. Names of services, addresses of checks and ids of channels are in it."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("file", type=Path, help="the archive to write, such as bundle.tar.gz")
    parser.add_argument("--logs", metavar="FILE", help="a log whose last lines go in; - for standard input")


def run(args: argparse.Namespace) -> int:
    """Gather, mask, write."""
    parts = {"versions.json": versions(), "config.yaml": _configuration(args.config)}
    parts["doctor.txt"] = _doctor(args.config)
    if args.logs:
        parts["log.txt"] = _log(args.logs)
    _write(args.file, {name: without_secrets(text) for name, text in parts.items()})
    sys.stderr.write(f"{args.file}: {', '.join(parts)}; check it before you send it\n")
    return 0


def versions() -> str:
    """Of us, of Python, of the system, and of every library that is installed."""
    libraries = {d.metadata["Name"]: d.version for d in distributions() if d.metadata["Name"]}
    system = {"python": platform.python_version(), "system": platform.platform(), "machine": platform.machine()}
    found = {"groundtruth": version("groundtruth"), **system, "libraries": dict(sorted(libraries.items()))}
    return json.dumps(found, indent=2) + "\n"


def _configuration(path: str | None) -> str:
    """What is in force, secrets by their names; the complaints where it is none."""
    try:
        return f"{config.shown(path)}\n"
    except GroundtruthError as error:
        return f"{error}\n"


def _doctor(path: str | None) -> str:
    parser = argparse.ArgumentParser()
    doctor.arguments(parser)
    given = parser.parse_args([], argparse.Namespace(config=path))
    out = io.StringIO()
    with contextlib.redirect_stdout(out):
        try:
            doctor.run(given)
        except GroundtruthError as error:
            out.write(f"{error}\n")
    return out.getvalue()


def _log(name: str) -> str:
    try:
        with contextlib.ExitStack() as stack:
            stream = sys.stdin if name == "-" else stack.enter_context(Path(name).open(errors="replace"))
            return "".join(f"{line.rstrip()[:LONGEST]}\n" for line in deque(stream, LINES))
    except OSError as error:
        raise UserError(f"{name}: cannot be read ({error.strerror})") from None


def _write(file: Path, parts: dict[str, str]) -> None:
    """Readable for its owner alone."""
    content = io.BytesIO()
    with tarfile.open(fileobj=content, mode="w:gz") as archive:
        for name, text in parts.items():
            raw = text.encode("utf-8", "replace")
            entry = tarfile.TarInfo(name)
            entry.size, entry.mtime, entry.mode = len(raw), int(time.time()), 0o600
            archive.addfile(entry, io.BytesIO(raw))
    try:
        file.touch(0o600)
        file.write_bytes(content.getvalue())
    except OSError as error:
        raise UserError(f"{file}: cannot be written ({error.strerror})") from None
