"""kill -9 of one of three whole processes, again and again, while incidents begin and end: KILLS says how often."""

import asyncio
import os
import random

import pytest

from tests.support.replicated_run import running_on

KILLS = int(os.environ.get("KILLS", "5"))
EACH_S = 11.0
"""Between two services that fail: more than three in half a minute are told in one message, which is another proof."""
DOUBLED = 1
"""Posts of Slack that may stand twice: killed between the post and its record. They are marked, and become links."""

pytestmark = pytest.mark.timeout(180 + 12 * KILLS)


async def test_kill_9_of_random_processes_of_three(tmp_path, redis_url):
    """Streamed, counted, told, twice, lost."""
    moments = random.Random(11)
    async with running_on(redis_url, tmp_path, KILLS // 5 + 1) as run:
        for name in ("1", "2", "3"):
            await run.add(name)
        await run.heard()
        ending = asyncio.create_task(run.ending())
        clock, began = asyncio.get_running_loop().time, float("-inf")
        for _ in range(KILLS):
            if clock() - began > EACH_S and len(run.hook.incidents) >= run.episodes < len(run.sites.names):
                run.begin()
                began = clock()
            await asyncio.sleep(moments.uniform(0.2, 3.0))
            await run.killed(moments)
        await run.until(lambda: len(run.hook.incidents) >= run.episodes)
        ending.cancel()
        await run.end()
        found = await run.reconciled()
        said = "".join(one.said for one in run.processes)
        print(f"\n{KILLS} kills: {found}; roots doubled {run.doubled}, lines twice {run.lines_again}")  # noqa: T201 - the reconciliation
        assert "Traceback" not in said
        assert found.clean, found
        assert run.doubled["discord"] <= 0
        assert run.doubled["C1"] + run.doubled["C2"] <= DOUBLED
        assert run.lines_again == []
