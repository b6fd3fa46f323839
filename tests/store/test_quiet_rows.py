"""What quiet hours hold back: not said before their end, and never where it is over by then."""

import pytest

from bot.store.store import Store
from tests.support.writes import SERVICE, claim_one, claims, delivery, say

NOW, MORNING = 1_000.0, 5_000.0


async def row(store: Store):
    return await store.views.delivery(SERVICE, "console/i1")


def quietly(version: int = 1, at: float = NOW, **more):
    return delivery(version=version, urgent=True, due_at=at, held_until=MORNING, **more)


async def test_what_is_news_waits_for_the_morning(store: Store) -> None:
    """However urgent, and however often it changes; then it is said as it stands, with its whole trail."""
    await say(store, quietly(trail=("opened",), by="1.2"))
    await say(store, quietly(2, NOW + 60, trail=("worse",)))
    assert await claims(store, MORNING - 1) == []
    waiting = await row(store)
    assert (waiting.held_until, waiting.due_at, waiting.by) == (MORNING, MORNING, "1.2")
    claimed = await claim_one(store, MORNING)
    assert (claimed.version, claimed.trail) == (2, ((1, "opened"), (2, "worse")))


async def test_what_is_over_by_the_morning_is_never_begun(store: Store) -> None:
    """Nor when people vote on it afterwards."""
    await say(store, quietly(trail=("opened",)))
    await say(store, quietly(2, NOW + 60, over=True, trail=("resolved",)))
    assert await store.outbox.next_due(SERVICE, "console") is None
    await say(store, delivery(version=3, urgent=True, due_at=MORNING + 60, over=True, begins=False))
    assert await claims(store, 1e9) == []


async def test_what_begins_again_is_news_again(store: Store) -> None:
    """With the lines that are new, not those of the night that is over."""
    await say(store, quietly(trail=("opened",)))
    await say(store, quietly(2, NOW + 60, over=True, trail=("resolved",)))
    await say(store, delivery(version=3, urgent=True, due_at=MORNING + 60, trail=("opened again",)))
    claimed = await claim_one(store, MORNING + 60)
    assert (claimed.version, claimed.trail) == (3, ((3, "opened again"),))


async def test_what_grows_bad_enough_is_said_at_once(store: Store) -> None:
    """The write that is no longer held sets the row free."""
    await say(store, quietly())
    await say(store, delivery(version=2, urgent=True, due_at=NOW + 60))
    assert (await row(store)).held_until is None
    assert (await claim_one(store, NOW + 60)).version == 2


async def test_what_stands_is_kept_true(store: Store) -> None:
    """A message of the evening is brought up to date at night, and ended."""
    await say(store, delivery(urgent=True, due_at=NOW - 60))
    assert await store.outbox.done(await claim_one(store, NOW - 60), 1, 0, '{"ts":"1"}')
    await say(store, quietly(2, over=True))
    assert (await claim_one(store, NOW)).version == 2


async def test_a_short_incident_that_nothing_held_is_told(store: Store) -> None:
    """Over before the courier came: it happened, and those who watch hear of it."""
    await say(store, delivery(urgent=True, due_at=NOW))
    await say(store, delivery(version=2, urgent=True, due_at=NOW, over=True))
    assert (await claim_one(store, NOW)).version == 2


async def test_one_that_was_tried_in_vain_is_told_though_it_is_over(store: Store) -> None:
    """A platform that refused for a while loses nothing."""
    await say(store, delivery(urgent=True, due_at=NOW))
    assert await store.outbox.retry(await claim_one(store, NOW), "busy", NOW + 30)
    await say(store, delivery(version=2, urgent=True, due_at=NOW + 5, over=True))
    assert (await claim_one(store, NOW + 30)).version == 2


@pytest.mark.parametrize("trail", [(), ("a", "b")])
async def test_an_afterthought_begins_nothing_where_nothing_was(store: Store, trail) -> None:
    """And the writes beside it are read rightly."""
    await say(store, delivery(over=True, begins=False, trail=trail), delivery(subject="i2", urgent=True, due_at=NOW))
    assert await row(store) is None
    assert (await claim_one(store, NOW)).subject == "i2"
