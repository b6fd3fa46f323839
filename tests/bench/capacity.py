"""What one prober can do: `python -m tests.bench.capacity`. A server of its own process answers; nothing is far away.

Figures per core are by the processor time of this process, so that what else the machine does changes them little;
lateness has no such remedy.
"""

import asyncio
import json
import statistics
import sys
import tempfile
import time
from asyncio.subprocess import PIPE
from collections.abc import Awaitable, Callable
from pathlib import Path

import httpx

from bot.core.detection.assessment import AssessorSettings
from bot.core.model.service import ServiceView
from bot.judging.judge import Judge, JudgeContext
from bot.probing.checks import CheckRunner
from bot.probing.stream_writer import StreamWriter
from bot.store.connect import open_store
from bot.store.store import Store
from bot.store.stream_rows import encode
from probes.model import Observation, Outcome, Timings
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import Request
from tests.bench.answering import answering, many_files
from tests.bench.lateness import INTERVAL_S, checks, manners
from tests.support.routing import to

AT_ONCE = 8
ROUNDS, ROUND_S = 4, 0.5
SIZES = (1_000, 5_000, 10_000)
ROWS = 5_000


async def rate(one: Callable[[int], Awaitable[object]], seconds: float = ROUND_S) -> float:
    """How often a second of processor time `AT_ONCE` loops can do it."""
    end, done = time.perf_counter() + seconds, 0

    async def again(number: int) -> None:
        nonlocal done
        while time.perf_counter() < end:
            await one(number)
            done += 1

    used = time.process_time()
    await asyncio.gather(*(again(number) for number in range(AT_ONCE)))
    return done / (time.process_time() - used)


async def throughput() -> None:
    """Whole looks, written for the stream, beside the same requests by httpx alone, in turns."""
    found: dict[str, list[float]] = {}
    async with answering() as url, httpx.AsyncClient() as client, Transport() as transport:
        tools = Tools(transport, "here", time.time)
        rows: list[bytes] = []
        some = checks(AT_ONCE, url)
        watch = CheckRunner(some, tools, None, lambda o: rows.append(encode(o)), manners())
        kinds: dict[str, Callable[[int], Awaitable[object]]] = {
            "bare": lambda _: client.get(url),
            "check": lambda n: watch.once(some[n]),
            "ask": lambda n: transport.fetch(Request(url, 5.0, lane=some[n].id)),
            "look": lambda n: look(some[n], tools),
        }
        for _ in range(ROUNDS):
            for name, one in kinds.items():
                found.setdefault(name, []).append(await rate(one))
            rows.clear()
    bare, whole, ask, seen = (statistics.median(found[name]) for name in kinds)
    say("bare httpx loop", f"{bare:6,.0f} requests a second and core ({AT_ONCE} at once)")
    say("checks: looked, encoded, queued", f"{whole:6,.0f} a second and core: {whole / bare:.1f} times the bare loop")
    say("where a check's time goes", f"{1e6 / ask:6.0f} µs asking (h11, asyncio)")
    say(
        "",
        f"{1e6 / seen - 1e6 / ask:6.0f} µs reading what came, {1e6 / whole - 1e6 / seen:.0f} µs encoding and manners",
    )


async def lateness() -> None:
    """Through the real schedule, each size in a process of its own."""
    for number in SIZES:
        async with answering() as url:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-m", "tests.bench.lateness", str(number), url), stdout=PIPE, stderr=PIPE
            )
            out, _ = await process.communicate()
        found = json.loads(out)
        left_out = f", {found['left_out']:,.0f} left out: overloaded" if found["left_out"] else ""
        say(
            f"{number:,} checks every {INTERVAL_S:.0f} s",
            f"{found['rate']:5,.0f}/s begun; late p50 {found['p50_ms']:.0f} ms, p99 {found['p99_ms']:.0f} ms{left_out};"
            f" {found['busy']:.0%} of a core, {found['cpu_ms']:.2f} ms a check; {found['kib']:.1f} KiB a check",
        )


def observation(number: int) -> Observation:
    """One of a healthy component."""
    return Observation(
        "claude-api/hello", "claude", "claude-api", "here", time.time(), Outcome.OK, status=200,
        timings=Timings(None, None, None, 81.3, 82.1), request_id=f"req_{number}",
    )  # fmt: skip


async def judged() -> None:
    """From an observation to the commit that has taken it in."""
    with tempfile.TemporaryDirectory() as folder:
        async with open_store(None, Path(folder)) as store:
            service = ServiceView("claude", "Claude", {"claude-api": "Claude API"}, {})
            judge = Judge(
                store, service, AssessorSettings(("claude-api",)), JudgeContext("bench", time.time, to(), lambda: None)
            )
            stream = StreamWriter(store, "here", lambda *_: judge.news.set())
            tasks = [asyncio.create_task(judge.run()), asyncio.create_task(stream.run())]
            took = []
            for number in range(30):
                began = time.perf_counter()
                await settled(store, stream, [observation(number)], 0.001)
                took.append((time.perf_counter() - began) * 1000)
            used = time.process_time()
            await settled(store, stream, [observation(number) for number in range(ROWS)], 0.02)
            used = time.process_time() - used
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    say(
        "look to judged, one at a time",
        f"{statistics.median(took):5.0f} ms until it is in the commit (writes are gathered for 0.1 s)",
    )
    say("look to judged, in bulk", f"{used / ROWS * 1e6:5.0f} µs of processor time: encoded, written, read, judged")


async def settled(store: Store, stream: StreamWriter, rows: list[Observation], every_s: float) -> None:
    """Write rows and wait until they are judged."""
    before = (await store.load("claude")).position
    for row in rows:
        stream.put("claude", encode(row))
    while stream.waiting:
        await asyncio.sleep(every_s)
    found = await store.read("claude", before, len(rows) + 1)
    while (await store.load("claude")).position != found[-1][0]:
        await asyncio.sleep(every_s)


def say(what: str, figure: str) -> None:
    print(f"{what:32} {figure}", flush=True)


async def measure() -> None:
    """All of it, in some 80 seconds."""
    many_files()
    await throughput()
    await judged()
    await lateness()


def main() -> None:
    """Measure and print."""
    asyncio.run(measure())


if __name__ == "__main__":
    main()
