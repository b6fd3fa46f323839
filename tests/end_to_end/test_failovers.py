"""Failovers of the store under load, by kill -9 and by a pause: what was streamed is counted once, and told once.

`make proof` does twenty of each; FAILOVERS says how many. Each prints its reconciliation.
"""

import asyncio
import os
from collections import Counter

import pytest

from bot.core.messages.compose import card
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.errors import StoreError
from bot.probing.stream_writer import StreamWriter
from bot.store.codec import INCIDENT, REMEMBERED
from bot.store.connect import open_store
from bot.store.stream_rows import encode
from probes.model import Fault, Layer, Observation, Outcome
from tests.support.delivery import TIPS, Notebook
from tests.support.judging import World
from tests.support.sentinels import replicated
from tests.support.stores import readable

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
SPEED = 600.0
"""Rows are thirty seconds apart and come every twentieth of a second."""
EPISODE, GOOD = 12, 60
"""Failures that make an incident, and good results after which it is over."""

pytestmark = pytest.mark.timeout(60 + 40 * FAILOVERS)


class Load(World):
    """A prober that streams, a judge and a courier, on one store."""

    def __init__(self, store):
        super().__init__(store)
        self.stream = StreamWriter(store, "eu")
        self.book = Notebook("console")
        self.episodes = 0
        context = CourierContext("courier", lambda: self.now, self.worded, self.trouble, speed=SPEED)
        self.courier = Courier(store, ["claude"], {"console": self.book}, context)

    async def worded(self, snapshot, now):
        """The card as it is."""
        return card(snapshot, now, TIPS)

    async def trouble(self, what, text, over):
        """Nobody else listens."""

    async def probe(self, until):
        """Stream episodes of trouble until asked to stop, and always a whole one."""
        while not until.is_set():
            self.episodes += 1
            for number in range(EPISODE + GOOD):
                self.now += 30.0
                bad = number < EPISODE
                outcome = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error") if bad else (Outcome.OK,)
                row = Observation("claude-api/hello", "claude", "claude-api", "eu", self.now, *outcome)
                self.stream.put("claude", encode(row))
                self.sent += 1
                await asyncio.sleep(30.0 / SPEED)


async def failed_over(group, how):
    """One failover; afterwards the old primary is a replica of the new one."""
    old = await group.primary()
    if how == "kill":
        await group.kill(old)
    else:
        group.pause(old)
    new = await group.moved(old)
    await asyncio.sleep(0.5)
    if how == "kill":
        await group.start(old, new)
    else:
        group.resume(old)
    await group.until(new, lambda info: info["connected_slaves"] == 2, within_s=40.0)


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_failovers_lose_and_double_nothing(tmp_path, how):
    """Streamed, counted, told, twice, lost."""
    async with replicated(tmp_path, replicas=2, sentinels=3) as group, open_store(group.url, tmp_path) as store:
        load, stop = Load(store), asyncio.Event()
        workers = [asyncio.create_task(work) for work in (load.stream.run(), load.courier.run("console"))]
        async with load.at_work(load.judge("one")):
            probing = asyncio.create_task(load.probe(stop))
            await asyncio.sleep(2)
            for _ in range(FAILOVERS):
                await failed_over(group, how)
                await asyncio.sleep(1)
            stop.set()
            await probing
            incidents, kept = await settled(load, store)
        for worker in workers:
            worker.cancel()
        await asyncio.gather(*workers, return_exceptions=True)
    posts = Counter(act for act, _ in load.book.acts)["post"]
    untold = [one.id for one in incidents if f"console/{one.id}" not in load.book.roots]
    twice = posts - len(load.book.roots)
    print(  # noqa: T201 - the reconciliation
        f"\n{FAILOVERS} failovers by {how}: streamed {load.sent}, counted {kept.counted}, lost {load.stream.lost},"
        f" episodes {load.episodes}, incidents {len(incidents)}, told {len(load.book.roots)}, twice {twice}"
    )
    assert kept.counted == load.sent
    assert load.stream.lost == 0
    # Time is played: a wait of a second is ten minutes of it, and what comes that late is counted, but no evidence.
    assert 0 < len(incidents) <= load.episodes
    assert untold == []
    assert (twice, len(load.book.roots)) == (0, len(incidents))


async def settled(load, store):
    """The incidents and the state once everything streamed is judged and told."""
    async with asyncio.timeout(40):
        while True:
            try:
                loaded = await store.load("claude")
                kept = readable(REMEMBERED.load(loaded.state)) if loaded.state else None
                waiting = await store.outbox.waiting("claude", "console")
                if kept is not None and kept.counted >= load.sent and not waiting:
                    return INCIDENT.load_all(await store.views.incidents("claude", 500)), kept
            except StoreError:
                pass
            await asyncio.sleep(0.2)
