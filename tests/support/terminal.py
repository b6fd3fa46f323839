"""A program on a terminal of its own, with a person who types. Nothing of it is echoed to ours."""

import contextlib
import os
import pty
import select
import signal
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

CTRL_C, CTRL_D = "\x03", "\x04"
GRACE_S = 5.0
NOT_FOUND = 127
"""The exit code of a shell for a program that is not there."""


class Terminal:
    """What was shown so far, and a keyboard."""

    def __init__(self, pid: int, door: int) -> None:
        self._pid, self._door, self.shown, self._code = pid, door, "", -1

    def sees(self, words: str, patience_s: float = 30.0) -> None:
        """Wait until these words are shown, after those that were waited for before."""
        end = time.monotonic() + patience_s
        while words not in self.shown[self._seen :]:
            if time.monotonic() > end or not self._read(0.2):
                raise AssertionError(f"{words!r} was never shown, only:\n{self.shown}")
        self._seen = self.shown.index(words, self._seen) + len(words)

    _seen = 0

    def types(self, keys: str) -> None:
        """Press these keys, once it waits for them: a signal just before it begins to read would wait for Enter."""
        end = time.monotonic() + 10.0
        while "\nState:\tS" not in Path(f"/proc/{self._pid}/status").read_text() and time.monotonic() < end:
            time.sleep(0.01)
        os.write(self._door, keys.encode())

    def ends(self, patience_s: float = 30.0) -> int:
        """The exit code, once it has ended."""
        end = time.monotonic() + patience_s
        while self._read(0.1) and time.monotonic() < end:
            pass
        self._code = os.waitstatus_to_exitcode(_gone(self._pid))
        return self._code

    def _read(self, wait_s: float) -> bool:
        """Take what is shown; False once the program is gone."""
        if not select.select([self._door], [], [], wait_s)[0]:
            return True
        try:
            got = os.read(self._door, 65536)
        except OSError:
            return False
        self.shown += got.decode(errors="replace")
        return bool(got)


@contextlib.contextmanager
def terminal(command: Sequence[str], folder: Path, environ: Mapping[str, str]) -> Iterator[Terminal]:
    """Start a program on a terminal; it is gone afterwards."""
    pid, door = pty.fork()
    if pid == 0:  # pragma: no cover - the child, which must never come back into the tests
        try:
            os.chdir(folder)
            signal.signal(signal.SIGINT, signal.SIG_DFL)  # what runs in the background has inherited that it is ignored
            os.execvpe(command[0], list(command), {**os.environ, **environ})
        finally:
            os._exit(NOT_FOUND)
    screen = Terminal(pid, door)
    try:
        yield screen
    finally:
        os.close(door)  # which hangs up on it
        if screen._code == -1:
            _gone(pid)


def _gone(pid: int) -> int:
    """The status of a program that has been hung up on; one that stays is killed."""
    end = time.monotonic() + GRACE_S
    while time.monotonic() < end:
        if (found := os.waitpid(pid, os.WNOHANG))[0]:
            return found[1]
        time.sleep(0.01)
    os.kill(pid, signal.SIGKILL)
    return os.waitpid(pid, 0)[1]
