"""Text of this process that belongs to no card: on a terminal with a live region it goes above that, never into it.

A process has one terminal. Whatever is written past the region at its foot leaves a copy of it behind in the
scrollback, so the log, the narration of a demo and the first word go through a stream of this kind.
"""

import io
from typing import Protocol, TextIO, cast


class Region(Protocol):
    """The live region at the foot of the terminal."""

    def above(self, text: str) -> None:
        """Print lines above the live region."""


_standing: list[Region] = []


def stands(region: Region) -> None:
    """A region stands on the terminal from now on."""
    if region not in _standing:
        _standing.append(region)


def left(region: Region) -> None:
    """Take the region off the screen."""
    if region in _standing:
        _standing.remove(region)


def above(stream: TextIO) -> TextIO:
    """The stream for text beside the messages of a console on the same terminal."""
    return cast("TextIO", AboveRegion(stream))


class AboveRegion(io.TextIOBase):
    """A stream that writes to another, or above the region where one stands on that terminal."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._begun = ""

    @property
    def encoding(self) -> str:  # type: ignore[override]  # a plain attribute there
        """The same as the stream's."""
        return self._stream.encoding or "utf-8"

    def isatty(self) -> bool:
        """Whether it ends at a terminal that takes colours; above a region there are none."""
        return not _standing and self._stream.isatty()

    def fileno(self) -> int:
        """The same as the stream's."""
        return self._stream.fileno()

    def writable(self) -> bool:
        """Always true: it is a stream for writing."""
        return True

    def write(self, text: str, /) -> int:
        """Write whole lines; a line that is only begun waits for its end while a region stands."""
        if not (_standing and self._stream.isatty()):
            self._stream.write(self._begun + text)
            self._begun = ""
            return len(text)
        whole, newline, self._begun = (self._begun + text).rpartition("\n")
        if newline:
            _standing[-1].above(whole + newline)
        return len(text)

    def flush(self) -> None:
        """Flush the stream."""
        self._stream.flush()
