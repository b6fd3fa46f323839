"""The status page with 1,000 components while 200 checks run: `python -m tests.bench.web`.

The whole of Groundtruth runs as people run it, in a process of its own, on a server of its own; the requests come from
another process. Measured: the overview (requests a second, time of one, bytes), how soon 2,000 open pages hear of an
announcement, whether checks come as often as without readers, and what the page costs at the start.
"""

import asyncio
import gzip
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from itertools import pairwise
from pathlib import Path
from typing import ClassVar

import yaml

from bot.core.model.announcement import Announcement
from bot.core.model.person import Person
from bot.store.codec import ANNOUNCEMENT
from bot.store.connect import open_store
from bot.store.embedded import command
from bot.store.embedded_binary import find_binary
from bot.store.store import Store
from tests.bench.answering import Answering, many_files

SERVICES, COMPONENTS, CHECKED = 50, 20, 4
INTERVAL_S = 10.0
CONNECTIONS, LOAD_S, WATCHERS = 16, 10.0, 2_000
SETTLED_S = 20.0
GOAL_BYTES, GOAL_P99_MS, GOAL_NEWS_S = 100 * 1024, 50.0, 1.0


def _free_port() -> int:
    """One that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


PORT = _free_port()
HEAD = b"GET %b HTTP/1.1\r\nHost: localhost\r\nAccept-Encoding: gzip\r\n\r\n"
PAGE = os.sysconf("SC_PAGE_SIZE")


def configuration(url: str, path: Path, folder: Path, *, page: bool) -> Path:
    """1,000 components, of which 200 have a check; with the page or without."""
    services = [
        {
            "id": f"s{s}",
            "name": f"Vendor {s}",
            "components": {
                f"s{s}-c{c}": {
                    "name": f"Part {s} {c}",
                    "checks": {"http": {"kind": "http", "target": f"{url}/health/{s}-{c}", "interval": INTERVAL_S}}
                    if c < CHECKED
                    else {},
                }
                for c in range(COMPONENTS)
            },
        }
        for s in range(SERVICES)
    ]
    wanted = {
        "services": services, "control": [f"{url}/204", f"{url.replace('127.0.0.1', 'localhost')}/204"],
        "redis": f"unix://{path}", "community": False, "state_dir": str(folder / "state"),
        "courtesy": {"at_once": 1_000, "per_second": 10_000},
    }  # fmt: skip
    if page:
        wanted["web"] = {"listen": f"127.0.0.1:{PORT}", "public": [one["id"] for one in services]}
    file = folder / f"groundtruth-{page}.yaml"
    file.write_text(yaml.safe_dump(wanted))
    return file


class Counting(Answering):
    """A target that notes when it was asked by which check."""

    asked: ClassVar[dict[bytes, list[float]]] = defaultdict(list)

    def data_received(self, data: bytes) -> None:
        """One more check, unless it is a control host's."""
        if b" /204 " not in data:
            self.asked[data.split(b" ", 2)[1]].append(time.perf_counter())
        super().data_received(data)

    @classmethod
    def between(cls, begin: float, end: float) -> str:
        """How many checks came, and how far from its interval each came after its last."""
        came = [(one - last, one) for times in cls.asked.values() for last, one in pairwise(times)]
        off = sorted(abs(gap - INTERVAL_S) * 1000 for gap, at in came if begin <= at < end)
        middle, high = (off[int(share * len(off))] if off else 0.0 for share in (0.5, 0.99))
        return f"{len(off)}, off their interval by median {middle:.0f} ms, p99 {high:.0f} ms"


async def answer(reader: asyncio.StreamReader) -> bytes:
    """One answer's body, by its length."""
    head = await reader.readuntil(b"\r\n\r\n")
    length = next(line for line in head.lower().split(b"\r\n") if line.startswith(b"content-length:"))
    return await reader.readexactly(int(length.partition(b":")[2]))


async def asked(path: bytes, until: float, took: list[float]) -> None:
    """Ask again and again on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    while time.perf_counter() < until:
        started = time.perf_counter()
        writer.write(HEAD % path)
        await answer(reader)
        took.append((time.perf_counter() - started) * 1000)
    writer.close()


def begun(file: Path) -> subprocess.Popen[bytes]:
    """A process at work."""
    return subprocess.Popen(
        [sys.executable, "-m", "bot", "--config", str(file), "run", "--json"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


def ended(process: subprocess.Popen[bytes]) -> None:
    """End it as people do."""
    process.terminate()
    process.wait(20)


async def answering_after(process: subprocess.Popen[bytes], started: float) -> float:
    """The seconds until its page answers."""
    while process.poll() is None:
        await asyncio.sleep(0.02)
        try:
            _, writer = await asyncio.open_connection("127.0.0.1", PORT)
        except OSError:
            continue
        writer.close()
        return time.perf_counter() - started
    raise RuntimeError(f"it ended with {process.returncode}")


def megabytes(process: subprocess.Popen[bytes]) -> float:
    """What it has resident, MiB."""
    return int(Path(f"/proc/{process.pid}/statm").read_text().split()[1]) * PAGE / 2**20


async def overview() -> bool:
    """Requests a second, and whether the goals are met."""
    reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
    writer.write(HEAD % b"/")
    sent = await answer(reader)
    writer.close()
    whole = gzip.decompress(sent)
    began = time.perf_counter()
    await asyncio.sleep(LOAD_S)
    loaded, took = time.perf_counter(), list[float]()
    await asyncio.gather(*(asked(b"/", loaded + LOAD_S, took) for _ in range(CONNECTIONS)))
    p99 = statistics.quantiles(took, n=100)[98]
    print(f"overview: {len(whole):,} bytes of HTML, {len(sent):,} on the wire (aim: below {GOAL_BYTES:,})")
    print(
        f"  {len(took) / LOAD_S:,.0f} requests/s on {CONNECTIONS} connections,"
        f" median {statistics.median(took):.1f} ms, p99 {p99:.1f} ms (aim: below {GOAL_P99_MS:.0f} ms)"
    )
    print(f"  checks that came in {LOAD_S:.0f} s without readers: {Counting.between(began, loaded)}")
    print(f"  with them: {Counting.between(loaded, loaded + LOAD_S)}")
    return len(whole) < GOAL_BYTES


async def news(store: Store) -> bool:
    """2,000 open pages, and one announcement."""
    heard: list[float] = []

    async def watch(ready: asyncio.Semaphore) -> None:
        reader, writer = await asyncio.open_connection("127.0.0.1", PORT)
        writer.write(HEAD % b"/events")
        await reader.readuntil(b"event: tick")
        ready.release()
        await reader.readuntil(b'"a:BENC"')
        heard.append(time.perf_counter())
        writer.close()

    ready = asyncio.Semaphore(0)
    watching = [asyncio.create_task(watch(ready)) for _ in range(WATCHERS)]
    for _ in range(WATCHERS):
        await ready.acquire()
    one = Announcement("BENC", time.time() - 1, time.time() + 600, Person("bench", "", "b", "b"), "a sentence")
    written = time.perf_counter()
    await store.announcements.put(one.id, ANNOUNCEMENT.dump(one))
    await asyncio.gather(*watching)
    spread, after = max(heard) - min(heard), max(heard) - written
    print(
        f"{WATCHERS:,} open pages: the first hears after {min(heard) - written:.2f} s (one reading a second),"
        f" the last {spread:.2f} s later (aim: below {GOAL_NEWS_S:.0f} s), {after:.2f} s in all"
    )
    return spread < GOAL_NEWS_S


async def main() -> int:
    """Measure all of it; 1 where an aim that is no matter of the machine's load is missed."""
    many_files()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "s"
        server = subprocess.Popen(  # noqa: ASYNC220 - before anything is measured
            command(find_binary(), folder, path), stdout=subprocess.DEVNULL
        )
        try:
            return await measured(folder, path)
        finally:
            server.terminate()
            server.wait(10)


async def measured(folder: Path, path: Path) -> int:
    """With a server at `path`."""
    while not path.exists():  # noqa: ASYNC240 - another process makes it
        await asyncio.sleep(0.05)
    target = await asyncio.get_running_loop().create_server(Counting, "127.0.0.1", 0, backlog=4_096)
    url = f"http://127.0.0.1:{target.sockets[0].getsockname()[1]}"
    async with target, open_store(f"unix://{path}", folder) as store:
        process = begun(configuration(url, path, folder, page=False))
        await asyncio.sleep(SETTLED_S)
        print(f"without the page: {megabytes(process):.0f} MiB after {SETTLED_S:.0f} s")
        ended(process)
        started = time.perf_counter()
        process = begun(configuration(url, path, folder, page=True))
        seconds = await answering_after(process, started)
        try:
            await asyncio.sleep(SETTLED_S)
            print(
                f"start: the page answers after {seconds:.1f} s; {megabytes(process):.0f} MiB after {SETTLED_S:.0f} s"
            )
            fine = [await overview(), await news(store)]
            return int(not all(fine))
        finally:
            ended(process)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
