"""A server of the store of its own, to be stopped and killed by the test."""

import os
import signal
import subprocess
from pathlib import Path

from bot.store.embedded import command
from bot.store.embedded_binary import find_binary


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
        self.process = subprocess.Popen(
            command(find_binary(), self.folder, self.socket), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL
        )

    def signal(self, number: int) -> None:
        os.kill(self.process.pid, number)
        if number == signal.SIGKILL:
            self.process.wait(10)
