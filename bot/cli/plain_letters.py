"""What a terminal or pipe shows that cannot write all of Unicode: plain letters in place of our signs."""

import codecs
import io
import unicodedata
from typing import TextIO

SIGNS = "groundtruth.signs"
"""The way of writing what a stream has no letter for."""
PLAIN = {
    "–": "-", "—": "-", "·": "-", "×": "x", "…": "...", "’": "'", "“": '"', "”": '"', "→": "->", "─": "-", "▌": "|",
    "🟢": "(ok)", "🟡": "(!)", "🟠": "(!!)", "🔴": "(!!!)", "🔵": "(work)", "⚪": "(unknown)",
    "🔕": "(silenced)", "⚖": "(page)",
    "\ufe0f": " ", "▁": "_", "▂": ".", "▃": ":", "▄": "-", "▅": "=", "▆": "+", "▇": "*", "█": "#",
}  # fmt: skip


def with_plain_signs(*streams: TextIO) -> None:
    """Let streams that have fewer letters than Unicode show plain ones in their place: a sign is never an error."""
    codecs.register_error(SIGNS, _instead)
    for stream in streams:
        if isinstance(stream, io.TextIOWrapper) and stream.errors != "surrogateescape":
            stream.reconfigure(errors=SIGNS)


def _instead(error: UnicodeError) -> tuple[str, int]:
    """Plain letters for what a stream cannot encode."""
    if not isinstance(error, UnicodeEncodeError):
        raise error
    lost = error.object[error.start : error.end]
    said = [PLAIN.get(c) or unicodedata.normalize("NFKD", c).encode("ascii", "ignore").decode() or "?" for c in lost]
    return "".join(said), error.end
