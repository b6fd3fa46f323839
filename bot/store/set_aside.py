"""Rows that could not be judged, as the store keeps them: what was raised, where, and the row, without secrets."""

import traceback
from pathlib import Path

from bot.core.health.breaks import SetAside
from bot.core.text.redaction import redacted
from bot.store.codec import Codec
from bot.supervision import innermost, place, words

TRACE, ROW = 4_000, 2_000
"""Characters kept of a traceback (its end) and of a row (its beginning)."""
ROOT = str(Path(__file__).parent.parent) + "/"

SET_ASIDE = Codec(SetAside, "aside")


def noted(at: float, position: str, raw: bytes, error: Exception) -> SetAside:
    """The record of a row, or of a state where `raw` is empty, that raised `error` when it was judged."""
    trace = "".join(traceback.format_exception(innermost(error))).replace(ROOT, "")[-TRACE:]
    row = raw[:ROW].decode("utf-8", "replace")
    return SetAside(at, position, redacted(words(error))[0], place(error), redacted(trace)[0], redacted(row)[0])
