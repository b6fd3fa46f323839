"""A Groundtruth of its own process, run on a configuration, to be stopped or killed by the test."""

import asyncio
import json
import os
import signal
import sys
from pathlib import Path
from typing import Any, Protocol

import yaml


class Watched(Protocol):
    """What an instance watches, and says how."""

    def configuration(self, interval_s: float, timeout_s: float) -> dict[str, Any]:
        """The configuration file, as a mapping."""


class Instance:
    """`groundtruth run --json` in a folder, watching a vendor at short intervals."""

    module = "bot"
    """What is run as the program."""
    code: Path | None = None
    """Where, if it is another version's."""

    def __init__(self, folder: Path, vendor: Watched, interval_s: float = 0.3, command=("run", "--json"), **more):
        self.folder = folder
        self.command = command
        self.file = folder / "groundtruth.yaml"
        wanted = vendor.configuration(interval_s=interval_s, timeout_s=2.0)
        wanted |= {"state_dir": str(folder / "state"), "vantage": {"name": "here"}, **more}
        self.file.write_text(yaml.safe_dump(wanted))
        self.process: asyncio.subprocess.Process | None = None
        self.environ: dict[str, str] = {}
        self.errors = folder / "stderr"

    async def start(self, *args: str) -> None:
        """Start it; it works when this returns or a little later."""
        with self.errors.open("ab") as errors, (self.folder / "stdout").open("ab") as out:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", self.module, "--config", str(self.file), *self.command, *args),
                stdout=out,
                stderr=errors,
                cwd=self.code,
                env={"PATH": os.environ["PATH"], **self.environ},
            )

    async def kill(self) -> None:
        """kill -9."""
        assert self.process is not None
        self.process.kill()
        await self.process.wait()

    async def stop(self, within_s: float = 5.0) -> int:
        """SIGTERM; the exit code, or a TimeoutError."""
        assert self.process is not None
        self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(within_s):
            return await self.process.wait()

    @property
    def said(self) -> str:
        """All of its stderr so far."""
        return self.errors.read_text()

    @property
    def record(self) -> list[dict[str, Any]]:
        """The console channel's record."""
        path = self.folder / "state" / "console.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []

    @property
    def roots(self) -> list[str]:
        """Keys of the root messages posted."""
        return [act["key"] for act in self.record if act["act"] == "root"]

    async def until(self, true, within_s: float = 40.0) -> None:
        """Wait until `true(self)`."""
        async with asyncio.timeout(within_s):
            while not true(self):  # noqa: ASYNC110  (another process: nothing here could set an event)
                await asyncio.sleep(0.02)
