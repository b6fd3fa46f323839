"""An incident and a courier on a real store."""

import asyncio

from bot.advice import library
from bot.channels.channel import Channel
from bot.core.messages.compose import card
from bot.core.model.card import Card
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.errors import DeliveryError
from bot.store.codec import ENTRY, SNAPSHOT
from bot.store.types import Commit, DeliveryWrite
from probes.model import State
from tests.support.clock import Clock

TIPS = library.tips()
INCIDENT = Incident(
    "4F7K",
    "claude",
    "failures",
    IncidentStatus.OPEN,
    ("claude-api",),
    State.PARTIAL,
    70.0,
    100.0,
    active=("claude-api",),
)
MEASURED = Measurement("claude-api", "Claude API", State.PARTIAL, 0.2, 0.1, 0.3, 20, 100, 600.0, at=100.0)


class Notebook(Channel):
    """A channel that writes down what it is told, and fails when asked to."""

    refresh_s = 45.0

    def __init__(self, name="notebook", *, idempotent=True):
        self.name = name
        self.idempotent = idempotent
        self.roots: dict[str, str] = {}
        self.acts: list[tuple[str, str]] = []
        self.cards: list[Card] = []
        self.fail: list[DeliveryError | None] = []
        self.places: list[str] = []
        self.hangs: set[str] = set()

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    def _perhaps_fail(self):
        error = self.fail.pop(0) if self.fail else None
        if error is not None:
            raise error

    def health(self):
        return True, "written down"

    async def has(self, acts):
        while True:
            if len(self.acts) >= acts:
                return
            await asyncio.sleep(0.01)

    async def post(self, place, card, key):
        self.places.append(place)
        if place in self.hangs:
            await asyncio.Event().wait()
        self._perhaps_fail()
        self.acts.append(("edit" if key in self.roots else "post", card.headline))
        self.roots[key] = card.headline
        self.cards.append(card)
        return {"key": key}

    async def edit(self, where, card):
        self._perhaps_fail()
        self.acts.append(("edit", card.headline))
        self.roots[where["key"]] = card.headline
        return where

    async def follow(self, where, entry, key):
        self._perhaps_fail()
        self.acts.append(("follow", entry.text))


class World:
    """A store with a judge's lease, couriers, and a clock: one of its own, or `clock`, which others read too."""

    def __init__(self, store, clock=None):
        self.store = store
        self.clock = clock or Clock(1000.0)
        self.books = {name: Notebook(name) for name in ("one", "two")}
        self.edition = 0
        self.troubles: list[tuple[str, str, bool]] = []

    @property
    def now(self):
        return self.clock.at

    @now.setter
    def now(self, at):
        self.clock.at = at

    def courier(self, owner="courier"):
        office = CourierContext(owner, lambda: self.now, self.worded, self.trouble)
        return Courier(self.store, ["claude"], self.books, office)

    async def worded(self, snapshot, now):
        return card(snapshot, now, TIPS)

    async def trouble(self, what, text, over):
        self.troubles.append((what, text, over))

    async def say(self, incident=INCIDENT, *, trail=(), urgent=True, channels=("one",)):
        """Commit one notice as the judge does."""
        self.edition += 1
        snapshot = Snapshot(self.now, "claude", "Claude", incident, None, (ComponentStatus(MEASURED),), "opened")
        body = SNAPSHOT.dump(snapshot)
        lines = tuple(ENTRY.dump(TimelineEntry(self.now, "changed", text)) for text in trail)
        writes = tuple(
            DeliveryWrite(incident.id, c, self.edition, body, urgent=urgent, trail=lines, due_at=self.now)
            for c in channels
        )
        token = await self.store.lease("claude", "judge", 10_000)
        assert await self.store.commit("claude", token, Commit("1-1", b"{}", deliveries=writes))


class OneChannel(World):
    """The courier's world with a real channel as its only one, and the place in it where messages go."""

    def __init__(self, store, name, channel, place, clock):
        super().__init__(store, clock)
        self.books = {name: channel}
        self.target = f"{name}:{place}"

    async def rounds(self, courier, seconds, step=5.0):
        """Let time pass, delivering what is due."""
        until = self.now + seconds
        while self.now < until:
            await courier.round(next(iter(self.books)))
            self.now += step
