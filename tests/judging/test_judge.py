"""The judge on the real store: counted once, fenced, and silent when refused."""

from bot.store.codec import REMEMBERED
from tests.support.judging import START, World
from tests.support.stores import readable


async def test_an_outage_is_one_incident_with_one_delivery(store):
    """Twenty good results, then failures only: one incident, written with what is to be said of it."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 40)
        await world.remembered(40)
        for _ in range(12):
            await world.see(True)
            await world.remembered(world.sent)
        kept = await world.remembered(52)
    [incident] = await world.incidents()

    assert kept.counted == 52
    assert incident.components == ("claude-api",)
    assert incident.opened_at <= START + 30 * 52
    assert [d.subject for d in await store.views.deliveries("claude", 10)] == [incident.id]


async def test_between_two_states_figures_alone_are_written(store):
    """While trouble stands people see each new failure at once; who goes on from the state counts each once."""
    world = World(store)
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 40, *[True] * 12)
        before = await world.remembered(52)
        written = await store.load("claude")
        clock = world.now
        for failures in (13, 14):
            world.now = clock  # no ten seconds pass
            await world.append([True], at=clock + failures)
            await world.shown(failed=failures)
        assert await store.load("claude") == written
        assert readable(REMEMBERED.load(written.state)).counted == before.counted == 52
    async with world.at_work(world.judge("two")):
        world.now = clock + 60
        kept = await world.remembered(54)

    assert kept.counted == 54
    assert len(await world.incidents()) == 1


async def test_restarts_at_any_row_change_nothing(store):
    """A judge that is ended after every few rows counts each once and opens the same single incident."""
    world = World(store)
    for number in range(10):
        async with world.at_work(world.judge(f"run {number}")):
            await world.see(*[number >= 5] * 6)
            await world.remembered(world.sent)
    kept = await world.remembered(60)

    assert kept.counted == 60
    assert len(await world.incidents()) == 1


async def test_two_judges_are_as_one(store):
    """Only the holder of the lease judges; when it ends the other takes over and nothing is counted twice."""
    world = World(store)
    first, second = world.judge("one", 1_000), world.judge("two", 1_000)
    async with world.at_work(second):
        async with world.at_work(first):
            await world.see(*[False] * 20)
            await world.remembered(20)
        await world.see(*[True] * 12)
        kept = await world.remembered(32)

    assert kept.counted == 32
    assert len(await world.incidents()) == 1


async def test_a_judge_whose_lease_was_taken_says_nothing(store):
    """Its commit is refused whole: no position, no incident, no delivery."""
    world = World(store)
    token = await store.lease("claude", "old", 60_000)
    await store.release("claude", token)
    async with world.at_work(world.judge("new")):
        await world.see(*[False] * 10)
        await world.remembered(10)
    await store.lease("claude", "newest", 60_000)
    before = (await store.load("claude"), await store.views.deliveries("claude", 10))
    stale = world.judge("old")
    await world.see(*[True] * 20)
    await stale._hold(token)

    assert (await store.load("claude"), await store.views.deliveries("claude", 10)) == before
    assert await world.incidents() == []


async def test_rows_of_another_version_are_passed_over(store):
    """What is not understood stops nothing."""
    world = World(store)
    await store.append("claude", "eu.2", 1, [b"\xff\x00 no json", b'{"k":"z"}', b'{"k":"o"}'])
    async with world.at_work(world.judge("one")):
        await world.see(*[False] * 5)
        kept = await world.remembered(5)

    assert kept.counted == 5
