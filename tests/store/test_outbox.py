import asyncio
from dataclasses import replace

import pytest
from redis.asyncio import Redis

from bot.store import keys
from bot.store.store import Store
from bot.store.types import START, Claimant, Commit
from tests.support.writes import ANNA, BEN, SERVICE, claim_one, claims, delivery, dump, leased, say


async def test_a_delivery_goes_out_once(store: Store) -> None:
    """Written, claimed with all it needs, done, and quiet from then on."""
    await say(store, delivery(urgent=True, trail=("opened",), due_at=10.0))
    assert await store.outbox.next_due(SERVICE, "console") == 10.0
    assert await claims(store, 9.0) == []
    claimed = await claim_one(store, 10.0)
    assert (claimed.id, claimed.subject, claimed.channel) == ("console/i1", "i1", "console")
    assert (claimed.version, claimed.body, claimed.urgent) == (1, "v1", True)
    assert (claimed.trail, claimed.where, claimed.tries) == (((1, "opened"),), "", 1)
    assert await store.outbox.done(claimed, 1, 1, '{"ts":"5"}')
    assert await store.outbox.next_due(SERVICE, "console") is None
    assert await claims(store, 1e9) == []


async def test_two_couriers_never_hold_one_delivery(store: Store) -> None:
    """However many claim at once, each row is in one pair of hands."""
    await say(store, *(delivery(subject=f"i{n}") for n in range(30)))
    couriers = [Claimant(f"c{n}", 30.0) for n in range(10)]
    taken = await asyncio.gather(*(store.outbox.claim(SERVICE, "console", by, 5.0) for by in couriers))
    ids = [claimed.id for claims_of_one in taken for claimed in claims_of_one]
    assert len(ids) == len(set(ids))


async def test_a_claim_expires_and_its_courier_changes_nothing(store: Store, redis_url: str) -> None:
    """A courier that died or dawdled loses the row; what it says afterwards is refused, whole."""
    await say(store, delivery(trail=("a",)))
    late = await claim_one(store, 0.0, ANNA)
    assert await claims(store, 29.0, BEN) == []
    now = await claim_one(store, 30.0, BEN)
    assert now.tries == 2
    before = await dump(redis_url)
    assert not await store.outbox.done(late, 1, 1, "{}")
    assert not await store.outbox.retry(late, "slow", 99.0)
    assert not await store.outbox.give_up(late, "no", 31.0)
    assert await dump(redis_url) == before
    assert await store.outbox.done(now, 1, 1, "{}")


async def test_a_claim_that_expired_unnoticed_still_counts(store: Store) -> None:
    """Late, but nobody else has taken the row: what was posted is remembered rather than posted again."""
    await say(store, delivery())
    claimed = await claim_one(store, 0.0)
    assert await store.outbox.done(claimed, 1, 0, "{}")
    assert await claims(store, 100.0, BEN) == []


async def test_settling_twice_is_settling_once(store: Store, redis_url: str) -> None:
    """A lost reply makes the client settle again: it is told yes, and nothing moves."""
    await say(store, delivery())
    claimed = await claim_one(store, 0.0)
    assert await store.outbox.give_up(claimed, "gone", 1.0)
    before = await dump(redis_url)
    assert await store.outbox.give_up(claimed, "gone", 1.0)
    assert await dump(redis_url) == before


async def test_the_newest_wins_and_nothing_piles_up(store: Store) -> None:
    """Ten states while nobody could deliver are one delivery: the last; its trail has all ten lines, in order."""
    for version in range(1, 11):
        await say(store, delivery(version, trail=(f"line {version}",)))
    claimed = await claim_one(store, 5.0)
    assert (claimed.version, claimed.body) == (10, "v10")
    assert claimed.trail == tuple((n, f"line {n}") for n in range(1, 11))


async def test_an_older_version_does_not_come_back(store: Store) -> None:
    """A judge that repeats an old word cannot replace a newer one."""
    await say(store, delivery(5))
    await say(store, delivery(4))
    assert (await claim_one(store, 5.0)).body == "v5"


async def test_news_during_a_delivery_stays_due(store: Store) -> None:
    """What changed while the courier was on its way is delivered after it, and only what is new of the trail."""
    await say(store, delivery(1, trail=("a",)))
    first = await claim_one(store, 0.0)
    await say(store, delivery(2, urgent=True, trail=("b",)))
    assert await claims(store, 1.0, BEN) == [], "order: one courier at a time on one row"
    assert await store.outbox.done(first, first.version, first.trail[-1][0], '{"ts":1}', 45.0)
    second = await claim_one(store, 1.0)
    assert (second.version, second.urgent, second.where, second.done_version) == (2, True, '{"ts":1}', 1)
    assert second.trail == ((2, "b"),)
    assert second.tries == 1


async def test_counters_keep_calm_and_news_does_not(store: Store) -> None:
    """After a post, an edit of mere figures waits for `next_due`; a change of state does not."""
    await say(store, delivery(1))
    assert await store.outbox.done(await claim_one(store, 0.0), 1, 0, "{}", 45.0)
    await say(store, delivery(2))
    await say(store, delivery(3))
    assert await store.outbox.next_due(SERVICE, "console") == 45.0
    await say(store, delivery(4, urgent=True, due_at=10.0))
    assert await store.outbox.next_due(SERVICE, "console") == 10.0
    claimed = await claim_one(store, 10.0)
    assert (claimed.version, claimed.urgent) == (4, True)


async def test_urgency_outlives_a_newer_figure(store: Store) -> None:
    """An undelivered change of state is not slowed down by a counter written after it."""
    await say(store, delivery(1))
    assert await store.outbox.done(await claim_one(store, 0.0), 1, 0, "{}", 45.0)
    await say(store, delivery(2, urgent=True, due_at=5.0))
    await say(store, delivery(3, due_at=50.0))
    claimed = await claim_one(store, 5.0)
    assert (claimed.version, claimed.urgent) == (3, True)
    assert await store.outbox.done(claimed, 3, 0, "{}")
    await say(store, delivery(4))
    assert not (await claim_one(store, 50.0)).urgent


async def test_a_retry_waits_whatever_is_written(store: Store) -> None:
    """The time a channel asked for is kept, even by urgent news; the reason is visible."""
    await say(store, delivery(1))
    assert await store.outbox.retry(await claim_one(store, 0.0), "rate limited", 60.0)
    await say(store, delivery(2, urgent=True, due_at=1.0))
    assert await store.outbox.next_due(SERVICE, "console") == 60.0
    (shown,) = await store.views.deliveries(SERVICE)
    assert (shown.error, shown.tries, shown.due_at) == ("rate limited", 1, 60.0)
    claimed = await claim_one(store, 60.0)
    assert (claimed.version, claimed.tries) == (2, 2)
    assert await store.outbox.done(claimed, 2, 0, "{}")
    (shown,) = await store.views.deliveries(SERVICE)
    assert (shown.error, shown.tries, shown.done_version, shown.due_at) == ("", 0, 2, None)


async def test_what_cannot_be_said_is_listed_with_the_reason(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Given up: out of the queue, in the list, on the desk; figures stay silent, urgent news tries again."""
    monkeypatch.setattr(keys, "UNDELIVERABLE_KEPT", 2)
    await say(store, delivery(1))
    assert await store.outbox.give_up(await claim_one(store, 0.0), "channel_not_found " + "x" * 999, 7.0)
    (entry,) = await store.views.undeliverable(SERVICE)
    assert (entry.id, entry.version, entry.at, len(entry.error)) == ("console/i1", 1, 7.0, 300)
    assert (await store.views.deliveries(SERVICE))[0].dead_at == 7.0
    await say(store, delivery(2))
    assert await claims(store, 1e9) == []
    for version in (3, 4):
        await say(store, delivery(version, urgent=True))
        assert await store.outbox.give_up(await claim_one(store, 9.0), "still", 9.0)
    assert [entry.version for entry in await store.views.undeliverable(SERVICE)] == [4, 3]


async def test_giving_up_the_old_does_not_give_up_the_news(store: Store) -> None:
    """What became urgent during a refused delivery is tried for itself."""
    await say(store, delivery(1))
    claimed = await claim_one(store, 0.0)
    await say(store, delivery(2, urgent=True))
    assert await store.outbox.give_up(claimed, "too long", 1.0)
    assert (await claim_one(store, 1.0)).version == 2


async def test_half_a_trail_posted_leaves_the_other_half(store: Store) -> None:
    """A courier that got only the first line out is asked for the rest, never for the first again."""
    await say(store, delivery(1, trail=("a", "b", "c")))
    assert await store.outbox.done(await claim_one(store, 0.0), 1, 1, "{}")
    rest = await claim_one(store, 0.0)
    assert rest.trail == ((2, "b"), (3, "c"))
    assert await store.outbox.done(rest, 1, 0, "{}")
    assert (await claim_one(store, 0.0)).trail == rest.trail, "a 0 takes nothing back and posts nothing"
    assert (await store.views.deliveries(SERVICE))[0].waiting_trail == 2


async def test_a_trail_nobody_posts_is_bounded(store: Store, redis_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The newest lines stay under their own numbers, and the dropped ones leave nothing behind."""
    monkeypatch.setattr(keys, "TRAIL_KEPT", 3)
    await say(store, delivery(1, trail=("a", "b")))
    await say(store, delivery(2, trail=("c", "d", "e")))
    claimed = await claim_one(store, 0.0)
    assert claimed.trail == ((3, "c"), (4, "d"), (5, "e"))
    await say(store, delivery(3, trail=tuple("fghi")))
    assert await store.outbox.done(claimed, 2, 5, "{}")
    assert (await claim_one(store, 0.0)).trail == ((7, "g"), (8, "h"), (9, "i"))
    async with Redis.from_url(redis_url) as redis:
        fields = await redis.hkeys(keys.keys_of(SERVICE).delivery("console/i1"))
    assert {field for field in fields if field[1:].isdigit()} == {b"t7", b"t8", b"t9"}


async def test_a_channel_claims_its_own(store: Store) -> None:
    """A courier of one channel is not given another's rows."""
    await say(store, delivery(), delivery(channel="slack"), delivery(channel="slack", subject="i2"))
    taken = await store.outbox.claim(SERVICE, "slack", ANNA, 5.0)
    assert {claimed.id for claimed in taken} == {"slack/i1", "slack/i2"}
    assert [claimed.id for claimed in await claims(store, 5.0, BEN)] == ["console/i1"]


async def test_a_channel_of_many_places_skips_those_that_are_busy(store: Store) -> None:
    """A place that hangs has one delivery in hand, and the next place is served."""
    await say(store, *(delivery(channel=f"slack:C{place}", subject=f"i{n}") for n in range(3) for place in range(3)))
    taken = await store.outbox.claim(SERVICE, "slack", ANNA, 5.0, {"slack:C0", "slack:C2"})
    assert {claimed.channel for claimed in taken} == {"slack:C1"}
    assert await store.outbox.waiting(SERVICE, "slack") == 9


async def test_a_long_queue_of_one_place_hides_no_other_place(store: Store) -> None:
    """One claim finds the first deliveries of every place, however many of another were due before them."""
    queue = [delivery(channel="slack:C0", subject=f"i{n:03}", urgent=True, due_at=1.0) for n in range(600)]
    for first in (0, 300):
        await say(store, *queue[first : first + 300])
    await say(store, *(delivery(channel=f"slack:C{n}", urgent=True, due_at=2.0) for n in (1, 2)))
    taken = await store.outbox.claim(SERVICE, "slack", ANNA, 5.0)
    assert [claimed.channel for claimed in taken] == ["slack:C0"] * 8 + ["slack:C1", "slack:C2"]
    assert [claimed.subject for claimed in taken[:8]] == [f"i{n:03}" for n in range(8)]
    rest = await store.outbox.claim(SERVICE, "slack", BEN, 5.0)
    assert [claimed.subject for claimed in rest] == [f"i{n:03}" for n in range(8, 16)]


async def test_news_goes_before_fresher_figures(store: Store) -> None:
    """However long figures have been due, and however many there are of them."""
    calm = [delivery(subject=f"calm{n}", due_at=1.0) for n in range(30)]
    await say(
        store,
        *calm,
        delivery(subject="news", urgent=True, due_at=4.0),
        delivery(subject="trail", trail=("a",), due_at=4.5),
    )
    taken = await store.outbox.claim(SERVICE, "console", replace(ANNA, at_once=3), 5.0)
    assert [claimed.subject for claimed in taken][:2] == ["news", "trail"]
    assert taken[2].subject.startswith("calm")


async def test_a_doubtful_failure_is_counted_and_stays_on_record(store: Store) -> None:
    """Whoever asks later is told that it may stand there twice."""
    await say(store, delivery())
    await store.outbox.retry(await claim_one(store, 0.0), "no answer", 5.0, doubtful=True)
    again = await claim_one(store, 5.0)
    assert again.doubts == 1
    await store.outbox.done(again, 1, 0, "{}")
    assert [row.doubts for row in await store.views.deliveries(SERVICE)] == [1]


async def test_deliveries_are_bounded(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Beyond the bound the oldest leave the desk's list; what is due is delivered all the same."""
    monkeypatch.setattr(keys, "DELIVERIES_KEPT", 3)
    token = await leased(store)
    for n in range(5):
        await store.commit(SERVICE, token, Commit(START, b"", deliveries=(delivery(subject=f"i{n}"),)))
    assert len(await store.views.deliveries(SERVICE)) == 3
    assert len(await claims(store, 5.0)) == 5


async def test_a_row_that_is_gone_leaves_the_queue(store: Store) -> None:
    """When retention took the row, the queue forgets it instead of offering it for ever."""
    await say(store, delivery())
    await store._link.call("DEL", keys.keys_of(SERVICE).delivery("console/i1"))
    assert await claims(store, 5.0) == []
    assert await store.outbox.next_due(SERVICE, "console") is None
    assert await store.views.deliveries(SERVICE) == []


async def test_a_forged_token_settles_nothing(store: Store) -> None:
    """Only the very claim can be settled."""
    await say(store, delivery())
    claimed = await claim_one(store, 0.0)
    assert not await store.outbox.done(replace(claimed, token="anna:2"), 1, 0, "{}")
