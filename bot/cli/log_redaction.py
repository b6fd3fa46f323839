"""Log lines without secrets: whatever a library or we ourselves put into a message, or a traceback quotes."""

import logging
from typing import TextIO

from probes.redaction import without_secrets

FORMAT = "%(asctime)s %(levelname)s %(message)s"


class Hushed(logging.Formatter):
    """Formats a record, its traceback included, and takes secrets out of what came of it."""

    def format(self, record: logging.LogRecord) -> str:
        """The line, redacted."""
        return without_secrets(super().format(record))


def to_stderr(level: int, stream: TextIO | None = None) -> None:
    """Log to standard error from `level` on, redacted, unless logging is set up already; `stream`: in its stead."""
    handler = logging.StreamHandler(stream)
    handler.setFormatter(Hushed(FORMAT))
    logging.basicConfig(level=level, handlers=[handler])
