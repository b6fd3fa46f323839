"""Whether memory grows with time: `python -m tests.bench.growth [SECONDS] [KIND...]`, 600 s of all kinds if not said.

The whole of Groundtruth in a process of its own, sped up: 40 checks four times a second, so that ten minutes are the
results of half a day of forty checks every ten seconds. A quarter each is answered well, never (time-outs), with a
reset, and with an error. A line is printed for every tenth of the time.
"""

import asyncio
import contextlib
import socket
import struct
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

import yaml

from bot.errors import StoreError, UserError
from bot.store.connect import open_store
from tests.bench.cost import Contestant, _end, name_of, resident

KINDS = ("fine", "hangs", "resets", "errors")
COMPONENTS, INTERVAL_S, TIMEOUT_S, LINES = 10, 0.25, 0.2, 10
START_S = 120.0
ANSWERS = {
    "fine": b"HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok",
    "errors": b'HTTP/1.1 500 Oops\r\ncontent-type: application/json\r\ncontent-length: 16\r\n\r\n{"error":"oops"}',
    "204": b"HTTP/1.1 204 No Content\r\n\r\n",
}


async def _served(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    with contextlib.suppress(OSError, asyncio.IncompleteReadError):
        while request := await reader.readuntil(b"\r\n\r\n"):
            kind = request.split(b" ")[1].decode().strip("/")
            if kind == "resets":
                linger = struct.pack("ii", 1, 0)
                writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
                break
            if kind in ANSWERS:
                writer.write(ANSWERS[kind])
                await writer.drain()
    writer.close()


@contextlib.asynccontextmanager
async def server() -> AsyncIterator[int]:
    """A server that answers by the path it is asked for; its port."""
    async with await asyncio.start_server(_served, "127.0.0.1", 0) as opened:
        yield opened.sockets[0].getsockname()[1]


def configuration(port: int, folder: Path, kinds: Sequence[str]) -> dict[str, Any]:
    """A service for each kind of answer."""

    def service(kind: str) -> dict[str, Any]:
        check = {
            "kind": "http",
            "target": f"http://127.0.0.1:{port}/{kind}",
            "interval": INTERVAL_S,
            "timeout": TIMEOUT_S,
        }
        parts = {f"{kind}-{n}": {"name": f"{kind} {n}", "checks": {"http": check}} for n in range(COMPONENTS)}
        return {"id": kind, "name": kind, "page": None, "components": parts}

    return {
        "services": [service(kind) for kind in kinds],
        "control": [f"http://127.0.0.{n}:{port}/204" for n in (1, 2)],
        "state_dir": str(folder / "state"),
        "courtesy": {"per_second": 10_000, "at_once": 1_000},
        "vantage": {"name": "here"},
    }


async def results(folder: Path) -> int:
    """Results written so far."""
    async with open_store(None, folder / "state", start=False) as store:
        stats = await store.notes._link.call("INFO", "commandstats")
    return int(stats.get("cmdstat_xadd", {}).get("calls", 0))


async def _started(folder: Path) -> None:
    while True:
        try:
            if await results(folder):
                return
        except (UserError, StoreError):
            await asyncio.sleep(1)


async def measure(seconds: float, kinds: Sequence[str]) -> None:
    """Print how large it is, again and again."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        async with server() as port:
            file = folder / "groundtruth.yaml"
            file.write_text(yaml.safe_dump(configuration(port, folder, kinds)))
            command = (sys.executable, "-m", "bot", "--config", str(file), "run", "--json")
            null = asyncio.subprocess.DEVNULL
            process = await asyncio.create_subprocess_exec(*command, stdout=null, stderr=null)
            contestant = Contestant("Groundtruth", [process])
            try:
                async with asyncio.timeout(START_S):
                    await _started(folder)
                began = time.monotonic()
                for _ in range(LINES):
                    await asyncio.sleep(seconds / LINES)
                    sizes = ", ".join(f"{name_of(pid)} {resident(pid):.1f} MiB" for pid in contestant.pids)
                    passed = time.monotonic() - began
                    print(f"  {passed:5.0f} s  {await results(folder):9,} results  {sizes}", flush=True)
            finally:
                await _end(contestant)


if __name__ == "__main__":
    asyncio.run(measure(float(sys.argv[1]) if len(sys.argv) > 1 else 600.0, sys.argv[2:] or KINDS))
