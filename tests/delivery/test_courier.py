"""The courier against the real store: order, repeats, refusals, and one channel's trouble is not another's."""

import asyncio
import contextlib
from dataclasses import replace

import pytest

from bot.delivery.courier import BACKOFF_S, DOUBTS, PAUSE_S, TRIES
from bot.delivery.outbox_claims import CLAIM_S
from bot.errors import DeliveryError
from bot.store.types import Claimant
from probes.model import State
from tests.support.delivery import INCIDENT, Notebook, World


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
    assert dict(card.lines)["Do now"].startswith("Retry with backoff (max 3)")


async def test_a_crash_between_saying_and_writing_it_down_repeats_the_same_key(store):
    """The claim runs out, another courier says it again, and it lands on the same root."""
    world = World(store)
    await world.say()
    [claimed] = await store.outbox.claim("claude", "one", Claimant("dying", CLAIM_S), world.now)
    await world.books["one"].post("", type("C", (), {"headline": "x"})(), claimed.id)
    world.now += CLAIM_S + 1
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


async def test_one_place_s_failure_does_not_delay_another_s(store):
    """A place that hangs keeps nobody else waiting, on the same channel."""
    world = World(store)
    book = world.books["one"]
    book.hangs.add("C1")
    await world.say(channels=("one:C1", "one:C2", "one:C3"))
    courier = world.courier()
    serving = asyncio.create_task(courier.run("one"))
    async with asyncio.timeout(5):
        await book.has(2)
        await world.say(replace(INCIDENT, state=State.MAJOR), channels=("one:C2",))
        courier.wake()
        await book.has(3)
    serving.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await serving

    assert book.places.count("C1") == 1
    assert [act for act, _ in book.acts] == ["post", "post", "edit"]


async def test_fresher_figures_wait_for_the_channel_s_pace_and_news_does_not(store):
    """An edit of figures alone is due when the channel allows it; a change of state at once."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    await world.say()
    await courier.round("one")
    world.now += 20
    await world.say(urgent=False)
    assert await courier.round("one") == 0
    await world.say(replace(INCIDENT, state=State.MAJOR))
    assert await courier.round("one") == 1
    await world.say(urgent=False)
    world.now += 46
    assert await courier.round("one") == 1
    assert [act for act, _ in book.acts] == ["post", "edit", "edit"]


async def test_what_may_stand_there_already_is_not_posted_for_ever(store):
    """Where a repeat does not land on the first one, so many may stand there at most; the record says so."""
    world = World(store)
    world.books["one"] = book = Notebook("one", idempotent=False)
    book.fail = [DeliveryError("no answer", ambiguous=True)] * 10
    await world.say()
    courier = world.courier()
    for _ in range(20):
        await courier.round("one")
        world.now += 400

    assert len(book.places) == DOUBTS
    [row] = await store.views.deliveries("claude")
    assert (row.doubts, row.dead_at is not None) == (DOUBTS - 1, True)


async def test_the_whole_channel_s_trouble_rests_the_channel_and_loses_nothing(store):
    """A revoked token: one delivery tries from time to time, the others wait, and all go out when it is mended."""
    world = World(store)
    book = world.books["one"]
    book.fail = [DeliveryError("token_revoked", permanent=True, everywhere=True)] * 40
    await world.say(channels=tuple(f"one:C{n}" for n in range(10)))
    courier = world.courier()
    await courier.round("one")
    first = len(book.places)
    assert await courier.round("one") == 0, "it rests"
    assert "token_revoked" in courier.state("one")
    for _ in range(15):
        world.now += PAUSE_S + 1
        assert await courier.round("one") == 1

    book.fail = []
    for _ in range(3):
        world.now += 301
        await courier.round("one")
    assert first == 10
    assert len([act for act, _ in book.acts if act == "post"]) == 10
    assert await store.views.undeliverable("claude") == []
    assert courier.state("one") == ""
    told = [over for what, _, over in world.troubles if what == "one"]
    assert told[0] is False
    assert all(told[1:])


def in_turn(wait_s, *, everywhere=False):
    """What a channel raises that has not asked anybody: others of ours come first."""
    error = DeliveryError("others come first", retry_after=wait_s, everywhere=everywhere)
    error.turn = True
    return error


async def test_to_wait_for_a_turn_is_no_failure_however_often(store):
    """It is no try, nobody is told, and what really fails afterwards has all its tries."""
    world = World(store)
    book = world.books["one"]
    book.fail = [in_turn(2.0)] * (2 * TRIES) + [DeliveryError("no")]
    await world.say()
    courier = world.courier()
    for _ in range(2 * TRIES):
        assert await courier.round("one") == 1
        world.now += 1.0
        assert await courier.round("one") == 0
        world.now += 1.0
    [row] = await store.views.deliveries("claude")
    assert (row.tries, row.error) == (0, "others come first")
    assert world.troubles == []
    await courier.round("one")
    world.now += 1.0
    await courier.round("one")
    assert [act for act, _ in book.acts] == ["post"]


async def test_a_channel_whose_limit_is_used_up_rests_without_a_word(store):
    """What waits stays in the store until then, goes out at once after that, and nobody is told of trouble."""
    world = World(store)
    book = world.books["one"]
    book.fail = [in_turn(1.0, everywhere=True)]
    await world.say(channels=("one:C1",))
    courier = world.courier()
    assert await courier.round("one") == 1
    await world.say(channels=tuple(f"one:C{n}" for n in range(2, 10)))
    assert await courier.round("one") == 0
    assert courier.state("one") == ""
    world.now += 1.0
    assert await courier.round("one") == 9
    assert len(book.roots) == 9
    assert world.troubles == []


async def test_who_cannot_be_reached_is_told_to_those_who_watch(store):
    """A place that is gone is put aside, and said."""
    world = World(store)
    world.books["one"].fail = [DeliveryError("channel_not_found", permanent=True)]
    await world.say(channels=("one:C1",))
    await world.courier().round("one")

    assert world.troubles == [("one:C1", "cannot post to one:C1: channel_not_found", False)]


@pytest.mark.breaks
async def test_a_message_that_breaks_the_courier_is_given_up_and_the_others_are_sent(store):
    """A bug of ours on one incident: it is tried as anything else that fails, and ends in the list with the reason."""
    world = World(store)
    courier, book = world.courier(), world.books["one"]
    worded = world.worded

    async def breaking(snapshot, now):
        if snapshot.incident.id == "BAD1":
            raise KeyError("no such word")
        return await worded(snapshot, now)

    courier._wording = breaking
    await world.say(replace(INCIDENT, id="BAD1"))
    await world.say()
    for _ in range(TRIES):
        await courier.round("one")
        world.now += BACKOFF_S

    assert [act for act, _ in book.acts] == ["post"]
    [given_up] = await store.views.undeliverable("claude")
    assert given_up.subject == "BAD1"
    assert given_up.error == "a bug of ours: KeyError: 'no such word'"
