"""Charts as PNG for channels that draw none themselves: in a process of its own, and each picture once.

Nobody waits for a picture: words go first. Whatever fails here is logged, and there is no picture.
"""

import asyncio
import hashlib
import logging
import os
import sys
from collections.abc import Sequence
from importlib.util import find_spec

from bot.child_environment import USUAL
from bot.core.answers.charts import Chart
from bot.core.drawing import svg

log = logging.getLogger(__name__)

EXTRA = "resvg_py"
DRAW_S = 15.0
"""The longest that one picture may take; then its process is ended."""
LARGEST = 4 * 1024 * 1024
"""Bytes of a picture; Discord takes 10 MiB."""
KEPT = 32


class Pictures:
    """Draws one at a time; the last `KEPT` pictures are kept by the hash of their drawing."""

    def __init__(self) -> None:
        self._kept: dict[str, bytes] = {}
        self._turn = asyncio.Lock()
        self.drawn = 0
        """How many were drawn, without those that were kept."""

    async def of(self, charts: Sequence[Chart]) -> bytes:
        """The charts as one PNG; b"" without charts, without the extra `charts`, or where drawing failed."""
        if not charts or not possible():
            return b""
        text = svg(charts)
        name = hashlib.sha256(text.encode()).hexdigest()
        async with self._turn:
            if name not in self._kept:
                self._kept[name] = await _drawn(text)
                self.drawn += 1
                while len(self._kept) > KEPT:
                    del self._kept[next(iter(self._kept))]
            found = self._kept[name]
            if not found:
                del self._kept[name]
            return found


def possible() -> bool:
    """Whether the extra `charts` is installed."""
    return find_spec(EXTRA) is not None


async def _drawn(text: str) -> bytes:
    """The PNG of an SVG; b"" where it failed, with the reason in the log."""
    pipe = asyncio.subprocess.PIPE
    try:
        worker = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "bot.pictures.worker"),
            stdin=pipe,
            stdout=pipe,
            stderr=pipe,
            env={**USUAL, "PYTHONPATH": os.pathsep.join(sys.path)},
        )
    except OSError as error:
        log.warning("a chart could not be drawn: %s", error)
        return b""
    try:
        async with asyncio.timeout(DRAW_S):
            told, wrong = await worker.communicate(text.encode())
    except TimeoutError:
        log.warning("a chart could not be drawn within %.0f s", DRAW_S)
        return b""
    finally:
        if worker.returncode is None:
            worker.kill()
            await worker.wait()
    if worker.returncode or not told.startswith(b"\x89PNG") or len(told) > LARGEST:
        why = wrong.decode(errors="replace").strip().rpartition("\n")[2]
        log.warning("a chart could not be drawn (exit %s): %s", worker.returncode, why[:200])
        return b""
    return told
