"""Both platforms heard in one loop, beside a probe load: people ask on both while 200 checks a second are made."""

import asyncio
import itertools
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bot.app import Running
from bot.store.types import START
from tests.bench.answering import answering
from tests.support.platforms import Platforms, until

PER_SECOND = 200
COMPONENTS, INTERVAL_S = 20, 0.5
BEAT_S = 0.2
"""Discord asks for a heartbeat every 41 s; more often, a loop that is held up shows sooner."""


def load(url: str) -> dict[str, Any]:
    """A service whose checks make up the load, beside the one that is asked about."""
    each = int(PER_SECOND * INTERVAL_S / COMPONENTS)
    checks = {f"c{n}": {"kind": "http", "target": url, "interval": INTERVAL_S, "timeout": 2} for n in range(each)}
    parts = {f"part-{n}": {"name": f"Part {n}", "checks": checks} for n in range(COMPONENTS)}
    return {"id": "load", "name": "Load", "page": None, "components": parts}


@dataclass
class Took:
    """Seconds from asking to the acknowledgement and to the answer, by platform."""

    acked: dict[str, list[float]] = field(default_factory=lambda: {"slack": [], "discord": []})
    answered: dict[str, list[float]] = field(default_factory=lambda: {"slack": [], "discord": []})


@asynccontextmanager
async def beside(both: Platforms, folder: Path) -> AsyncIterator[Running]:
    """Groundtruth in this process, heard by both, under the load."""
    both.discord.gateway.heartbeat_ms = int(BEAT_S * 1000)
    async with answering() as url:
        services = [*both.vendor.configuration(interval_s=INTERVAL_S, timeout_s=1.0)["services"], load(url)]
        courtesy = {"per_second": 10 * PER_SECOND, "at_once": PER_SECOND}
        async with both.watched(folder, services=services, courtesy=courtesy) as opened:
            yield opened


async def looks(opened: Running) -> int:
    """How many looks of the load are written so far."""
    return len(await opened.store.read("load", START, 100_000))


async def asking(both: Platforms, times: int) -> Took:
    """Somebody on each platform asks so often, one question after the other."""
    took = Took()

    async def on_slack() -> None:
        for _ in range(times):
            began = time.perf_counter()
            reply = await both.ann.types("status", channel="C1")
            took.acked["slack"].append(time.perf_counter() - began)
            await until(reply.is_answered, what=lambda: "no answer on Slack")
            took.answered["slack"].append(time.perf_counter() - began)

    async def on_discord() -> None:
        for _ in range(times):
            reply = await both.asks("status")
            took.acked["discord"].append(reply.answered_s)
            took.answered["discord"].append(reply.done_s)

    await asyncio.gather(on_slack(), on_discord())
    return took


def late_s(beats: list[float]) -> list[float]:
    """By how much each heartbeat came later than it was due after the one before, in seconds."""
    return [max(0.0, after - before - BEAT_S) for before, after in itertools.pairwise(beats)]
