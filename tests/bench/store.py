"""What the store costs: `python -m tests.bench.store`. An embedded server, one client, everything on this machine."""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.keys import keys_of
from bot.store.store import Store
from bot.store.stream_rows import encode
from bot.store.types import Claimant, Commit, DeliveryWrite
from probes.model import Observation, Outcome, Timings

SERVICE, ROWS, BATCH, COMMITS = "claude", 50_000, 100, 1_000
STATE = bytes(range(256)) * 80
"""20 kB: more than three components with an hour of counts take."""
ASSESSMENT = "x" * 400


def observation(n: int) -> Observation:
    """One with everything an HTTP check of a healthy component finds."""
    timings = Timings(None, None, None, 81.3 + n % 40, 82.1 + n % 40)
    request_id = f"req_011CSHoEeqs5C35K2UU{n:07d}"
    return Observation(
        "claude-api-http", SERVICE, "claude-api", "local", 1_776_094_260.123 + n * 7.1, Outcome.OK, status=200,
        timings=timings, request_id=request_id,
    )  # fmt: skip


async def appends(store: Store) -> None:
    rows = [encode(observation(n)) for n in range(ROWS)]
    started = time.perf_counter()
    for first in range(0, ROWS, BATCH):
        await store.append(SERVICE, "run1", first + 1, rows[first : first + BATCH])
    took = time.perf_counter() - started
    memory = await store._link.call("MEMORY", "USAGE", keys_of(SERVICE).stream, "SAMPLES", "0")
    say("append, batches of 100", f"{ROWS / took:,.0f} rows/s")
    say("observation, encoded", f"{sum(map(len, rows)) / ROWS:.0f} bytes")
    say("observation, in the stream's memory", f"{memory / ROWS:.0f} bytes")
    started = time.perf_counter()
    for n in range(1, 1_001):
        await store.append(SERVICE, "run2", n, rows[n : n + 1])
    say("append of one row", f"{(time.perf_counter() - started):.2f} ms")


async def commits(store: Store) -> None:
    token = await store.lease(SERVICE, "bench", 600_000)
    assert token is not None
    assessments = {f"component-{n}": ASSESSMENT for n in range(3)}
    took = []
    for n in range(COMMITS):
        write = DeliveryWrite("i1", "console", n + 1, ASSESSMENT, trail=("line",) if n % 10 == 0 else ())
        commit = Commit(f"{n}-0", STATE, assessments, deliveries=(write,), log=("line",) if n % 10 == 0 else ())
        started = time.perf_counter()
        await store.commit(SERVICE, token, commit)
        took.append((time.perf_counter() - started) * 1000)
    say("commit, 20 kB of state and one delivery", f"{statistics.median(took):.2f} ms, p99 {sorted(took)[-10]:.2f} ms")


async def deliveries(store: Store) -> None:
    started = time.perf_counter()
    for n in range(500):
        (claimed,) = await store.outbox.claim(SERVICE, "console", Claimant("bench", 30.0, at_once=1), 1e12 + n * 100)
        await store.outbox.done(claimed, claimed.version - 1, claimed.trail[-1][0] if claimed.trail else 0, "{}")
    say("claim and done", f"{(time.perf_counter() - started) * 2:.2f} ms")


def resident_kb(pid: int | None) -> str:
    lines = Path(f"/proc/{pid}/status").read_text("ascii").splitlines()
    return next(line.split(":")[1].strip() for line in lines if line.startswith("VmRSS"))


def say(what: str, figure: str) -> None:
    sys.stdout.write(f"{what:45} {figure}\n")


async def main() -> None:
    with tempfile.TemporaryDirectory() as directory:
        started = time.perf_counter()
        async with EmbeddedServer(Path(directory)) as server, open_store(server.url, Path(directory)) as store:
            say("start of the embedded server", f"{(time.perf_counter() - started) * 1000:.0f} ms")
            if sys.platform == "linux":
                say("its memory, empty (RSS)", resident_kb(server.pid))
            await appends(store)
            await commits(store)
            await deliveries(store)
            started = time.perf_counter()
        say("stop", f"{(time.perf_counter() - started) * 1000:.0f} ms")


if __name__ == "__main__":
    asyncio.run(main())
