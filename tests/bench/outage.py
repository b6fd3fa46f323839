"""The whole path measured: start, memory, processor time, bytes kept, and how long until the alert.

Run alone with `python -m tests.bench.outage`. Everything is watched on loopback, so that no network is measured.
"""

import asyncio
import io
import os
import statistics
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from bot.app import Terminal, running
from bot.cli.demo import watching
from bot.demo.clock import StoryClock
from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor
from bot.store.codec import INCIDENT
from bot.store.connect import open_store
from tests.support.instance import Instance
from tests.support.stores import readable

DAY_S = 86_400
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")


@asynccontextmanager
async def watched(interval_s: float) -> AsyncIterator[tuple[Vendor, Instance]]:
    """A vendor and an instance that watches it."""
    with tempfile.TemporaryDirectory() as folder:
        async with Vendor() as vendor:
            instance = Instance(Path(folder), vendor, interval_s=interval_s)
            await instance.start()
            try:
                yield vendor, instance
            finally:
                await instance.stop(10)


def statm(pid: int) -> float:
    """Resident MiB."""
    return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE / 2**20


def cpu_s(pid: int) -> float:
    """Processor seconds used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


async def start_to_first() -> list[float]:
    """Seconds from starting the command to the first request that reaches a vendor."""
    took = []
    for _ in range(5):
        began = time.monotonic()
        async with watched(30.0) as (vendor, _):
            await vendor.log.until(lambda log: log.total > 0, 30)
            took.append(time.monotonic() - began)
    return took


async def memory_and_cpu() -> tuple[float, float]:
    """Resident MiB at the default configuration, and processor milliseconds for one look, judged and written."""
    async with watched(30.0) as (vendor, instance):
        await vendor.log.until(lambda log: log.total > 9, 30)
        await asyncio.sleep(5)
        assert instance.process is not None
        resident = statm(instance.process.pid)
    async with watched(0.25) as (vendor, instance):
        await vendor.log.until(lambda log: log.total > 100, 30)
        assert instance.process is not None
        used, looks = cpu_s(instance.process.pid), vendor.log.total
        await asyncio.sleep(15)
        used, looks = cpu_s(instance.process.pid) - used, vendor.log.total - looks
    return resident, used / looks * 1000


async def bytes_kept() -> tuple[float, float]:
    """Bytes an observation adds to the store, and those of all that is kept beside the stream for one component."""
    with tempfile.TemporaryDirectory() as folder:
        async with Vendor() as vendor:
            instance = Instance(Path(folder), vendor, interval_s=0.1)
            await instance.start()
            await vendor.log.until(lambda log: log.total > 1500, 60)
            await instance.stop(10)
        async with open_store(None, Path(folder) / "state") as store:
            link = store._link
            sizes = {key: await link.call("MEMORY", "USAGE", key, "SAMPLES", 0) for key in await link.call("KEYS", "*")}
            rows = await link.call("XLEN", "gt:1:{claude}:stream")
    stream = sizes.pop(b"gt:1:{claude}:stream")
    return stream / rows, sum(sizes.values()) / 3


async def alert(seed: int) -> float | None:
    """Minutes of 13 April (one request in four fails) from the first failing answer to the alert; None without one."""
    story = load("april-13")
    clock = StoryClock(story)
    with tempfile.TemporaryDirectory() as folder:
        async with Vendor(story, seed=seed, speed=1.0, clock=clock) as vendor:
            settings = watching(vendor, Path(folder))
            async with running(settings, Terminal(io.StringIO(), "plain", clock, story.speed)) as at_work:
                clock.start()
                while clock() < story.time("16:19"):
                    if found := await at_work.store.views.incidents("claude", 5):
                        first = min(e.at for e in vendor.log.entries if e.kind == "http_500")
                        return (readable(INCIDENT.load(found[-1])).opened_at - first) / 60
                    await asyncio.sleep(0.05)
    return None


async def measure() -> None:
    """Print every figure with how it was come by."""
    took = await start_to_first()
    print(f"start to first look     {statistics.median(took):6.2f} s    median of {len(took)} starts, store included")
    resident, cpu = await memory_and_cpu()
    print(f"memory                  {resident:6.1f} MiB  resident, default configuration")
    print(f"processor time          {cpu:6.2f} ms   for one look: seen, streamed, judged, written")
    row, rest = await bytes_kept()
    looks = 2 * DAY_S / 30
    kept = row * looks / 4 + rest
    print(f"store, written          {row * looks / 1024:6.0f} KiB  a component and day (2 checks, {row:.0f} B a look)")
    print(
        f"store, kept             {kept / 1024:6.0f} KiB  a component (6 h of rows, {rest / 1024:.0f} KiB beside them)"
    )
    minutes = sorted([m for seed in range(1, 6) if (m := await alert(seed)) is not None])
    print(
        f"first failure to alert  {statistics.median(minutes):6.1f} min  25% of requests fail, looks every 30 s;"
        f" 5 runs: {', '.join(f'{m:.1f}' for m in minutes)}"
    )


def main() -> None:
    """Measure and print."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
