"""SIGHUP from a process's first moments on: somebody asks for the configuration again, or the terminal is gone."""

import asyncio
import os
import signal
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import ModuleType
from typing import Any

termios: ModuleType | None
try:
    import termios
except ImportError:
    # Not every platform has terminals.
    termios = None

SIGHUP: signal.Signals | None = getattr(signal, "SIGHUP", None)
"""None on Windows, which has no such signal."""


class Hangups:
    """One that comes before anybody listens is kept until somebody does; it ends the process only with its terminal."""

    def __init__(self) -> None:
        self._came = False

    def hold(self) -> None:
        """From here on a SIGHUP is kept. Without this, its default action ends a process that is still starting."""
        if SIGHUP is not None:
            signal.signal(SIGHUP, self._keep)

    @contextmanager
    def passed_to(self, act: Callable[[], Any]) -> Iterator[None]:
        """Inside, each SIGHUP calls `act` in the running loop; so does one that was kept."""
        if SIGHUP is None:
            yield
            return
        loop, before = asyncio.get_running_loop(), signal.getsignal(SIGHUP)
        loop.add_signal_handler(SIGHUP, _hung_up, act)
        if self._came:
            self._came = False
            act()
        try:
            yield
        finally:
            loop.remove_signal_handler(SIGHUP)
            signal.signal(SIGHUP, before)

    def _keep(self, *_: object) -> None:
        _hung_up(self._note)

    def _note(self) -> None:
        self._came = True


HANGUPS = Hangups()
"""Those of this process."""


def _hung_up(act: Callable[[], Any]) -> None:
    if terminal_is_gone():
        os.kill(os.getpid(), signal.SIGTERM)
    else:
        act()


def terminal_is_gone() -> bool:
    """Whether standard input is a terminal that was closed."""
    if termios is None:
        return False
    try:
        os.ttyname(sys.stdin.fileno())
        termios.tcgetattr(sys.stdin.fileno())
    except termios.error:
        return True
    except (AttributeError, OSError, ValueError):
        # Standard input is no terminal.
        return False
    return False
