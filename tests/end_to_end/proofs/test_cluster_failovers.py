"""Failovers of a cluster's primaries under load, by kill -9 and by a pause, and slots that are moved all the while.

Three services on three primaries with a replica each; FAILOVERS says how many of each kind.
"""

import asyncio
import os
import random
from itertools import count, pairwise

import pytest

from bot.errors import StoreError
from bot.store.connect import open_store
from bot.store.keys import keys_of
from bot.store.slots import SLOTS, slot_of
from tests.support import proofs
from tests.support.clusters import clustered, move, moving
from tests.support.proofs import Load

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
TOLD_AGAIN_S = 10.0
MOMENTS = random.Random(5)

pytestmark = pytest.mark.timeout(120 + 60 * FAILOVERS)


@pytest.fixture(autouse=True)
def _half_as_fast(monkeypatch):
    """A service whose primary is lost is cut off as a whole: an episode is longer, and what is late is evidence."""
    for name, value in (("SPEED", 60.0), ("BAD_S", 6.0), ("GOOD_S", 18.0)):
        monkeypatch.setattr(proofs, name, value)


def slot(service):
    """The slot of a service's keys."""
    return slot_of(("GET", keys_of(service).judge))


SERVICES = tuple(next(name for n in count() if slot(name := f"s{n}") * 3 // SLOTS == third) for third in range(3))


async def failed_over(nodes, service, how):
    """One failover of the primary of a service; afterwards the old primary is a replica of the new one."""
    number = slot(service)
    old = await nodes.owner(number)
    if how == "kill":
        await nodes.kill(old)
    else:
        nodes.pause(old)
    await nodes.moved(number, old)
    # It comes back while clients are still looking for the new one, or long after.
    await asyncio.sleep(MOMENTS.choice((0.0, 0.1, 1.0, 8.0)))
    if how == "kill":
        await nodes.start(old)
    else:
        nodes.resume(old)
    await nodes.settled(3)


class Pulse:
    """A write to a service as often as possible, to know how long none went through."""

    def __init__(self, store, service):
        self.store, self.service = store, service
        self.times = []

    async def run(self):
        """Beat until cancelled."""
        while True:
            try:
                await self.store.leases.acquire_page(self.service, "pulse", "one", 60_000)
                self.times.append(asyncio.get_running_loop().time())
            except StoreError:
                pass
            await asyncio.sleep(0.02)

    def longest_s(self):
        """The longest time between two writes."""
        return max(b - a for a, b in pairwise(self.times))


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_failovers_of_a_cluster_lose_and_double_nothing(tmp_path, how):
    """Streamed, counted, told, twice, lost."""
    silent = []
    async with clustered(tmp_path) as nodes, open_store(nodes.url, tmp_path) as store:
        load, pulses = Load(store, SERVICES), [Pulse(store, service) for service in SERVICES]
        beating = [asyncio.create_task(pulse.run()) for pulse in pulses]
        async with load.at_work():
            await asyncio.sleep(8)
            for _ in range(FAILOVERS):
                await asyncio.sleep(MOMENTS.uniform(0.0, 3.0))
                began = load.clock()
                await failed_over(nodes, MOMENTS.choice(SERVICES), how)
                await asyncio.sleep(2)
                silent.append(load.book.silent_s(began, load.clock()))
        found = await load.reconciled()
        for task in beating:
            task.cancel()
    stood = max(pulse.longest_s() for pulse in pulses)
    told = f"told again after {max(silent):.1f} s at most; no write of a service for {stood:.1f} s at most"
    print(f"\n{FAILOVERS} failovers of a cluster by {how}: {found}; {told}")  # noqa: T201 - the reconciliation
    assert found.clean, found
    assert max(silent) < TOLD_AGAIN_S


async def test_slots_that_are_moved_under_load_lose_and_double_nothing(tmp_path):
    """Each service's slot from node to node, key by key and at once, while everything goes on."""
    async with clustered(tmp_path) as nodes, open_store(nodes.url, tmp_path) as store:
        load = Load(store, SERVICES)
        async with load.at_work():
            await asyncio.sleep(8)
            for turn in range(FAILOVERS):
                await asyncio.sleep(MOMENTS.uniform(0.0, 2.0))
                number = slot(SERVICES[turn % 3])
                source, target = await moving(nodes, number)
                for _ in range(MOMENTS.randint(0, 5)):
                    await move(nodes, number, source, target, most=2)
                    await asyncio.sleep(0.1)
                await move(nodes, number, source, target)
        found = await load.reconciled()
        changes = store.changes
    print(f"\n{FAILOVERS} slots moved under load: {found}; replaced primaries {changes}")  # noqa: T201 - the reconciliation
    assert found.clean, found
    assert changes == 0
