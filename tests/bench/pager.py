"""From the start of an outage to the pager: 50 vendors fail, each watched by an instance at its default settings.

Run alone with `python -m tests.bench.pager`. All 50 are watched at once, each with its own vendor, store and pager on
loopback, by a clock that runs four times as fast: what we take ourselves (writing, judging, posting) counts fourfold.
"""

import asyncio
import io
import math
import random
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import yaml

from bot.app import Terminal, running
from bot.config.load import from_text
from bot.demo.clock import StoryClock
from bot.demo.scenario import QUIET, Behaviour, Step, Story
from bot.demo.vendor import Vendor
from bot.settings import Settings
from tests.fakes.outlet import serving
from tests.fakes.pagerduty import ROUTING_KEY, PagerDuty

COMPONENTS = ("claude-ai", "claude-api", "claude-code")
RUNS = 50
SPEED = 4.0
LOOKS_S = 30.0
"""Each check's interval; the runs begin spread over it, so that they are not all looking at the same moment."""
HEALTHY_S = 120.0
OUTAGE_S = 900.0


def story(run: int, share: float, failing: Sequence[str]) -> Story:
    """Two healthy minutes and a part of a look's interval, then this share of requests fails there."""
    starts = QUIET.begins + HEALTHY_S + random.Random(run).uniform(0, LOOKS_S)
    outage = Step(starts, tuple(failing), Behaviour(rate=share))
    return replace(QUIET, speed=SPEED, ends=starts + OUTAGE_S, steps=(outage,))


def watching(vendor: Vendor, pager: PagerDuty, folder: Path) -> Settings:
    """The vendor's addresses and a pager; all intervals, time limits and thresholds are the default ones."""
    wanted: dict[str, Any] = vendor.configuration()
    del wanted["intervals"], wanted["services"][0]["page"]["interval"], wanted["services"][0]["page"]["timeout"]
    for component in wanted["services"][0]["components"].values():
        for check in component["checks"].values():
            del check["interval"], check["timeout"]
    wanted["channels"] = {"pager": {"kind": "pagerduty", "routing_key": "${PAGER_KEY}", "url": pager.url}}
    wanted |= {"state_dir": str(folder), "vantage": {"name": "bench"}}
    return from_text(yaml.safe_dump(wanted), "the configuration", {"PAGER_KEY": ROUTING_KEY})


async def outage(run: int, share: float, failing: Sequence[str], ready: asyncio.Barrier) -> float:
    """Seconds from the start of the outage to the pager's first alert; infinite without one, negative if too early."""
    played = story(run, share, failing)
    clock = StoryClock(played)
    with tempfile.TemporaryDirectory() as folder:
        async with serving(PagerDuty) as pager, Vendor(played, seed=run, speed=1.0, clock=clock) as vendor:
            around = Terminal(io.StringIO(), "plain", clock, SPEED)
            async with running(watching(vendor, pager, Path(folder)), around):
                await ready.wait()
                await asyncio.sleep(run / RUNS * LOOKS_S / SPEED)
                clock.start()
                while clock() < played.ends:
                    if pager.alerts:
                        return clock() - played.steps[0].at
                    await asyncio.sleep(0.02)
    return math.inf


async def distribution(share: float, failing: Sequence[str], what: str) -> None:
    """Print the delays of all runs in order, and their quantiles."""
    began, ready = time.monotonic(), asyncio.Barrier(RUNS)
    delays = sorted(await asyncio.gather(*(outage(run, share, failing, ready) for run in range(RUNS))))
    told = [delay for delay in delays if 0 <= delay < math.inf]
    deciles = statistics.quantiles(told, n=10, method="inclusive")
    print(
        f"{what:40} median {deciles[4]:4.0f} s  p10 {deciles[0]:4.0f}  p90 {deciles[8]:4.0f}  max {told[-1]:4.0f}"
        f"   {len(told)} of {RUNS} paged, {sum(delay < 0 for delay in delays)} before the start"
        f" ({time.monotonic() - began:.0f} s)"
    )
    print("  " + " ".join(f"{delay:.0f}" for delay in delays), flush=True)


def main() -> None:
    """Measure and print."""
    for share, failing, what in (
        (1.0, COMPONENTS, "every request to every component fails"),
        (1.0, ("claude-api",), "every request to one component fails"),
        (0.25, COMPONENTS, "one request in four fails everywhere"),
    ):
        asyncio.run(distribution(share, failing, what))


if __name__ == "__main__":
    main()
