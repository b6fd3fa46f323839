"""Log lines without secrets: whatever a library or we ourselves put into a message, or a traceback quotes.

To standard error, as text or as one JSON object a line; where lines are kept and rotated is the platform's.
"""

import argparse
import contextlib
import io
import json
import logging
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import TextIO, cast

from bot.config.complaints import unknown
from bot.errors import UserError
from probes.redaction import redact, without_secrets

FORMAT = "%(asctime)s %(levelname)s %(message)s"
LEVELS = {"debug": logging.DEBUG, "info": logging.INFO, "warning": logging.WARNING, "error": logging.ERROR}
AREAS = (
    "channels", "cli", "config", "delivery", "desk", "health", "jobs", "judging", "lifetime", "probing", "scheduling",
    "store", "supervision", "web",
)  # fmt: skip
"""Rooms of the program with log lines of their own; a channel is named by its kind, as in channels.slack."""


class RedactingFormatter(logging.Formatter):
    """Formats a record, its traceback included, and takes secrets out of what came of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted."""
        return without_secrets(super().format(record))


class AsJson(logging.Formatter):
    """One JSON object a line: time (RFC 3339), level, area, message, and the traceback where there is one."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted."""
        at = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        fields = {"time": at, "level": record.levelname.lower(), "area": record.name.removeprefix("bot.")}
        fields["message"] = without_secrets(record.getMessage())
        if record.exc_info:
            fields["traceback"] = without_secrets(self.formatException(record.exc_info))
        return json.dumps(fields, ensure_ascii=False)


class RedactingStream(io.TextIOBase):
    """A stream whose text has no secrets, whoever writes it: a library's own handler, a traceback, a complaint."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute there
        """The same as the stream's."""
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Whether it ends at a terminal."""
        return self._stream.isatty()

    def fileno(self) -> int:
        """The same as the stream's."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always true: it is a stream for writing."""
        return True

    def write(self, text: str, /) -> int:
        """Write the text without what has the form of a secret; what is only random stays, for it may be an id."""
        self._stream.write(redact(text, random=False)[0])
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()


@contextlib.contextmanager
def hushed_errors() -> Iterator[None]:
    """Inside, nothing that is written to standard error has a secret in it."""
    before = sys.stderr
    sys.stderr = cast("TextIO", RedactingStream(before))
    try:
        yield
    finally:
        sys.stderr = before


def options(parser: argparse.ArgumentParser) -> None:
    """The options about the log, for commands that run on."""
    parser.add_argument("--verbose", action="store_true", help="also log what happens inside: --log info")
    parser.add_argument(
        "--log", metavar="LEVELS", default="", help="debug, info, warning or error; by area: warning,delivery=debug"
    )
    parser.add_argument("--log-json", action="store_true", help="log lines as JSON objects")


def configured(args: argparse.Namespace, stream: TextIO | None = None) -> None:
    """Log as the options say. Raises UserError for a level or area that is none."""
    usual, areas = levels(args.log, logging.INFO if args.verbose else logging.WARNING)
    to_stderr(usual, stream, as_json=args.log_json)
    for area, level in areas.items():
        logging.getLogger(f"bot.{area}").setLevel(level)


def levels(text: str, usual: int = logging.WARNING) -> tuple[int, Mapping[str, int]]:
    """The level of everything else, and those of areas. Raises UserError."""
    areas = {}
    for part in filter(None, (word.strip() for word in text.split(","))):
        area, mark, level = part.rpartition("=")
        if level not in LEVELS:
            raise UserError(f"--log: {unknown('level', level, LEVELS)}")
        if not mark:
            usual = LEVELS[level]
        elif area.partition(".")[0] not in AREAS:
            raise UserError(f"--log: {unknown('area', area, AREAS)}")
        else:
            areas[area] = LEVELS[level]
    return usual, areas


def to_stderr(level: int, stream: TextIO | None = None, *, as_json: bool = False) -> None:
    """Log to standard error from `level` on, redacted, unless logging is set up already; `stream`: in its stead."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(AsJson() if as_json else RedactingFormatter(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
