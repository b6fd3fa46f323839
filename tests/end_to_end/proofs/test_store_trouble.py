"""The store away for minutes while probers go on, emptied under load, and a judge suspended for longer than its lease.

AWAY_S says how long (seconds) it is away, EMPTIED and SUSPENDED how often each of the others.
"""

import asyncio
import itertools
import os
import signal
from collections import Counter

import pytest
from redis.asyncio import Redis

from bot.judging.judge import LEASE_MS
from bot.sharing import SETTLED_S
from bot.store.connect import open_store
from tests.support.platforms import title
from tests.support.proofs import Load
from tests.support.replicated_run import running_on
from tests.support.servers import Server

AWAY_S = float(os.environ.get("AWAY_S", "6"))
EMPTIED, SUSPENDED = int(os.environ.get("EMPTIED", "1")), int(os.environ.get("SUSPENDED", "1"))
TOLD_AGAIN_S = 10.0

pytestmark = pytest.mark.timeout(180 + AWAY_S + 90 * (EMPTIED + SUSPENDED))


@pytest.fixture
def server(tmp_path):
    """A server of its own, to be stopped and killed."""
    folder = tmp_path / "r"
    folder.mkdir()
    started = Server(folder)
    yield started
    started.process.kill()
    started.process.wait(10)


@pytest.mark.parametrize("how", ["killed", "suspended"])
async def test_minutes_without_the_store(tmp_path, server, how):
    """Probers keep what they see; what comes back late is counted, and what goes on is told."""
    async with open_store(server.url, tmp_path) as store:
        load = Load(store)
        async with load.at_work():
            await asyncio.sleep(8)
            server.signal(signal.SIGKILL if how == "killed" else signal.SIGSTOP)
            await asyncio.sleep(AWAY_S)
            kept = load.stream.waiting
            if how == "killed":
                server.start()
            else:
                server.signal(signal.SIGCONT)
            back = load.clock()
            await asyncio.sleep(TOLD_AGAIN_S + 4)
            silent = load.book.silent_s(back, back + TOLD_AGAIN_S)
        found = await load.reconciled()
    # Time is played: two hours pass in a minute, and who comes ten minutes late finds an episode that is over.
    late = found.missed
    found.missed = 0
    print(  # noqa: T201 - the reconciliation
        f"\n{AWAY_S:.0f} s without the store ({how}): {found}; {kept} results kept meanwhile,"
        f" {late} episodes came too late to be evidence; told again after {silent:.1f} s at most"
    )
    assert found.clean, found
    assert silent < TOLD_AGAIN_S


async def test_an_emptied_store(tmp_path, redis_url):
    """Every message that stood ends with a sentence or goes on, and what still fails is told anew."""
    async with running_on(redis_url, tmp_path, EMPTIED + 1) as run:
        for name in ("1", "2"):
            await run.add(name)
        await run.heard()
        clock, told = asyncio.get_running_loop().time, []
        for number in range(EMPTIED):
            site = run.sites.names[number]
            run.begin()
            await run.until(lambda site=site: run.hook.of(site) and stands(run, site))
            before = len(run.hook.messages)
            async with Redis.from_url(redis_url) as redis:
                await redis.flushall()
            emptied = clock()
            await run.until(lambda site=site, before=before: run.hook.of(site, before))
            told.append(clock() - emptied)
            await run.end()
        await run.until(lambda: all("🟢" in one for one in itertools.chain(*headlines(run))))
        found = await run.reconciled()
        opened = Counter(one.key for one in run.hook.messages if one.message and one.event == "opened")
        again = opened.total() - len(opened)
        print(  # noqa: T201 - the reconciliation
            f"\n{EMPTIED} times emptied: {found}; told anew after {max(told):.1f} s at most; by the same id {again},"
            f" roots doubled {run.doubled}, lines twice {run.lines_again}"
        )
        assert "Traceback" not in "".join(one.said for one in run.processes)
        assert found.counted == found.streamed
        assert (found.lost, found.twice, found.untold) == (0, 0, [])
        # What a platform knows by its id lands on the first message; Slack does not, and the first one is ended there.
        assert run.doubled["discord"] <= 0
        assert max(run.doubled["C1"], run.doubled["C2"]) <= again
        assert run.lines_again == []


def headlines(run):
    """What stands about one service, by place."""
    slack = [[one.headline for one in run.roots[place]] for place in ("C1", "C2")]
    return [*slack, [title(one) for one in run.roots["discord"]]]


def stands(run, site):
    """Whether every place has a message about a service."""
    return all(any(site in one.lower() for one in place) for place in headlines(run))


async def test_judges_suspended_for_longer_than_their_leases(tmp_path, redis_url):
    """Another process judges and delivers meanwhile; who wakes up changes nothing and says nothing again."""
    async with running_on(redis_url, tmp_path, 2 * SUSPENDED) as run:
        processes = [await run.add(name) for name in ("1", "2")]
        await run.heard()
        # Who has just started takes nothing from others.
        await asyncio.sleep(SETTLED_S)
        clock, told, calm = asyncio.get_running_loop().time, [], []
        for number in range(SUSPENDED):
            began = clock()
            run.begin()
            await run.until(lambda: run.told(run.episodes))
            calm.append(clock() - began)
            asleep = processes[number % 2].process
            asleep.send_signal(signal.SIGSTOP)
            began = clock()
            run.begin()
            await run.until(lambda: len(run.hook.incidents) >= run.episodes)
            told.append(clock() - began)
            await asyncio.sleep(max(0.0, LEASE_MS / 1000 + 3 - (clock() - began)))
            asleep.send_signal(signal.SIGCONT)
            await run.until(lambda: run.told(run.episodes))
            await asyncio.sleep(3)
            await run.end()
        found = await run.reconciled()
        print(  # noqa: T201 - the reconciliation
            f"\n{SUSPENDED} times suspended: {found}; told by the other after {max(told):.1f} s at most"
            f" (while both run: {max(calm):.1f} s); roots doubled {run.doubled}, lines twice {run.lines_again}"
        )
        assert "Traceback" not in "".join(one.said for one in run.processes)
        assert found.clean, found
        assert set(run.doubled.values()) == {0}
        assert run.lines_again == []
        assert max(told) < TOLD_AGAIN_S
