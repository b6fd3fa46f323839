"""An alert storm: 3,000 components fail within a minute. What people hear of it is a handful of messages."""

from dataclasses import replace

import pytest

from bot.core.model.group import Kind
from bot.core.model.incident import IncidentStatus
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.store.codec import SNAPSHOT
from bot.store.types import Commit, DeliveryWrite
from probes.model import State
from tests.support.delivery import INCIDENT, MEASURED
from tests.support.grouping import PACE, Storm

pytestmark = pytest.mark.timeout(60)

COMPONENTS = 3_000
MOST = PACE.at_once + 1
"""Messages that one target has of a storm: the first ones as themselves, and one about all others."""


class Wide(Storm):
    """A storm over many services' incidents, each of so many components, told to both channels."""

    async def write(self, incidents):
        """All of them in one commit, as fast as a judge could."""
        self.edition += 1
        writes = []
        for one in incidents:
            snapshot = Snapshot(self.now, "claude", "Claude", one, None, (ComponentStatus(MEASURED),), "opened")
            body = SNAPSHOT.dump(snapshot)
            writes += [
                DeliveryWrite(one.id, channel, self.edition, body, urgent=True, due_at=self.now)
                for channel in self.books
            ]
        token = await self.store.lease("claude", "judge", 10_000)
        assert await self.store.commit("claude", token, Commit("1-1", b"{}", deliveries=tuple(writes)))

    async def deliver(self):
        courier = self.courier()
        for name in self.books:
            while await courier.round(name):
                pass


def failing(count, each, now):
    """So many incidents of so many components each."""
    return [
        replace(INCIDENT, id=f"I{n:04}", components=(names := tuple(f"c{n}-{i}" for i in range(each))), active=names,
                started_at=now)
        for n in range(count)
    ]  # fmt: skip


@pytest.mark.parametrize(("count", "each"), [(300, 10), (30, 100)])
async def test_three_thousand_components_are_four_messages_a_target(store, count, each):
    """Within a minute, and four at their end; nothing waits, nothing is put aside."""
    world = Wide(store)
    every = failing(count, each, world.now)
    third = len(every) // 3
    for part in (every[:third], every[third : 2 * third], every[2 * third :]):
        await world.write(part)
        await world.minutes(1 / 3)
    await world.minutes(1)
    for book in world.books.values():
        assert len(book.roots) == MOST, list(book.roots.values())[:10]
        posted = sum(act == "post" for act, _ in book.acts)
        assert posted == MOST
        assert sum(act == "edit" for act, _ in book.acts) <= 6, "brought up to date every half minute"
        (group,) = [head for key, head in book.roots.items() if Kind.INCIDENTS in key or "group@" in key]
        assert f"{count - PACE.at_once} more incidents" in group
        assert len(group) <= 250
    over = [replace(i, status=IncidentStatus.RESOLVED, resolved_at=world.now, state=State.OPERATIONAL) for i in every]
    await world.write(over)
    await world.minutes(2)
    for book in world.books.values():
        assert len(book.roots) == MOST
        assert all(head.startswith("🟢") for head in book.roots.values())
    assert await store.views.undeliverable("claude") == []
    assert await store.outbox.waiting("claude", "one") == 0


async def test_one_service_of_three_thousand_is_one_message(store):
    """One incident, named by its number of components, not by their names."""
    world = Wide(store)
    names = tuple(f"component-{n}" for n in range(COMPONENTS))
    voices = tuple(ComponentStatus(replace(MEASURED, component=name, name=name, at=world.now)) for name in names)
    one = replace(INCIDENT, components=names, active=names, started_at=world.now)
    snapshot = Snapshot(world.now, "claude", "Claude", one, None, voices[:50], "opened")
    token = await store.lease("claude", "judge", 10_000)
    body = SNAPSHOT.dump(snapshot)
    writes = tuple(DeliveryWrite(one.id, c, 1, body, urgent=True, due_at=world.now) for c in world.books)
    assert await store.commit("claude", token, Commit("1-1", b"{}", deliveries=writes))
    await world.minutes(1)
    for book in world.books.values():
        (head,) = book.roots.values()
        assert len(head) <= 250
        assert "component-2999" not in head
        (card, *_) = book.cards
        assert sum(len(label) + len(text) for label, text in card.lines) < 6_000
