"""What 1,000 heartbeats cost a process and the store: `.venv/bin/python -m tests.bench.heartbeats`."""

import asyncio
import resource
import tempfile
import time
from collections.abc import Awaitable, Callable
from pathlib import Path
from types import MappingProxyType

import httpx

from bot.probing.pings import PingReader
from bot.settings import Component, Service, Settings
from bot.store.connect import open_store
from bot.store.store import Store
from probes.model import Check
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport
from tests.support.site import page, with_page

MANY = 1_000
EVENTS = 20
BODY = "x" * 200
AT_ONCE = 20
INTERVAL_S = 30.0


def check(number: int) -> Check:
    """One heartbeat of many."""
    options = MappingProxyType({"cron": "0 3 * * *", "time_zone": "Europe/Berlin", "grace": 3600.0})
    target = f"00000000-0000-4000-8000-{number:012x}"
    return Check(f"c{number}/ping", "heartbeat", "jobs", f"c{number}", target, INTERVAL_S, 10.0, options, own=True)


CHECKS = [check(number) for number in range(MANY)]


def resident_mib() -> float:
    """Memory of this process now."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 2**20


async def each(many: list[Check], do: Callable[[Check], Awaitable[object]]) -> tuple[float, float]:
    """Microseconds of this process's core, and of the clock, for one of many."""
    began, used = time.perf_counter(), time.process_time()
    for first in range(0, len(many), AT_ONCE):
        await asyncio.gather(*(do(one) for one in many[first : first + AT_ONCE]))
    return (time.process_time() - used) / len(many) * 1e6, (time.perf_counter() - began) / len(many) * 1e6


async def main() -> None:
    """Print a line for each."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(None, Path(folder)) as store, Transport() as transport:
            await measured(store, transport)


async def measured(store: Store, transport: Transport) -> None:
    """All of it on one store."""
    before = await _used(store)
    tools = Tools(transport, "here", time.time, pings=PingReader(store.pings, time.time))
    for _ in range(EVENTS):
        await each(CHECKS, lambda one: store.pings.add(one.target, "ok", body=BODY))
    print(f"{MANY} heartbeats, {EVENTS} events of {len(BODY)} characters each, by cron")
    print(f"store           {(await _used(store) - before) / MANY / 1024:.1f} KiB each")
    held = resident_mib()
    await each(CHECKS, lambda one: look(one, tools))
    core, clock = await each(CHECKS, lambda one: look(one, tools))
    print(f"one reading     {core:.0f} µs of a core, {clock:.0f} µs by the clock")
    share, more = core / 1e6 * MANY / INTERVAL_S, resident_mib() - held
    print(f"at {INTERVAL_S:.0f} s         {share:.2%} of a core; {more:.1f} MiB more")
    parts = tuple(Component(one.component, "jobs", one.component, checks=(one,)) for one in CHECKS)
    settings = with_page(Settings((Service("jobs", "Jobs", components=parts),)))
    async with page(store, settings, time.time, limits=httpx.Limits(max_connections=AT_ONCE)) as client:
        core, clock = await each(CHECKS, lambda one: client.get(f"/ping/{one.target}"))
    print(f"one ping        {core:.0f} µs of a core, client and server together; {1e6 / clock:.0f} a second over HTTP")


async def _used(store: Store) -> int:
    found = await store._link.everywhere("INFO", "memory")
    text = next(iter(found.values()))
    text = text.decode() if isinstance(text, bytes) else text
    if isinstance(text, dict):
        return int(text["used_memory"])
    return int(next(line for line in text.splitlines() if line.startswith("used_memory:")).partition(":")[2])


if __name__ == "__main__":
    asyncio.run(main())
