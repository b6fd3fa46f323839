"""10,000 notices at once, to places that keep their platform's limits: each is said once, few in hand at any time."""

from dataclasses import replace

import pytest

from bot.channels.slack.channel import SlackChannel
from bot.channels.slack.web import Web
from bot.claiming import AT_ONCE
from bot.core.incident import Snapshot, Voices
from bot.core.words.wording import card
from bot.courier import Courier
from bot.judge import SNAPSHOT
from bot.line import Office
from bot.store.values import Commit, DeliveryWrite
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

    async def queue(self):
        """Each incident to all of them, in one commit, at once."""
        token = await self.store.lease("claude", "judge", 600_000)
        for number in range(EACH):
            one = replace(INCIDENT, id=f"I{number:03}")
            snapshot = Snapshot(
                self.now, "claude", "Claude", one, None, (Voices(replace(MEASURED, at=self.now)),), "opened"
            )
            body = SNAPSHOT.dump_json(snapshot, exclude_defaults=True).decode()
            writes = [DeliveryWrite(one.id, t, 1, body, urgent=True, due_at=self.now) for t in self.targets]
            assert await self.store.commit("claude", token, Commit("1-1", b"{}", deliveries=tuple(writes)))

    def courier(self, owner, channels):
        async def worded(snapshot, now):
            return card(snapshot, now)

        async def trouble(_what, text, over):
            assert over, f"nothing is wrong, but it is said that {text}"

        return Counted(self.store, ["claude"], channels, Office(owner, lambda: self.now, worded, trouble))

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
