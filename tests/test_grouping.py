"""Many at once on the real store: one message, nothing lost and nothing doubled wherever a process ends."""

from dataclasses import replace

from bot.core.model.incident import IncidentStatus
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from bot.core.routing.grouping import GroupTiming
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.grouping import Grouping
from bot.delivery.self_notices import SelfNotices
from bot.errors import StoreError
from probes.model import State
from tests.test_courier import INCIDENT, World

PACE = GroupTiming()


class Storm(World):
    """A world whose couriers ask the gate, and whose groups are told when the test says so."""

    def __init__(self, store, owner="one"):
        super().__init__(store)
        self.incidents = {}
        self.grouping = self.groups(owner)

    def groups(self, owner):
        news = SelfNotices(self.store, owner, lambda: self.now, lambda: None)
        return Grouping(self.store, news, owner, lambda: self.now, lambda _target: PACE)

    def courier(self, owner="courier"):
        office = CourierContext(owner, lambda: self.now, self.worded, self.trouble, self.grouping.gate)
        return Courier(self.store, ["claude"], self.books, office)

    async def begin(self, count, **how):
        """So many incidents begin now."""
        for _ in range(count):
            one = replace(INCIDENT, id=f"I{len(self.incidents):03}", started_at=self.now, **how)
            self.incidents[one.id] = one
            await self.say(one)

    async def change(self, *names, **how):
        """New editions of these."""
        for name in names:
            self.incidents[name] = replace(self.incidents[name], **how)
            await self.say(self.incidents[name])

    async def end(self, *names):
        await self.change(*names, status=IncidentStatus.RESOLVED, resolved_at=self.now, state=State.OPERATIONAL)

    async def round(self):
        """Couriers until nothing is due, the groups, and couriers again."""
        await self.deliver()
        await self.grouping.round()
        await self.deliver()

    async def deliver(self):
        courier = self.courier()
        while await courier.round("one"):
            pass

    async def minutes(self, count):
        """Time passes in steps of ten seconds."""
        for _ in range(round(count * 6)):
            await self.round()
            self.now += 10
        await self.round()

    @property
    def roots(self):
        """What stands, without the groups."""
        return [head for key, head in self.books["one"].roots.items() if "group@" not in key]

    @property
    def told(self):
        """What the groups say."""
        return [head for key, head in self.books["one"].roots.items() if "group@" in key]


async def test_the_first_are_told_at_once_and_the_others_together(store):
    """Three roots, and half a minute later one message about the other 97; it is edited, not repeated."""
    world = Storm(store)
    await world.begin(60)
    await world.round()
    assert (len(world.roots), world.told) == (3, [])
    world.now += 20
    await world.begin(40)
    await world.minutes(2)
    assert (len(world.roots), len(world.told)) == (3, 1)
    assert "97 more incidents" in world.told[0]
    assert len(world.books["one"].roots) == 4


async def test_what_has_ended_is_never_told_as_itself_and_the_group_closes(store):
    """All over: green, and nothing of it comes later."""
    world = Storm(store)
    await world.begin(50)
    await world.minutes(1)
    await world.end(*world.incidents)
    await world.minutes(2)
    assert (len(world.roots), len(world.told)) == (3, 1)
    assert world.told[0].startswith("🟢 47 more incidents")
    assert all(head.startswith("🟢") for head in world.roots)
    assert await store.groups.groups() == {}
    await world.change("I020", reports=4)
    await world.minutes(1)
    assert len(world.books["one"].roots) == 4, "feedback on what never stood begins nothing"
    assert await store.outbox.waiting("claude", "one") == 0


async def test_when_few_remain_each_gets_its_own_message(store):
    """After the interval the two that go on are told, with all their trail; the group says so and ends."""
    world = Storm(store)
    await world.begin(50)
    await world.minutes(1)
    await world.end(*[name for name in world.incidents if name not in {"I030", "I040"}])
    await world.say(world.incidents["I030"], trail=("it grew",))
    await world.minutes(3)
    assert len(world.roots) == 3
    await world.minutes(3)
    assert len(world.roots) == 5
    assert "45 over, 2 go on" in world.told[0]
    assert ("follow", "it grew") in world.books["one"].acts
    assert await store.views.undeliverable("claude") == []
    assert await store.outbox.waiting("claude", "one") == 0


async def test_a_later_storm_is_a_group_of_its_own(store):
    """The first one's message stays closed."""
    world = Storm(store)
    await world.begin(50)
    await world.minutes(1)
    await world.end(*world.incidents)
    await world.minutes(10)
    await world.begin(50)
    await world.minutes(1)
    assert (len(world.roots), len(world.told)) == (6, 2)
    assert [head[0] for head in world.told] == ["🟢", "🟠"]


async def test_few_at_a_time_are_never_held(store):
    """Three in half a minute, for an hour, are told one by one."""
    world = Storm(store)
    for _ in range(20):
        await world.begin(3)
        await world.round()
        world.now += 31
    assert (len(world.roots), world.told) == (60, [])


async def test_every_target_has_its_own_group(store):
    """What one channel hears together another may hear by itself."""
    world = Storm(store)
    await world.begin(3)
    for name in ("A1", "A2", "A3"):
        await world.say(replace(INCIDENT, id=name), channels=("one:C1",))
    await world.minutes(1)
    assert (len(world.roots), world.told) == (6, [])


async def test_what_is_silenced_while_held_begins_no_message(store):
    """Its group closes over it; when people want to hear of it again it is told."""
    world = Storm(store)
    await world.begin(6)
    await world.round()
    quiet = Silence("", world.now, world.now + 9_000, Person("slack", "T1", "U1", "Ann"))
    held = [name for name in world.incidents if not any(name in key for key in world.books["one"].roots)]
    await world.change(*held, silence=quiet)
    await world.minutes(6)
    assert len(world.roots) == 3
    await world.change(held[0], silence=None)
    await world.minutes(1)
    assert len(world.roots) == 4


async def test_two_processes_agree(store):
    """Couriers of two processes share the allowance, and two tellers say it once."""
    world = Storm(store)
    other = world.groups("two")
    await world.begin(40)
    for grouping in (world.grouping, other) * 3:
        world.grouping = grouping
        await world.courier("a").round("one")
    await world.deliver()
    world.now += 30
    await world.grouping.round()
    await other.round()
    await world.deliver()
    assert (len(world.roots), len(world.told)) == (3, 1)


class DiesError(Exception):
    """The process ends here."""


class Mortal:
    """A store part that dies before or after its n-th call of one kind."""

    def __init__(self, part, name, at, *, after):
        self._part, self._name, self._left, self._after = part, name, at, after

    def __getattr__(self, name):
        call = getattr(self._part, name)
        if name != self._name:
            return call

        async def mortal(*args, **kwargs):
            self._left -= 1
            if self._left == 0 and not self._after:
                raise StoreError("killed")
            result = await call(*args, **kwargs)
            if self._left == 0:
                raise StoreError("killed")
            return result

        return mortal
