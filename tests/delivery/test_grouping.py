"""Many at once on the real store: one message, nothing lost and nothing doubled wherever a process ends."""

from dataclasses import replace

from bot.core.model.person import Person
from bot.core.model.silence import Silence
from tests.support.delivery import INCIDENT
from tests.support.grouping import Storm


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
