"""The courier and Slack in bad weather, by a clock the test sets: storms, silence, a lost token, a closed channel."""

from dataclasses import replace

from bot.channels.slack.rate_limits import EDITS
from bot.core.model.incident import IncidentStatus
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.store.types import Claimant
from probes.model import State
from tests.fakes.slack.faults import Limits
from tests.support.delivery import INCIDENT, MEASURED, Notebook, World
from tests.support.slack import channel_on

BOTH = ("slack:C1", "slack:C2")
OVER = replace(INCIDENT, status=IncidentStatus.RESOLVED, resolved_at=1_300.0, state=State.OPERATIONAL)


def world_of(store, channel):
    """Slack beside another channel that always works."""
    world = World(store)
    channel._now = lambda: world.now
    world.books = {"slack": channel, "other": Notebook("other")}
    return world


async def rounds(world, seconds, courier, step=1.0):
    """The courier at work for so long, by its clock."""
    end = world.now + seconds
    while world.now < end:
        await courier.round("slack")
        await courier.round("other")
        world.now += step


async def test_killed_between_post_and_note_there_is_one_root(fake, store, channel):
    """Slack has the message, the outbox does not know: the next process finds it by the note."""
    world = world_of(store, channel)
    await world.say(channels=("slack:C1",), trail=("opened",))
    (claimed,) = await store.outbox.claim("claude", "slack", Claimant("dying", 60.0), world.now)
    await channel.post("C1", await world.worded(_snapshot(world), world.now), claimed.id)
    world.now += 61
    async with channel_on(fake, store) as other:
        world.books["slack"] = other
        await world.courier("living").round("slack")
    (root,) = fake.workspace.standing("C1")
    assert len(fake.workspace.thread(root)) == 1


async def test_a_storm_of_five_minutes_ends_with_the_newest_state(fake, store, channel):
    """Every call is refused with Retry-After; twenty editions later one edit is made, and no old one after it."""
    world = world_of(store, channel)
    courier = world.courier()
    await world.say(channels=BOTH)
    await courier.round("slack")
    storm = fake.faults.add("*", times=10**6, retry_after=30)
    before = fake.calls.total()
    for number in range(20):
        worse = replace(INCIDENT, state=State.MAJOR, reports=number)
        await world.say(worse, channels=(*BOTH, "other"), urgent=number % 2 == 0)
        await rounds(world, 15.0, courier)
    asked = fake.calls.total() - before
    assert asked <= 2 * (300 / 30 + 2), "Retry-After is honoured"
    fake.faults.waiting.remove(storm)
    await world.say(OVER, channels=(*BOTH, "other"))
    await rounds(world, 60.0, courier)
    for place in ("C1", "C2"):
        (root,) = fake.workspace.standing(place)
        assert "🟢" in root.headline
        assert root.edits <= 3
    assert world.books["other"].acts[-1][1].startswith("🟢"), "another channel was not delayed"


async def test_slack_gone_for_ten_minutes(fake, store, channel):
    """Nothing is lost, the other channel is told, and afterwards there is one root with the newest words."""
    world = world_of(store, channel)
    courier = world.courier()
    await world.say(channels=("slack:C1", "other"))
    await courier.round("slack")
    gone = fake.faults.add("*", times=10**6, status=503)
    await world.say(replace(INCIDENT, state=State.MAJOR), channels=("slack:C1", "other"), trail=("worse",))
    await rounds(world, 600.0, courier, step=2.0)
    fake.faults.waiting.remove(gone)
    await world.say(OVER, channels=("slack:C1", "other"), trail=("over",))
    await rounds(world, 400.0, courier, step=2.0)
    (root,) = fake.workspace.standing("C1")
    assert "🟢" in root.headline
    assert [m.text.rpartition(": ")[2] for m in fake.workspace.thread(root)] == ["worse", "over"]
    assert any(what.startswith("slack") and not over for what, _, over in world.troubles)
    assert len(world.books["other"].roots) == 1


async def test_a_lost_answer_leads_to_one_repeat_that_is_marked(fake, store, channel):
    """Posted, and then a 500: one message twice rather than none, and both the ledger and the place say so."""
    world = world_of(store, channel)
    courier = world.courier()
    await world.say(channels=("slack:C1",))
    fake.faults.add("chat.postMessage", status=500, after=True)
    await rounds(world, 30.0, courier)
    assert len(fake.workspace.standing("C1")) == 2
    (delivery,) = await store.views.deliveries("claude")
    assert '"possibly_duplicated": true' in delivery.where


async def test_a_token_revoked_in_mid_incident(fake, store, channel):
    """Slack rests, says why on the other channel, and goes on by itself when the token works again."""
    world = world_of(store, channel)
    courier = world.courier()
    await world.say(channels=(*BOTH, "other"))
    await rounds(world, 2.0, courier)
    fake.workspace.revoked = "token_revoked"
    before = fake.calls.total()
    await world.say(OVER, channels=(*BOTH, "other"))
    await rounds(world, 120.0, courier)
    assert fake.calls.total() - before <= 5, "a refused token is not tried over and over"
    assert [(what, over) for what, _, over in world.troubles] == [("slack", False)]
    assert "reinstall the app" in world.troubles[0][1]
    assert world.books["other"].acts[-1][1].startswith("🟢")
    fake.workspace.revoked = ""
    await rounds(world, 120.0, courier)
    assert all("🟢" in root.headline for root in fake.workspace.standing())
    assert len(fake.workspace.standing()) == 2


async def test_an_archived_channel_is_put_aside_and_the_others_are_told(fake, store, channel):
    """Its delivery ends in the list of the undeliverable, with the reason; its neighbour is served."""
    world = world_of(store, channel)
    courier = world.courier()
    fake.workspace.room("C2").archived = True
    await world.say(channels=BOTH)
    await rounds(world, 5.0, courier)
    assert len(fake.workspace.standing("C1")) == 1
    (dead,) = await store.views.undeliverable("claude")
    assert "is_archived" in dead.error
    assert [what for what, _, _ in world.troubles] == ["slack:C2"]
    assert fake.calls["chat.postMessage"] == 2


async def test_counters_are_edited_in_every_45_seconds_and_news_at_once(fake, store, channel):
    """Figures wait for their turn; a change of state does not."""
    world = world_of(store, channel)
    courier = world.courier()
    await world.say(channels=("slack:C1",))
    await courier.round("slack")
    for number in range(90):
        await world.say(replace(INCIDENT, reports=number), channels=("slack:C1",), urgent=False)
        await rounds(world, 1.0, courier)
    (root,) = fake.workspace.standing("C1")
    assert root.edits <= 2
    await world.say(OVER, channels=("slack:C1",))
    await courier.round("slack")
    assert "🟢" in root.headline


async def test_where_edits_are_scarce_the_threads_hear_first(fake, store, channel):
    """Slack takes 50 edits a minute: the news stands in every thread at once, the roots follow in their turns."""
    places = [f"C{number}" for number in range(1, 61)]
    for place in places:
        fake.workspace.room(place)
    world = world_of(store, channel)
    courier = world.courier()
    fake.limits = Limits(now=lambda: world.now)
    everywhere = tuple(f"slack:{place}" for place in places)
    await world.say(channels=everywhere)
    await rounds(world, 4.0, courier)
    roots = fake.workspace.standing()
    await world.say(OVER, channels=everywhere, trail=("quiet",))
    await rounds(world, 6.0, courier)
    assert all(len(fake.workspace.thread(root)) == 1 for root in roots)
    assert sum("🟢" in root.headline for root in roots) == fake.calls["chat.update"] == EDITS
    await rounds(world, 70.0, courier)
    assert sum("🟢" in root.headline for root in roots) == fake.calls["chat.update"] == len(roots) == 60
    assert not await store.views.undeliverable("claude")
    assert not fake.limits.met
    assert all(len(fake.workspace.thread(root)) == 1 for root in roots)


async def test_a_place_that_always_hangs_rests_nobody_else(fake, store):
    """While others are heard it is that place's trouble, however often it is asked."""
    async with channel_on(fake, store, call_s=0.3) as channel:
        world = world_of(store, channel)
        courier = world.courier()
        fake.faults.add("chat.postMessage", times=10**6, channel="C2", hang=True)
        await world.say(channels=BOTH)
        await rounds(world, 400.0, courier, step=5.0)
        assert not courier.state("slack")
        assert [what for what, _, over in world.troubles if not over] == ["slack:C2"]
        (dead,) = await store.views.undeliverable("claude")
        assert "no answer" in dead.error


def _snapshot(world):
    return Snapshot(world.now, "claude", "Claude", INCIDENT, None, (ComponentStatus(MEASURED),), "opened")
