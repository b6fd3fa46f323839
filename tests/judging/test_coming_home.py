"""A service goes to the process that is to judge it, comes home to it, and is judged once all the while."""

import asyncio

from bot.core.sharing import Share, ranked
from bot.judging.judge import Judge, JudgeContext
from bot.store.keys import keys_of
from bot.store.types import Commit, Renewal
from tests.support.judging import SETTINGS, VIEW, World
from tests.support.routing import to
from tests.support.stores import readable
from tests.support.writes import SERVICE, leased


def shared(owner, *others, settled=True):
    share = Share(owner)
    share.among(others)
    share.settled = settled
    return share


FIRST, SECOND = ranked(["one", "two"], "claude")
"""Who is to have the service, and who comes next."""


class Shared(World):
    """Judges of two processes."""

    def judge(self, owner, lease_ms=400, share=None):
        context = JudgeContext(owner, lambda: self.now, to("console"), lambda: None, lease_ms, share=share)
        return Judge(self.store, VIEW, SETTINGS, context)

    async def held_by(self, owner):
        """Wait until this process has the lease."""
        async with asyncio.timeout(10):
            while True:
                held = await self.store._link.call("GET", keys_of("claude").lease)
                if held is not None and held.split()[1] == owner.encode():
                    return
                await asyncio.sleep(0.01)


async def test_who_asks_is_heard_at_the_next_renewal(store):
    """Only somebody who is to have it; nobody else gets it meanwhile."""
    token = await leased(store, "two")
    assert await store.lease(SERVICE, "one", 60_000) is None
    assert await store.renew(SERVICE, token, 60_000) is Renewal.KEPT
    assert await store.lease(SERVICE, "one", 60_000, asks_ms=60_000) is None
    assert await store.renew(SERVICE, token, 60_000) is Renewal.WANTED
    assert await store.release(SERVICE, token)
    assert await store.lease(SERVICE, "three", 60_000) is None
    assert await store.lease(SERVICE, "two", 60_000) is None
    mine = await store.lease(SERVICE, "one", 60_000)
    assert mine
    assert await store.renew(SERVICE, mine, 60_000) is Renewal.KEPT


async def test_who_asked_and_died_keeps_nobody_waiting(store):
    """What is asked for is kept free for a moment only."""
    token = await leased(store, "two")
    assert await store.lease(SERVICE, "one", 60_000, asks_ms=1) is None
    assert await store.release(SERVICE, token)
    async with asyncio.timeout(5):
        while True:
            if await store.lease(SERVICE, "two", 60_000):
                return


async def test_a_service_comes_home(store):
    """The one who has it in the other's absence gives it back; every row is counted once, and told once."""
    world = Shared(store)
    stands_in = world.judge(SECOND, share=shared(SECOND))
    async with world.at_work(stands_in):
        await world.see(*[False] * 10, *[True] * 6)
        await world.held_by(SECOND)
        stands_in._context.share.among([FIRST, SECOND])
        async with world.at_work(world.judge(FIRST, share=shared(FIRST, SECOND))):
            await world.held_by(FIRST)
            await world.see(*[True] * 6)
            kept = await world.remembered(22)
    assert kept.counted == 22
    assert len(await world.incidents()) == 1
    assert len(await store.views.deliveries("claude", 10)) == 1


async def test_who_has_just_started_waits_with_asking(store):
    """One that is to have it and is not settled leaves it where it is."""
    world = Shared(store)
    async with world.at_work(
        world.judge(SECOND, share=shared(SECOND)), world.judge(FIRST, share=shared(FIRST, SECOND, settled=False))
    ):
        await world.held_by(SECOND)
        await world.see(*[True] * 5)
        await world.remembered(5)
        assert await store._link.call("EXISTS", keys_of("claude").wanted) == 0


async def test_the_next_one_takes_over_at_once_when_it_hears(store):
    """It waits aside for as long as the first one lives, and no longer."""
    world = Shared(store)
    judge = world.judge(SECOND, lease_ms=60_000, share=shared(SECOND, FIRST))
    async with world.at_work(judge):
        await world.see(True)
        await asyncio.sleep(0.05)
        assert await store._link.call("EXISTS", keys_of("claude").lease) == 0
        judge._context.share.among([])
        judge.regrouped.set()
        await world.held_by(SECOND)


async def test_a_lease_is_taken_from_who_does_not_live(store):
    """Nobody waits for the lease of a process that is silent; what it writes when it wakes up is refused."""
    asleep = await leased(store, "one")
    assert await store.lease(SERVICE, "two", 60_000, asks_ms=60_000, living=["one", "two"]) is None
    mine = await store.lease(SERVICE, "two", 60_000, asks_ms=60_000, living=["three", "two"])
    assert mine
    assert await store.renew(SERVICE, asleep, 60_000) is Renewal.LOST
    assert not await store.commit(SERVICE, asleep, Commit("1-0", b"old"))
    assert await store.commit(SERVICE, mine, Commit("1-0", b"new"))


async def test_a_silent_process_loses_its_services_at_once(store):
    """The next one takes over when it no longer hears of the first, however long the lease still is."""
    asleep = readable(await store.lease("claude", FIRST, 60_000))
    world = Shared(store)
    judge = world.judge(SECOND, lease_ms=60_000, share=shared(SECOND, FIRST))
    async with world.at_work(judge):
        judge._context.share.among([])
        judge.regrouped.set()
        await world.held_by(SECOND)
    assert await store.renew("claude", asleep, 60_000) is Renewal.LOST
