"""Hours of work with trouble in between: memory, descriptors, tasks and what the store holds beside its rows are flat.

SOAK_S says how many seconds (an hour by `make proof`). An outage of twenty seconds begins every three minutes, told on
Slack and Discord; a page and metrics are read meanwhile.
"""

import asyncio
import contextlib
import os
import time
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from bot.errors import StoreError, UserError
from bot.store.connect import open_store
from bot.store.keys import keys_of
from tests.support.instance import Instance
from tests.support.platforms import ALL, platforms
from tests.support.sentinels import free_port

SOAK_S = float(os.environ.get("SOAK_S", "20"))
SAMPLES = 60
EVERY_S, LASTS_S = min(180.0, SOAK_S / 5), min(20.0, SOAK_S / 10)
MIB = 2**20
GROWN = 1.05
"""What the last quarter may have more of than the second: the first warms up."""
MORE = 8
"""The same for descriptors and tasks: connections come and go."""

pytestmark = pytest.mark.timeout(SOAK_S + 120)


@dataclass(frozen=True)
class Sample:
    """What one process has at a moment; bytes of the store's rows and of all else it holds."""

    at: float
    resident: int
    descriptors: int
    tasks: int
    rows: int
    beside: int
    on_disk: int

    def __str__(self):
        sizes = f"{self.resident / MIB:6.1f} MiB, {self.descriptors} descriptors, {self.tasks} tasks"
        store = (
            f"{self.rows / MIB:.1f} MiB of rows, {self.beside / MIB:.2f} MiB beside, {self.on_disk / MIB:.1f} on disk"
        )
        return f"{self.at:6.0f} s: {sizes}; store: {store}"


async def sampled(instance, began):
    """One sample."""
    proc = Path("/proc") / str(instance.process.pid)
    async with open_store(None, instance.folder / "state", start=False) as store:
        link = store.notes._link
        stream = int(await link.call("MEMORY", "USAGE", keys_of("claude").stream, "SAMPLES", "0") or 0)
        info = await link.call("INFO")
    held = int(info["used_memory_dataset"])
    return Sample(
        time.monotonic() - began,
        int((proc / "statm").read_text().split()[1]) * 4096,
        len(list((proc / "fd").iterdir())),
        int((instance.folder / "tasks").read_text()),
        stream,
        held - stream,
        sum(file.stat().st_size for file in (instance.folder / "state").rglob("*") if file.is_file()),
    )


async def read(port):
    """People and machines that read, for ever."""
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        while True:
            with contextlib.suppress(httpx.TransportError):
                for path in ("/", "/c/claude-api", "/v1/components", "/metrics"):
                    await client.get(path)
            await asyncio.sleep(2)


async def troubled(both):
    """An outage every while, for ever."""
    while True:
        await asyncio.sleep(EVERY_S - LASTS_S)
        both.vendor.set(*ALL, rate=1.0, kinds="http_500")
        await asyncio.sleep(LASTS_S)
        both.vendor.follow()


async def test_hours_of_work_leave_everything_flat(tmp_path):
    """The median of the last quarter beside the median of the second."""
    port, samples = await free_port(), []
    async with platforms() as both:
        web = {"listen": f"127.0.0.1:{port}", "requests_per_minute": 1_000_000}
        instance = Instance(tmp_path, both.vendor, interval_s=1.0, channels=both.channels(), web=web)
        instance.module = "tests.support.counted"
        instance.environ = both.secrets | {"TASKS_FILE": str(tmp_path / "tasks")}
        await instance.start()
        await both.heard()
        work = [asyncio.create_task(one) for one in (read(port), troubled(both))]
        began = time.monotonic()
        try:
            while time.monotonic() - began < SOAK_S:
                await asyncio.sleep(SOAK_S / SAMPLES)
                with contextlib.suppress(StoreError, UserError):
                    samples.append(await sampled(instance, began))
                    print(samples[-1], flush=True)  # noqa: T201 - the record
        finally:
            for task in work:
                task.cancel()
            await asyncio.gather(*work, return_exceptions=True)
            code = await instance.stop(20)
    quarter = len(samples) // 4
    first, last = (_median(part) for part in (samples[quarter : 2 * quarter], samples[-quarter:]))
    print(f"second quarter {first}\nlast quarter   {last}")  # noqa: T201 - the reconciliation
    assert code == 0
    assert "Traceback" not in instance.said
    assert last.descriptors <= first.descriptors + MORE
    assert last.tasks <= first.tasks + MORE
    assert last.resident <= first.resident * GROWN
    assert last.beside <= first.beside * GROWN + MIB


def _median(samples):
    """Each figure's median."""
    columns = zip(
        *((s.at, s.resident, s.descriptors, s.tasks, s.rows, s.beside, s.on_disk) for s in samples), strict=True
    )
    return Sample(*(sorted(column)[len(samples) // 2] for column in columns))
