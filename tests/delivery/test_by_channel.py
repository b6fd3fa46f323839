"""One process serves a channel, the others tell it what they wrote, and look after it themselves now and then."""

import asyncio

from bot.core.sharing import Share, ranked
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from tests.support.delivery import Notebook, World

MEMBERS = ("a", "b")
SERVES, BESIDE = ranked(MEMBERS, "one")


class Shared(World):
    """Couriers of two processes, each with its own record of one channel."""

    def __init__(self, store):
        super().__init__(store)
        self.by = {name: Notebook("one") for name in MEMBERS}

    def courier(self, owner="a"):
        share = Share(owner)
        share.among(MEMBERS)
        context = CourierContext(owner, lambda: self.now, self.worded, self.trouble, share=share)
        return Courier(self.store, ["claude"], {"one": self.by[owner]}, context)


async def test_the_one_whose_channel_it_is_says_what_the_other_wrote(store, monkeypatch):
    """It hears the bell: its own next look is an hour away."""
    monkeypatch.setattr("bot.delivery.courier.CALM_ROUNDS", 0)
    monkeypatch.setattr("bot.delivery.courier.CALM_IDLE_S", 3600.0)
    world = Shared(store)
    couriers = {name: world.courier(name) for name in MEMBERS}
    tasks = [asyncio.create_task(courier.run("one")) for courier in couriers.values()]
    await asyncio.sleep(0.1)
    await world.say()
    couriers[BESIDE].wake()
    async with asyncio.timeout(10):
        await world.by[SERVES].has(1)
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert world.by[BESIDE].acts == []


async def test_where_it_does_not_the_other_does(store, monkeypatch):
    """It may be without that channel, or hang: its part is taken a little later."""
    monkeypatch.setattr("bot.delivery.courier.ASIDE_S", 0.2)
    world = Shared(store)
    task = asyncio.create_task(world.courier(BESIDE).run("one"))
    await asyncio.sleep(0.05)
    await world.say()
    async with asyncio.timeout(10):
        await world.by[BESIDE].has(1)
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)
