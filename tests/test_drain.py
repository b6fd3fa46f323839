"""10,000 notices at once, to places that keep their platform's limits: each is said once, few in hand at any time."""

import asyncio
from collections import defaultdict
from dataclasses import replace

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.web_api import Web
from bot.core.messages.compose import card
from bot.core.model.incident import TimelineEntry
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.outbox_claims import AT_ONCE, CLAIM_S
from bot.store.codec import ENTRY, SNAPSHOT
from bot.store.types import Commit, DeliveryWrite
from tests.channels.slack.conftest import options
from tests.fakes.slack.faults import Limits
from tests.fakes.slack.server import slack
from tests.test_courier import INCIDENT, MEASURED, Notebook

pytestmark = pytest.mark.timeout(240)

ROOMS, PAGES, EACH = 100, 900, 10
"""Channels on Slack, targets of a quicker platform, and incidents that each of them hears of."""


class Counted(Courier):
    """A courier that remembers how many deliveries it had in hand at most."""

    most = 0

    async def _deliver(self, line, claimed):
        self.most = max(self.most, len(line.hands))
        await super()._deliver(line, claimed)


class Draining:
    """A store with everything queued, a clock, and couriers of one process after the other."""

    def __init__(self, store, targets):
        self.store = store
        self.now = 1_776_094_260.0
        self.targets = targets

    async def queue(self, trail=()):
        """Each incident to all of them, in one commit, at once."""
        token = await self.store.lease("claude", "judge", 600_000)
        for number in range(EACH):
            one = replace(INCIDENT, id=f"I{number:03}")
            snapshot = Snapshot(
                self.now, "claude", "Claude", one, None, (ComponentStatus(replace(MEASURED, at=self.now)),), "opened"
            )
            body = SNAPSHOT.dump_json(snapshot, exclude_defaults=True).decode()
            lines = tuple(ENTRY.dump_json(TimelineEntry(self.now, "changed", text)).decode() for text in trail)
            writes = [DeliveryWrite(one.id, t, 1, body, True, lines, self.now) for t in self.targets]
            assert await self.store.commit("claude", token, Commit("1-1", b"{}", deliveries=tuple(writes)))

    def courier(self, owner, channels):
        async def worded(snapshot, now):
            return card(snapshot, now)

        async def trouble(_what, text, over):
            assert over, f"nothing is wrong, but it is said that {text}"

        return Counted(self.store, ["claude"], channels, CourierContext(owner, lambda: self.now, worded, trouble))

    async def waiting(self, *names):
        return sum([await self.store.outbox.waiting("claude", name) for name in names])


async def test_ten_thousand_notices_drain(store):
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
