"""The courier against the real store: order, repeats, refusals, and one channel's trouble is not another's."""

from dataclasses import replace

from bot.channels.channel import Channel
from bot.core.incident import Card, Entry, Incident, IncidentStatus, Measured, Snapshot, Voices
from bot.courier import TRIES, Courier
from bot.errors import DeliveryError
from bot.judge import ENTRY, SNAPSHOT
from bot.store.values import Commit, DeliveryWrite
from probes.model import State

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
MEASURED = Measured("claude-api", "Claude API", State.PARTIAL, 0.2, 0.1, 0.3, 20, 100, 600.0, at=100.0)


class Notebook(Channel):
    """A channel that writes down what it is told, and fails when asked to."""

    name = "notebook"

    def __init__(self):
        self.roots: dict[str, str] = {}
        self.acts: list[tuple[str, str]] = []
        self.cards: list[Card] = []
        self.fail: list[DeliveryError | None] = []

    async def __aenter__(self):
        return self

    async def __aexit__(self, *_):
        return None

    def _perhaps_fail(self):
        error = self.fail.pop(0) if self.fail else None
        if error is not None:
            raise error

    async def post(self, card, key):
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
    """A store with a judge's lease, a clock, and couriers."""

    def __init__(self, store):
        self.store = store
        self.now = 1000.0
        self.books = {"one": Notebook(), "two": Notebook()}
        self.edition = 0

    def courier(self, owner="courier"):
        return Courier(self.store, ["claude"], self.books, owner, lambda: self.now)

    async def say(self, incident=INCIDENT, *, trail=(), urgent=True, channels=("one",)):
        """Commit one notice as the judge does."""
        self.edition += 1
        snapshot = Snapshot(self.now, "claude", "Claude", incident, None, (Voices(MEASURED),), "opened")
        body = SNAPSHOT.dump_json(snapshot).decode()
        lines = tuple(ENTRY.dump_json(Entry(self.now, "changed", text)).decode() for text in trail)
        writes = tuple(
            DeliveryWrite(incident.id, c, self.edition, body, urgent=urgent, trail=lines, due_at=self.now)
            for c in channels
        )
        token = await self.store.lease("claude", "judge", 10_000)
        assert await self.store.commit("claude", token, Commit("1-1", b"{}", deliveries=writes))


async def test_a_notice_is_posted_once_then_edited_with_its_trail_in_order(store):
    """Root first, trail after it, the same root for the next edition."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    await world.say(trail=("first", "second"))
    await courier.round("one")
    await world.say(replace(INCIDENT, state=State.MAJOR), trail=("third",))
    await courier.round("one")

    assert [act for act, _ in book.acts] == ["post", "follow", "follow", "edit", "follow"]
    assert [text for act, text in book.acts if act == "follow"] == ["first", "second", "third"]
    assert await courier.round("one") == 0


async def test_what_helps_meanwhile_is_said_too(store):
    """The tips that come with the package are on the card."""
    world = World(store)
    world.now = 130.0
    await world.say()
    await world.courier().round("one")

    [card] = world.books["one"].cards
    assert dict(card.lines)["Do now"].startswith("1. retry with exponential backoff")


async def test_a_crash_between_saying_and_writing_it_down_repeats_the_same_key(store):
    """The claim runs out, another courier says it again, and it lands on the same root."""
    world = World(store)
    await world.say()
    dying = world.courier("dying")
    [claimed] = await store.outbox.claim("claude", "one", dying._claimant, world.now)
    await world.books["one"].post(type("C", (), {"headline": "x"})(), claimed.id)
    world.now += 61
    await world.courier("living").round("one")

    assert len(world.books["one"].roots) == 1
    assert [act for act, _ in world.books["one"].acts] == ["post", "edit"]


async def test_what_failed_is_tried_again_later_with_the_newest_state_only(store):
    """Three editions during a failure become one message."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    book.fail = [DeliveryError("busy", retry_after=30.0)]
    await world.say()
    await courier.round("one")
    await world.say(urgent=False)
    await world.say(replace(INCIDENT, state=State.MAJOR))

    assert await courier.round("one") == 0, "asked to wait, it waits"

    world.now += 31
    await courier.round("one")

    assert [act for act, _ in book.acts] == ["post"]


async def test_a_failing_trail_does_not_post_the_root_again(store):
    """The root's place is kept when a line of the trail fails."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    book.fail = [None, DeliveryError("no")]
    await world.say(trail=("line",))
    await courier.round("one")
    world.now += 5
    await courier.round("one")

    assert [act for act, _ in book.acts] == ["post", "follow"]


async def test_a_permanent_refusal_is_put_aside_with_its_reason(store):
    """It stands in the list of the undeliverable, and nothing is tried again."""
    world = World(store)
    world.books["one"].fail = [DeliveryError("channel is archived", permanent=True)]
    await world.say()
    await world.courier().round("one")
    world.now += 1000

    assert await world.courier().round("one") == 0
    assert [u.error for u in await store.views.undeliverable("claude")] == ["channel is archived"]


async def test_poison_is_put_aside_after_a_stated_number_of_tries(store):
    """A delivery that always fails ends; it does not try for ever."""
    world = World(store)
    world.books["one"].fail = [DeliveryError("no")] * (TRIES + 5)
    await world.say()
    tried = 0
    for _ in range(TRIES + 5):
        tried += await world.courier().round("one")
        world.now += 400

    assert tried == TRIES
    assert len(await store.views.undeliverable("claude")) == 1


async def test_one_channel_s_trouble_is_not_another_s(store):
    """The second channel is served while the first refuses."""
    world = World(store)
    courier = world.courier()
    world.books["one"].fail = [DeliveryError("no")] * 3
    await world.say(channels=("one", "two"))
    await courier.round("one")
    await courier.round("two")

    assert (world.books["one"].acts, len(world.books["two"].acts)) == ([], 1)
