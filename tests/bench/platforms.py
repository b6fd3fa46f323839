"""Slack and Discord in one loop beside 200 checks a second, ours on loopback: `python -m tests.bench.platforms`.

The fakes of the platforms and the vendor live in the same process, so what is measured is at most as good as the truth.
"""

import asyncio
import statistics
import sys
import tempfile
import time
from pathlib import Path

from tests.support.beside import PER_SECOND, asking, beside, late_s, looks
from tests.support.platforms import platforms, until

ASKED = 300
ACK_GOAL_MS, LATE_GOAL_MS = 1_000.0, 500.0


def spread(took: list[float]) -> str:
    """Median and 99th percentile of seconds, in milliseconds."""
    ordered = sorted(took)
    return (
        f"p50 {statistics.median(ordered) * 1000:6.1f} ms   p99 {ordered[int(len(ordered) * 0.99) - 1] * 1000:6.1f} ms"
    )


async def main() -> int:
    """Ask a hundred times on each, then let everything fail; 1 if the goals are missed."""
    with tempfile.TemporaryDirectory() as folder:
        async with platforms() as both, beside(both, Path(folder)) as opened:
            await until(lambda: both.discord.gateway.heartbeats > 1)
            before, beaten, began = await looks(opened), len(both.discord.gateway.beats), time.perf_counter()
            took = await asking(both, ASKED)
            seconds = time.perf_counter() - began
            made = (await looks(opened) - before) / seconds
            late = late_s(both.discord.gateway.beats[beaten - 1 :])
            both.outage()
            began = time.perf_counter()
            await until(lambda: any(both.all_roots()), 30.0)
            first = time.perf_counter() - began
            await both.told()
            last = time.perf_counter() - began
            gateway = both.discord.gateway
    lines = [f"{made:.0f} checks a second of the load (to be {PER_SECOND}) were made meanwhile, for {seconds:.1f} s"]
    for platform in ("slack", "discord"):
        lines.append(f"{platform:8} command to ack     {spread(took.acked[platform])}")
        lines.append(f"{platform:8} command to answer  {spread(took.answered[platform])}")
    lines += [
        f"heartbeats late by   {spread(late)}   {len(late)} of them, sessions begun: {gateway.identifies}",
        f"the same incident on both: {(last - first) * 1000:.0f} ms between the first and the last of three roots",
    ]
    sys.stdout.write("".join(f"  {line}\n" for line in lines))
    slowest = max(*took.acked["slack"], *took.acked["discord"]) * 1000
    return int(slowest > ACK_GOAL_MS or max(late) * 1000 > LATE_GOAL_MS or gateway.identifies != 1)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
