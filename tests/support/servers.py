"""A server of the store of its own, to be stopped and killed by the test."""

import contextlib
import os
import signal
import socket
import subprocess
import time
from pathlib import Path

from bot.store.embedded import command
from bot.store.embedded_binary import find_binary

READY_S = 30.0


class Server:
    """A Redis shared by processes, which can be stopped, continued, killed and started again on the same files."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.socket = folder / "s"
        self.start()

    @property
    def url(self) -> str:
        return f"unix://{self.socket}"

    def start(self) -> None:
        """Start it; it answers when this returns."""
        self.process = subprocess.Popen(
            command(find_binary(), self.folder, self.socket), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

        end = time.monotonic() + READY_S
        while not self._answers():
            assert time.monotonic() < end, "the server does not answer"
            time.sleep(0.005)

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as door:
            door.settimeout(1.0)
            door.connect(str(self.socket))
            door.sendall(b"PING\r\n")
            return door.recv(64).startswith(b"+PONG")
        return False

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait(10)
