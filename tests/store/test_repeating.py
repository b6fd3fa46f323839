"""A script sent again, as it is where a reply is lost or a replica does not confirm, says and does what it did."""

from typing import Any

from bot.store.announcements import AnnouncementStore
from bot.store.budget import BudgetStore, BudgetUse
from bot.store.outbox import Outbox
from bot.store.store import Store
from bot.store.subscriptions import SubscriptionStore
from bot.store.types import Claimant
from tests.support.writes import ANNA, BEN, SERVICE, claims, delivery, say


class Twice:
    """A real link that sends every script two times."""

    def __init__(self, link: Any) -> None:
        self._link = link
        self.replies: list[tuple[Any, Any]] = []

    def __getattr__(self, name: str) -> Any:
        return getattr(self._link, name)

    async def run(self, *words: Any) -> Any:
        self.replies.append((await self._link.run(*words), await self._link.run(*words)))
        return self.replies[-1][1]

    async def call(self, *words: Any) -> Any:
        self.replies.append((await self._link.call(*words), await self._link.call(*words)))
        return self.replies[-1][1]


async def test_a_claim_sent_again_gives_what_it_took(store: Store) -> None:
    """And nothing more: the rest is another courier's."""
    await say(store, *(delivery(subject=f"i{n}", urgent=n == 2, trail=("a",)) for n in range(3)))
    link = Twice(store.outbox._link)
    claimed = await Outbox(link).claim(SERVICE, "console", Claimant("anna", 30.0, at_once=2), 5.0)  # type: ignore[arg-type]
    first, again = link.replies[-1]
    assert sorted(first) == sorted(again)
    assert len(claimed) == 2
    assert {one.tries for one in claimed} == {1}
    assert len(await claims(store, 5.0, BEN)) == 1
    for one in claimed:
        assert await store.outbox.done(one, 1, 1, "{}")


async def test_a_courier_does_not_get_back_what_it_holds(store: Store) -> None:
    """Its next claim is another one."""
    await say(store, delivery())
    assert len(await claims(store, 5.0, ANNA)) == 1
    assert await claims(store, 5.0, ANNA) == []


async def test_a_budget_asked_again_books_once(store: Store) -> None:
    """Granted or refused, the second answer is the first one's."""
    link = Twice(store.purse._link)
    purse = BudgetStore(link)  # type: ignore[arg-type]
    assert await purse.reserve("claude", (60, 0.02), (100, 0.05))
    assert not await purse.reserve("claude", (60, 0.02), (100, 0.05))
    assert await store.purse.spent("claude") == BudgetUse(60, 0.02, 1)
    assert [first[0] == again[0] for first, again in link.replies] == [True, True]


async def test_a_message_taken_up_again_counts_once(store: Store) -> None:
    """And one that the store knows otherwise is not."""
    outbox = Outbox(Twice(store.outbox._link))  # type: ignore[arg-type]
    assert await outbox.adopt(SERVICE, delivery(), "{}")
    assert not await store.outbox.adopt(SERVICE, delivery(version=7), "{}")


async def test_what_is_taken_off_twice_was_there(store: Store) -> None:
    """Whoever unsubscribes, or takes an announcement off, hears that it was there."""
    link = Twice(store.subscriptions._link)
    await store.subscriptions.subscribe("here", "{}")
    await store.announcements.put("a", "{}")
    assert await SubscriptionStore(link).unsubscribe("here")  # type: ignore[arg-type]
    assert await AnnouncementStore(link).drop("a", "b") == 1  # type: ignore[arg-type]
    assert not await store.subscriptions.unsubscribe("here")
    assert await store.announcements.drop("a") == 0
