"""What all processes ask of one slot, `{_}`: `python -m tests.bench.shared_slot`.

A cluster of three primaries, of which the first serves that slot alone: what it is asked, and its processor time, are
what belongs to no service. The others have the services. Each has one component with a check every ten seconds.
"""

import asyncio
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import yaml

from bot.store.keys import STATE_SCHEMA
from bot.store.slots import slot_of
from tests.bench.answering import answering
from tests.bench.cost import configuration
from tests.support.clusters import SLOTS, Nodes

SHARED = slot_of(("GET", STATE_SCHEMA))
RANGES = ((SHARED, SHARED), (0, 5000), (5001, SHARED - 1, SHARED + 1, SLOTS - 1))
WARM_S, MEASURED_S, BEGUN_S = 15.0, 25.0, 90.0
SIZES = ((20, 1), (100, 1), (100, 2))
"""Services and processes."""
ASIDE = frozenset({"cluster|slots", "role", "ping", "info", "wait", "client|setname"})
"""What is asked of every node, whatever it serves."""


@dataclass(frozen=True, slots=True)
class Asked:
    """Commands so far, and seconds of the node's processor time."""

    commands: int
    cpu_s: float


async def asked(nodes: Nodes, port: int) -> Asked:
    """What a node was asked so far."""
    stats = _fields(await nodes.said(port, "INFO", "commandstats"))
    used = _fields(await nodes.said(port, "INFO", "cpu"))
    calls = {name.removeprefix("cmdstat_"): int(said["calls"]) for name, said in stats.items()}
    cpu = float(used["used_cpu_user"]) + float(used["used_cpu_sys"])
    return Asked(sum(number for name, number in calls.items() if name not in ASIDE), cpu)


def _fields(reply):
    return reply if isinstance(reply, dict) else {}


async def process(url: str, nodes: Nodes, folder: Path, services: int) -> Process:
    """One `groundtruth run` on the cluster."""
    folder.mkdir()  # noqa: ASYNC240 - a benchmark
    file = folder / "groundtruth.yaml"
    wanted = configuration(url, folder, services, 1) | {"redis": nodes.url, "vantage": {"name": folder.name}}
    file.write_text(yaml.safe_dump(wanted))
    command = (sys.executable, "-m", "bot", "--config", str(file), "run", "--json")
    return await asyncio.create_subprocess_exec(*command, stdout=DEVNULL, stderr=DEVNULL)


async def _begun(nodes: Nodes, ports: Sequence[int], number: int) -> None:
    """Wait until every process is at work on every service."""
    async with asyncio.timeout(BEGUN_S):
        while sum([(await asked(nodes, port)).commands for port in ports]) < 10 * number:
            await asyncio.sleep(1)


async def measure(url: str, services: int, processes: int) -> None:
    """One line of the table."""
    with tempfile.TemporaryDirectory() as folder:
        nodes = Nodes(Path(folder))
        running: list[Process] = []
        try:
            await nodes.form(0, RANGES)
            ports = [await nodes.owner(slot) for slot in (SHARED, 0, SLOTS - 1)]
            for number in range(processes):
                running += [await process(url, nodes, Path(folder) / f"p{number}", services)]
            await _begun(nodes, ports[1:], services * processes)
            await asyncio.sleep(WARM_S)
            before = [await asked(nodes, port) for port in ports]
            await asyncio.sleep(MEASURED_S)
            after = [await asked(nodes, port) for port in ports]
        finally:
            for one in running:
                one.terminate()
                await one.wait()
            await nodes.end()
    rates = [(b.commands - a.commands) / MEASURED_S for a, b in zip(before, after, strict=True)]
    shares = [(b.cpu_s - a.cpu_s) / MEASURED_S for a, b in zip(before, after, strict=True)]
    print(
        f"{services} services, {processes} processes: of {{_}} {rates[0]:.0f} commands a second"
        f" ({rates[0] / sum(rates):.0%} of all), {shares[0]:.2%} of a core; of services {sum(rates[1:]):.0f}"
        f" commands a second, {sum(shares[1:]):.2%} of a core",
        flush=True,
    )


async def main() -> None:
    """All sizes, one after the other."""
    async with answering() as url:
        for services, processes in SIZES:
            await measure(url, services, processes)


if __name__ == "__main__":
    asyncio.run(main())
