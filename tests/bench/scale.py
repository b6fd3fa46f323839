"""Many services on several processes: `python -m tests.bench.scale`. Two processes here, the rest by calculation.

Real processes on a real Valkey check a server on loopback; what they ask of the store is counted by MONITOR, so the
figures per process, service and result hold for other sizes. Shares of services are computed as the processes do it.
"""

import asyncio
import contextlib
import json
import re
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import yaml
from redis.asyncio import Redis

from bot.config.load import load
from bot.core.sharing import ranked
from bot.sharing import SETTLED_S, SILENT_S
from bot.store import keys
from bot.store.client import Script
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from tests.bench.answering import answering

SERVICES, COMPONENTS, CHECKS, INTERVAL_S = 100, 4, 2, 30.0
WANTED, PROCESSES = 5_000, 8
WATCHED_S, SATURATED_S = 20.0, 5.0
TAG = re.compile(rb"gt:1:\{([^}]+)\}")


def configuration(url: str, redis: str, folder: Path, number: int = SERVICES) -> Path:
    """So many services with components and checks, at one vantage."""
    check = {"kind": "http", "target": url, "interval": INTERVAL_S}
    checks = {f"c{n}": check for n in range(CHECKS)}
    services = [
        {
            "id": f"s{n}",
            "name": f"S {n}",
            "page": None,
            "components": {f"s{n}-{c}": {"name": f"C {n} {c}", "checks": checks} for c in range(COMPONENTS)},
        }
        for n in range(number)
    ]
    folder.mkdir()
    file = folder / "groundtruth.yaml"
    wanted = {
        "services": services,
        "redis": redis,
        "vantage": {"name": "here"},
        "courtesy": {"per_second": 1_000, "at_once": 100},
        "channels": {"console": {"kind": "console"}},
        "control": [url, url.replace("127.0.0.1", "localhost")],
        "state_dir": str(folder),
    }
    dumper = getattr(yaml, "CSafeDumper", yaml.SafeDumper)
    file.write_text(yaml.dump(json.loads(json.dumps(wanted)), Dumper=dumper))
    return file


async def started(file: Path) -> asyncio.subprocess.Process:
    """A Groundtruth at work."""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "bot", "--config", str(file), "run", "--json"),
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.PIPE,
    )
    assert process.stderr is not None
    async with asyncio.timeout(120):
        while b"Ctrl-C stops" not in (line := await process.stderr.readline()):
            assert line, "it has not started"
    return process


def busy_s(pid: int | None) -> float:
    """Processor time of a process so far, in seconds (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / 100


async def watched(socket: str, seconds: float) -> tuple[Counter[str], int]:
    """Commands by hash tag that came in so many seconds ("" for those without a key), and rows among them."""
    counts, rows = Counter[str](), 0
    reader, writer = await asyncio.open_unix_connection(socket, limit=1 << 24)
    writer.write(b"MONITOR\r\n")
    await reader.readline()
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            while line := await reader.readline():
                if b" lua] " in line:
                    rows += b'"XADD"' in line
                    continue
                tag = TAG.search(line)
                counts[tag[1].decode() if tag else ""] += 1
    writer.close()
    return counts, rows


async def measured(store: Store, socket: str, pids: list[int], server: int | None) -> float:
    """What these processes ask, by MONITOR, and what they use without it; what each asks a second of no service."""
    busy, of_server, began = [busy_s(pid) for pid in pids], busy_s(server), time.monotonic()
    await asyncio.sleep(WATCHED_S)
    took = time.monotonic() - began
    used = [(busy_s(pid) - before) / took for pid, before in zip(pids, busy, strict=True)]
    valkey = (busy_s(server) - of_server) / took
    counts, rows = await watched(socket, WATCHED_S)
    shared = (counts["_"] + counts[""]) / WATCHED_S / len(pids)
    own = sum(count for tag, count in counts.items() if tag not in {"_", ""}) / WATCHED_S
    lag = max(await asyncio.gather(*(unjudged(store, f"s{n}") for n in range(SERVICES))))
    say(f"{len(pids)} process(es), {SERVICES * COMPONENTS * CHECKS} checks", f"{rows / WATCHED_S:.1f} results/s")
    say("  commands a second", f"{own / SERVICES:.1f} for each service, {shared:.1f} for none from each process")
    say("  cores", f"{', '.join(f'{one:.0%}' for one in used)}; Valkey {valkey:.1%}; most rows unjudged: {lag}")
    return shared


async def unjudged(store: Store, service: str) -> int:
    """Rows that wait to be written as judged; calm ones do so for ten seconds."""
    return (await store.views.backlog(service, 1_000))[0]


async def scripts(store: Store, redis: Redis) -> float:
    """Microseconds of the server for what processes ask of `{_}`: a beat among eight, and a lease."""
    await redis.config_resetstat()
    for number in range(1_000):
        await store.peers.beat("bench", f"p{number % PROCESSES}", 10_000)
        await store.leases.acquire("bench", "one", 10_000)
    stats = (await redis.info("commandstats"))["cmdstat_evalsha"]
    return float(stats["usec_per_call"])


def words(*given: object) -> bytes:
    """One command as the protocol has it."""
    each = [str(one).encode() for one in given]
    return b"*%d\r\n" % len(each) + b"".join(b"$%d\r\n%s\r\n" % (len(one), one) for one in each)


async def saturated(socket: str, server: int | None) -> float:
    """Beats and leases of `{_}` from one connection that never waits: how many fill a second of a core."""
    beat, lease = Script("peers").digest, Script("leader").digest
    here = (round(SILENT_S * 1000), keys.PEERS_TTL_S, keys.PEERS_KEPT, "here")
    many = b"".join(
        words("EVALSHA", beat, 1, keys.peers("bench"), f"p{number % PROCESSES}", *here)
        + words("EVALSHA", lease, 1, keys.turn("bench"), "one", 10_000)
        for number in range(1_000)
    )
    reader, writer = await asyncio.open_unix_connection(socket, limit=1 << 24)
    busy, began, done = busy_s(server), time.monotonic(), 0
    writer.write(many + words("ECHO", "whole"))
    while time.monotonic() - began < SATURATED_S:
        # The next ones are there before the last ones are done.
        writer.write(many + words("ECHO", "whole"))
        await reader.readuntil(b"whole\r\n")
        done += 2_000
    await reader.readuntil(b"whole\r\n")
    took = time.monotonic() - began
    writer.close()
    used = max(0.01, busy_s(server) - busy)
    of_a_core = (done + 2_000) / used
    say(
        "{_} filled, beats and leases by turns",
        f"{(done + 2_000) / took:,.0f} a second with {used / took:.0%} of a core, so {of_a_core:,.0f} with a whole one",
    )
    return of_a_core


def loaded(folder: Path) -> None:
    """One configuration with all services: processor time until it is read and checked."""
    file = configuration("http://127.0.0.1:9/", "redis://127.0.0.1:1", folder, WANTED)
    began = time.process_time()
    settings = load(str(file), {})
    checks = sum(len(c.checks) for s in settings.services for c in s.components)
    size = file.stat().st_size / 2**20
    say(
        f"one configuration of {len(settings.services):,} services with {checks:,} checks",
        f"{size:.1f} MiB, read in {time.process_time() - began:.0f} s of a core",
    )


def shares() -> None:
    """How evenly services lie on processes, and what moves when one leaves."""
    for processes in (PROCESSES, 50):
        members = [f"gt-{number}.{number * 7919:08x}" for number in range(processes)]
        before = [ranked(members, f"s{n}")[0] for n in range(WANTED)]
        after = [ranked(members[1:], f"s{n}")[0] for n in range(WANTED)]
        counts = Counter(before)
        moved = sum(a != b for a, b in zip(before, after, strict=True))
        say(
            f"{WANTED:,} services on {processes} processes",
            f"{min(counts.values())} to {max(counts.values())} each; one leaves: {moved} move, all of them its own"
            f" {counts[members[0]]}",
        )


def say(what: str, figure: str) -> None:
    print(f"{what}: {figure}", flush=True)


async def main() -> None:
    """All of it, within five minutes."""
    shares()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        loaded(folder / "many")
        async with EmbeddedServer(folder / "store") as server, open_store(server.url, folder) as store:
            redis = Redis.from_url(server.url)
            took = await scripts(store, redis)
            rate = await saturated(server.url.removeprefix("unix://"), server.pid)
            say("a beat or a lease in Valkey", f"{took:.0f} µs, so one core does {1e6 / took:,.0f} a second")
            async with answering() as url:
                running: list[asyncio.subprocess.Process] = []
                shared = 0.0
                for number in (1, 2):
                    running.append(await started(configuration(url, server.url, folder / str(number))))
                    await asyncio.sleep(SETTLED_S + 15)
                    shared = await measured(
                        store, server.url.removeprefix("unix://"), [one.pid for one in running], server.pid
                    )
                for one in running:
                    one.terminate()
                await asyncio.gather(*(one.wait() for one in running))
            say("the one slot {_} is full", f"with {rate / max(shared, 0.1):,.0f} processes that ask as these two do")
            await redis.aclose()


if __name__ == "__main__":
    asyncio.run(main())
