"""A long queue and how it is drained: `python -m tests.bench.drain`.

Notices are queued all at once, ten for each target; the clock is the bench's own. Printed are the seconds that Slack's
limits take, refusals, the processor's time for a notice, and by how much memory grew while a queue and one ten times
as long were drained to a channel that keeps nothing.
"""

import asyncio
import gc
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.web_api import Web
from bot.store.connect import open_store
from bot.store.embedded import EmbeddedServer
from bot.store.store import Store
from tests.fakes.slack.faults import Limits
from tests.fakes.slack.server import slack
from tests.support.delivery import Notebook
from tests.support.draining import EACH, Draining
from tests.support.slack import options

SLACK = 10_000
QUEUES = (1_000, 10_000)
MOST_KB = 4_096
"""Kilobytes by which the longest queue may cost more memory than the shortest."""


class Forgetful(Notebook):
    """A channel that only counts."""

    said = 0

    async def post(self, place, card, key):
        self.said += 1
        return {"key": key}


def told(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


async def to_slack(store: Store) -> bool:
    """1,000 channels, ten notices each; our Slack and we share one process."""
    rooms = [f"C{room}" for room in range(SLACK // EACH)]
    world = Draining(store, [f"slack:{room}" for room in rooms])
    async with slack() as fake:
        for room in rooms:
            fake.workspace.room(room)
        fake.limits = Limits(now=lambda: world.now)
        given = options(fake.url, channels=[])
        await world.queue()
        began, spent = world.now, time.process_time()
        async with SlackChannel("slack", Web("slack", given), given, store.notes, lambda: world.now) as channel:
            courier = world.courier("one", {"slack": channel})
            while await world.waiting("slack"):
                while await courier.round("slack"):
                    pass
                world.now += 1.0
        stands, refused, took = len(fake.workspace.standing()), fake.limits.met, world.now - began
        spent = (time.process_time() - spent) / SLACK
        told(
            f"{stands:,} of {SLACK:,} on Slack in {took:.0f} s of its limits (a post a second and channel: {EACH} s), "
            f"{refused} refused, {spent * 1e3:.1f} ms of processor time a notice, Slack's included"
        )
    return stands == SLACK and not refused


async def forgotten(store: Store, many: int) -> float:
    """Kilobytes of the most that was held at once while so many were drained, after as many were timed."""
    kept, spent = 0.0, 0.0
    for traced in (False, True):
        world, sink = Draining(store, [f"sink{traced}:{n}" for n in range(many // EACH)]), Forgetful(f"sink{traced}")
        await world.queue()
        courier = world.courier("one", {sink.name: sink})
        gc.collect()
        began = time.process_time()
        if traced:
            tracemalloc.start()
        while await courier.round(sink.name):
            pass
        if traced:
            kept = tracemalloc.get_traced_memory()[1] / 1024
            tracemalloc.stop()
        else:
            spent = (time.process_time() - began) / many
        if sink.said != many:
            return float("inf")
    told(f"{many:>9,} notices: {spent * 1e3:.2f} ms of processor time each, {kept:.0f} KiB held at most")
    return kept


async def main() -> int:
    """1 if something was refused or lost, or memory grows with the queue."""
    held, well = [], True
    with tempfile.TemporaryDirectory() as directory:
        for run in (None, *QUEUES):
            place = Path(directory) / str(run)
            place.mkdir()
            async with EmbeddedServer(place) as server, open_store(server.url, place) as store:
                if run is None:
                    well = await to_slack(store)
                else:
                    held.append(await forgotten(store, run))
    return int(not well or held[-1] - held[0] > MOST_KB)


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
