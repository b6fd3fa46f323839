"""Queues of notices under the limits of the platforms."""

from dataclasses import replace

from bot.core.messages.compose import card
from bot.core.model.incident import TimelineEntry
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.store.codec import ENTRY, SNAPSHOT
from bot.store.types import Commit, DeliveryWrite
from tests.support.delivery import INCIDENT, MEASURED

ROOMS, PAGES, EACH = 100, 200, 10
"""Channels on Slack, targets of a quicker platform, and incidents that each of them hears of."""


class Counted(Courier):
    """A courier that remembers how many deliveries it had in hand at most."""

    most = 0

    async def _deliver(self, line, claimed, progress):
        self.most = max(self.most, len(line.hands))
        await super()._deliver(line, claimed, progress)


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
            body = SNAPSHOT.dump(snapshot)
            lines = tuple(ENTRY.dump(TimelineEntry(self.now, "changed", text)) for text in trail)
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
