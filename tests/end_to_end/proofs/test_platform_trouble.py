"""Minutes in which every platform answers 429 or 5xx, while an incident ends and another begins: TROUBLE_S seconds.

Slack, Discord and a webhook are told of both afterwards: once, in order, and as it then stands.
"""

import asyncio
import os

import pytest

from tests.fakes.outlet import Fault
from tests.support.platforms import title
from tests.support.replicated_run import running_on

TROUBLE_S = float(os.environ.get("TROUBLE_S", "20"))
AFTER_S = 375.0
"""A channel that fails rests for a minute, where it does not say for how long; then one delivery tries. What may stand
on Slack already is tried at ever longer intervals, five minutes at most."""

pytestmark = pytest.mark.timeout(TROUBLE_S + 720)


def trouble(run, status):
    """All three platforms answer so from now on."""
    slack = {"retry_after": 5} if status == 429 else {"status": status}
    run.both.slack.faults.add("*", times=10**6, **slack)
    run.both.discord.fail("/channels", status, retry_after=5.0)
    run.hook.always = Fault(status, headers={"retry-after": "5"} if status == 429 else {})


def over(run):
    """They work again."""
    run.both.slack.faults.clear()
    run.both.discord.faults.clear()
    run.hook.always = None


def ended(run):
    """Whether every message says that it is over."""
    roots = [m.headline for place in ("C1", "C2") for m in run.both.slack_roots(place)]
    roots += [title(m) for m in run.both.discord_roots()]
    return all("🟢" in one for one in roots) and all(one.message.closed for one in run.hook.roots.values())


@pytest.mark.parametrize("status", [429, 503])
async def test_minutes_of_refusals_lose_and_double_nothing(tmp_path, redis_url, status):
    """Streamed, counted, told, twice, lost."""
    async with running_on(redis_url, tmp_path, 3) as run:
        process = await run.add("1")
        await run.heard()
        run.begin()
        await run.until(lambda: run.told(1))
        trouble(run, status)
        clock = asyncio.get_running_loop().time
        began = clock()
        await run.end()
        run.begin()
        await asyncio.sleep(max(0.0, TROUBLE_S - (clock() - began)))
        assert not run.told(2)
        over(run)
        back = clock()
        await run.until(lambda: run.told(2), AFTER_S)
        took = clock() - back
        await run.end()
        await run.until(lambda: ended(run), AFTER_S)
        found = await run.reconciled()
        print(  # noqa: T201 - the reconciliation
            f"\n{TROUBLE_S:.0f} s of {status}: {found}; told after {took:.1f} s;"
            f" roots doubled {run.doubled}, lines twice {run.lines_again}"
        )
        assert "Traceback" not in process.said
        assert found.clean, found
        assert set(run.doubled.values()) == {0}
        assert run.lines_again == []
