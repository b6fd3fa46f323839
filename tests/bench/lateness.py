"""Many checks on time, in a process of their own: `python -m tests.bench.lateness CHECKS URL`, figures as JSON.

A start is late by the time from the moment the schedule had set for it to the first step of the look.
"""

import asyncio
import gc
import json
import os
import sys
import time
from pathlib import Path
from types import MappingProxyType
from typing import Any

from apscheduler.events import EVENT_JOB_SUBMITTED

from bot.cli.run import COLLECTOR
from bot.core.rate_limits import RateLimits
from bot.probing.checks import CheckRunner, ProbeLimits
from bot.probing.rate_limiter import HostRateLimiter
from bot.scheduling.scheduler import Schedule
from bot.store.stream_rows import encode
from probes.model import Check
from probes.tools import Tools
from probes.transport.client import Transport
from tests.bench.answering import many_files

INTERVAL_S = 10.0
MEASURED_S = 5.0
PAGE = os.sysconf("SC_PAGE_SIZE")
NO_LIMITS = RateLimits(at_once=1_000_000, per_s=1e9)


def checks(number: int, url: str) -> list[Check]:
    """So many checks of one address."""
    return [
        Check(f"api/{n}", "http", "claude", "api", url, INTERVAL_S, 5.0, MappingProxyType({})) for n in range(number)
    ]


def manners() -> ProbeLimits:
    """None: one address stands for the hosts of thousands of checks."""
    return ProbeLimits(courtesy=HostRateLimiter(NO_LIMITS))


def resident() -> int:
    """Bytes."""
    return int(Path("/proc/self/statm").read_text().split()[1]) * PAGE


class Timed(CheckRunner):
    """A watch that notes when each check really began."""

    def clocked(self, schedule: Schedule) -> None:
        """Find out what the schedule intends."""
        self.delays: list[float] = []
        self.measuring = False
        self._due: dict[str, float] = {}
        self._place = {
            run.args[0].id: (slot.name, run.after_s)
            for slots in schedule._slots.values()
            for slot in slots
            for run in slot.runs
            if run.args and isinstance(run.args[0], Check)
        }
        schedule._scheduler.add_listener(self._submitted, EVENT_JOB_SUBMITTED)

    def _submitted(self, event: Any) -> None:
        self._due[event.job_id] = event.scheduled_run_times[-1].timestamp()

    async def once(self, check: Check) -> None:
        slot, after_s = self._place[check.id]
        if self.measuring and slot in self._due:
            self.delays.append(time.time() - self._due[slot] - after_s)
        await super().once(check)


async def measure(number: int, url: str) -> dict[str, float]:
    """Start so many checks, let each run once, then measure."""
    many_files()
    gc.set_threshold(*COLLECTOR)
    written = 0

    def put(row: bytes) -> None:
        nonlocal written
        written += len(row)

    async with Transport() as transport, Schedule() as schedule:
        gc.collect()
        before = resident()
        watch = Timed(
            checks(number, url), Tools(transport, "here", time.time), None, lambda o: put(encode(o)), manners()
        )
        watch.start(schedule)
        watch.clocked(schedule)
        # The first looks of thousands take a while, for each opens its connection; then what has piled up must go.
        await asyncio.sleep(8.0 + number / 600)
        watch.measuring = True
        began, used = time.perf_counter(), time.process_time()
        await asyncio.sleep(MEASURED_S)
        watch.measuring = False
        used, took = time.process_time() - used, time.perf_counter() - began
        gc.collect()
        late = sorted(watch.delays) or [0.0]
        return {
            "left_out": schedule.left_out,
            "rate": len(watch.delays) / took,
            "cpu_ms": used / max(1, len(watch.delays)) * 1000,
            "busy": used / took,
            "p50_ms": late[len(late) // 2] * 1000,
            "p99_ms": late[int(len(late) * 0.99)] * 1000,
            "kib": (resident() - before) / number / 1024,
        }


if __name__ == "__main__":
    sys.stdout.write(json.dumps(asyncio.run(measure(int(sys.argv[1]), sys.argv[2]))))
