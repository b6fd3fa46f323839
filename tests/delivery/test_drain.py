"""3,000 notices at once, to places that keep their platform's limits: each is said once, few in hand at any time."""

import asyncio
from collections import defaultdict

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.web_api import Web
from bot.delivery.outbox_claims import AT_ONCE, CLAIM_S
from tests.fakes.slack.faults import Limits
from tests.fakes.slack.server import slack
from tests.support.delivery import Notebook
from tests.support.draining import EACH, PAGES, ROOMS, Draining
from tests.support.slack import options

pytestmark = pytest.mark.timeout(240)


async def test_thousands_of_notices_drain(store):
    """As fast as a message a second and channel allows; a second process ends what the first began."""
    targets = [*(f"slack:C{room}" for room in range(ROOMS)), *(f"notebook:{page}" for page in range(PAGES))]
    world, book = Draining(store, targets), Notebook("notebook")
    async with slack() as fake:
        for room in range(ROOMS):
            fake.workspace.room(f"C{room}")
        fake.limits = Limits(now=lambda: world.now)
        given = options(fake.url, channels=[])
        await world.queue()
        assert await world.waiting("slack", "notebook") == (ROOMS + PAGES) * EACH
        began = world.now
        for owner in ("one", "two"):
            async with SlackChannel("slack", Web("slack", given, 5.0), given, store.notes, lambda: world.now) as it:
                courier = world.courier(owner, {"slack": it, "notebook": book})
                while await world.waiting("slack", "notebook"):
                    for name in ("slack", "notebook"):
                        while await courier.round(name):
                            pass
                    world.now += 1.0
                    if owner == "one" and len(fake.workspace.standing()) > ROOMS * EACH / 2:
                        break
            assert courier.most <= 2 * AT_ONCE, "what waits, waits in the store"
        standing = fake.workspace.standing()
        assert len(standing) == ROOMS * EACH
        assert len({m.ts for m in standing}) == ROOMS * EACH
        assert len(book.roots) == len(book.acts) == PAGES * EACH
        assert fake.limits.met == 0
        assert world.now - began < 2 * EACH
    assert await store.views.undeliverable("claude") == []


class Pages(Notebook):
    """Writes down the lines under each root, and how often each root was posted anew."""

    def __init__(self):
        super().__init__("pages")
        self.lines = defaultdict(list)
        self.well_begun = asyncio.Event()

    async def follow(self, where, entry, key):
        await asyncio.sleep(0)
        self.lines[key.partition("#")[0]].append(entry.text)
        if len(self.lines) > 100:
            self.well_begun.set()


async def test_who_takes_over_from_the_dead_ends_the_queue_in_order(store):
    """Killed with its hands full: what was in them is said by the next one, the lines under a root in their order."""
    world, book = Draining(store, [f"pages:{page}" for page in range(50)]), Pages()
    await world.queue(trail=("first", "second", "third"))
    async with asyncio.timeout(30):
        dying = asyncio.create_task(world.courier("one", {"pages": book}).run("pages"))
        await book.well_begun.wait()
        dying.cancel()
        await asyncio.wait([dying])
    heir = world.courier("two", {"pages": book})
    while await heir.round("pages"):
        pass
    assert 0 < await world.waiting("pages") <= 10 * AT_ONCE, "what the dead had in hand"
    world.now += CLAIM_S + 1
    while await heir.round("pages"):
        pass
    assert await world.waiting("pages") == 0
    assert sum(act == "post" for act, _ in book.acts) == len(book.roots) == len(book.lines) == 50 * EACH
    again = 0
    for said in book.lines.values():
        assert said[-3:] == ["first", "second", "third"]
        assert said[:-3] == ["first", "second", "third"][: len(said) - 3]
        again += len(said) > 3
    assert again <= 2 * AT_ONCE
