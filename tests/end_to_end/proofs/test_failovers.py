"""Failovers of the store under load, by kill -9 and by a pause: what was streamed is counted once, and told once.

FAILOVERS says how many of each.
"""

import asyncio
import os
import random

import pytest

from bot.store.connect import open_store
from tests.support.proofs import Load
from tests.support.sentinels import replicated

FAILOVERS = int(os.environ.get("FAILOVERS", "1"))
TOLD_AGAIN_S = 10.0
MOMENTS = random.Random(5)

pytestmark = pytest.mark.timeout(120 + 60 * FAILOVERS)


async def failed_over(group, how):
    """One failover; afterwards the old primary is a replica of the new one."""
    old = await group.primary()
    if how == "kill":
        await group.kill(old)
    else:
        group.pause(old)
    new = await group.moved(old)
    # It comes back while clients are still looking for the new one, or long after.
    await asyncio.sleep(MOMENTS.choice((0.1, 1.0, 8.0)))
    if how == "kill":
        await group.start(old, new, wait=False)
    else:
        group.resume(old)
    await group.whole()


@pytest.mark.parametrize("how", ["kill", "pause"])
async def test_failovers_lose_and_double_nothing(tmp_path, how):
    """Streamed, counted, told, twice, lost."""
    silent = []
    async with replicated(tmp_path, replicas=2, sentinels=3) as group, open_store(group.url, tmp_path) as store:
        load = Load(store)
        async with load.at_work():
            await asyncio.sleep(8)
            for _ in range(FAILOVERS):
                await asyncio.sleep(MOMENTS.uniform(0.0, 3.0))
                began = load.clock()
                await failed_over(group, how)
                await asyncio.sleep(2)
                silent.append(load.book.silent_s(began, load.clock()))
        found = await load.reconciled()
    print(f"\n{FAILOVERS} failovers by {how}: {found}; told again after {max(silent):.1f} s at most")  # noqa: T201 - the reconciliation
    assert found.clean, found
    assert max(silent) < TOLD_AGAIN_S
