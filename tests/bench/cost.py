"""What it costs to watch when all is well: `python -m tests.bench.cost [SERVICES COMPONENTS]`, 20 of 10 if not said.

Every component has one HTTP check every ten seconds. The whole of Groundtruth runs as people run it, in a process of
its own with its embedded store, beside a bare httpx loop of the same requests, and beside Prometheus with the blackbox
exporter and Alertmanager where these are installed. All are measured over the same seconds.
"""

import asyncio
import os
import shutil
import sys
import tempfile
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import yaml

from tests.bench.answering import answering, many_files

INTERVAL_S = 10.0
WARM_S, MEASURED_S = 45.0, 45.0
PAGE = os.sysconf("SC_PAGE_SIZE")
TICK = os.sysconf("SC_CLK_TCK")
TRIO = ("prometheus", "prometheus-blackbox-exporter", "prometheus-alertmanager")
ASKING = """
import asyncio, contextlib, httpx, random, sys
async def main(url, number, interval_s):
    async with httpx.AsyncClient() as client:
        async def check():
            await asyncio.sleep(random.random() * interval_s)
            while True:
                with contextlib.suppress(httpx.HTTPError):
                    await client.get(url)
                await asyncio.sleep(interval_s)
        await asyncio.gather(*(check() for _ in range(number)))
asyncio.run(main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3])))
"""


@dataclass(frozen=True, slots=True)
class Contestant:
    """What is measured: its processes, with those that they start themselves."""

    name: str
    processes: Sequence[Process]

    @property
    def pids(self) -> list[int]:
        """All of them that live."""
        found, left = [], [p.pid for p in self.processes if p.returncode is None]
        while left:
            found.append(left.pop())
            left += _children(found[-1])
        return found


def configuration(url: str, folder: Path, services: int, components: int) -> dict[str, Any]:
    """So many services of so many components, with one check each."""

    def component(name: str) -> dict[str, Any]:
        check = {"kind": "http", "target": url, "interval": INTERVAL_S, "timeout": 5}
        return {"name": f"Part {name}", "checks": {"http": check}}

    def service(number: int) -> dict[str, Any]:
        parts = {f"s{number}-c{n}": component(f"{number}-{n}") for n in range(components)}
        return {"id": f"s{number}", "name": f"Service {number}", "page": None, "components": parts}

    control = url.rpartition("/")[0] + "/204"
    return {
        "services": [service(n) for n in range(services)],
        "control": [control, control.replace("127.0.0.1", "localhost")],
        "state_dir": str(folder / "state"),
        "courtesy": {"per_second": 10_000, "at_once": 1_000},
        "vantage": {"name": "here"},
    }


async def groundtruth(url: str, folder: Path, services: int, components: int) -> Contestant:
    """Groundtruth as people run it."""
    file = folder / "groundtruth.yaml"
    file.write_text(yaml.safe_dump(configuration(url, folder, services, components)))
    command = (sys.executable, "-m", "bot", "--config", str(file), "run", "--json")
    return Contestant("Groundtruth", [await asyncio.create_subprocess_exec(*command, stdout=DEVNULL)])


async def bare(url: str, number: int) -> Contestant:
    """The same requests, and nothing else."""
    command = (sys.executable, "-c", ASKING, url, str(number), str(INTERVAL_S))
    return Contestant("bare httpx loop", [await asyncio.create_subprocess_exec(*command)])


async def trio(url: str, folder: Path, number: int) -> Contestant | None:
    """Prometheus, the blackbox exporter and Alertmanager on the same work; None where they are not installed."""
    if not all(shutil.which(name) for name in TRIO):
        return None
    scrape = {
        "job_name": "blackbox",
        "metrics_path": "/probe",
        "params": {"module": ["http_2xx"]},
        "static_configs": [{"targets": [f"{url}?{n}" for n in range(number)]}],
        "relabel_configs": [
            {"source_labels": ["__address__"], "target_label": "__param_target"},
            {"source_labels": ["__param_target"], "target_label": "instance"},
            {"target_label": "__address__", "replacement": "127.0.0.1:29115"},
        ],
    }
    rule = {"alert": "Down", "expr": "probe_success == 0", "for": "30s"}
    files = {
        "rules.yml": {"groups": [{"name": "down", "rules": [rule]}]},
        "prometheus.yml": {
            "global": {"scrape_interval": f"{INTERVAL_S:.0f}s", "evaluation_interval": f"{INTERVAL_S:.0f}s"},
            "rule_files": [str(folder / "rules.yml")],
            "alerting": {"alertmanagers": [{"static_configs": [{"targets": ["127.0.0.1:29093"]}]}]},
            "scrape_configs": [scrape],
        },
        "blackbox.yml": {
            "modules": {"http_2xx": {"prober": "http", "timeout": "5s", "http": {"preferred_ip_protocol": "ip4"}}}
        },
        "alertmanager.yml": {"route": {"receiver": "none"}, "receivers": [{"name": "none"}]},
    }
    for name, content in files.items():
        (folder / name).write_text(yaml.safe_dump(content))
    commands = (
        (TRIO[0], f"--config.file={folder}/prometheus.yml", f"--storage.tsdb.path={folder}/tsdb",
         "--web.listen-address=127.0.0.1:29090"),
        (TRIO[1], f"--config.file={folder}/blackbox.yml", "--web.listen-address=127.0.0.1:29115"),
        (TRIO[2], f"--config.file={folder}/alertmanager.yml", f"--storage.path={folder}/alerts",
         "--web.listen-address=127.0.0.1:29093", "--cluster.listen-address="),
    )  # fmt: skip
    started = [await asyncio.create_subprocess_exec(*c, stdout=DEVNULL, stderr=DEVNULL) for c in commands]
    return Contestant("Prometheus, blackbox, Alertmanager", started)


def _children(pid: int) -> list[int]:
    tasks = Path(f"/proc/{pid}/task")
    try:
        return [int(child) for task in tasks.iterdir() for child in (task / "children").read_text().split()]
    except OSError:
        return []


def cpu_s(pid: int) -> float:
    """Processor seconds used so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICK


def name_of(pid: int) -> str:
    """Its program."""
    return Path(f"/proc/{pid}/comm").read_text().strip()


def resident(pid: int) -> float:
    """Resident MiB."""
    pages = Path(f"/proc/{pid}/statm").read_text().split()
    return int(pages[1]) * PAGE / 2**20


async def measure(services: int, components: int) -> None:
    """Run all of them side by side and print a line for each of their processes."""
    many_files()
    with tempfile.TemporaryDirectory() as name:
        folder, number = Path(name), services * components
        async with answering() as url:
            found = [await groundtruth(url, folder, services, components), await bare(url, number)]
            others = await trio(url, folder, number)
            contestants = [*found, *([others] if others else [])]
            try:
                await _compared(contestants, number)
            finally:
                for contestant in contestants:
                    await _end(contestant)
    if others is None:
        print(f"  not installed, so not compared: {', '.join(TRIO)}")


async def _compared(contestants: Sequence[Contestant], number: int) -> None:
    await asyncio.sleep(WARM_S)
    before = {pid: cpu_s(pid) for one in contestants for pid in one.pids}
    await asyncio.sleep(MEASURED_S)
    print(f"  {number:,} HTTP checks every {INTERVAL_S:.0f} s, all well, over {MEASURED_S:.0f} s:")
    for one in contestants:
        pids = [pid for pid in one.pids if pid in before]
        used = {pid: (cpu_s(pid) - before[pid]) / MEASURED_S for pid in pids}
        size = {pid: resident(pid) for pid in pids}
        parts = (
            ""
            if len(pids) == 1
            else "   of these " + ", ".join(f"{name_of(pid)} {used[pid]:.1%} {size[pid]:.0f} MiB" for pid in pids)
        )
        print(f"  {one.name:36} {sum(used.values()):6.1%} of a core  {sum(size.values()):6.0f} MiB{parts}", flush=True)


async def _end(contestant: Contestant) -> None:
    for process in contestant.processes:
        if process.returncode is None:
            process.terminate()
    for process in contestant.processes:
        await process.wait()


if __name__ == "__main__":
    given = [int(word) for word in sys.argv[1:3]]
    asyncio.run(measure(*(given or (20, 10))))
