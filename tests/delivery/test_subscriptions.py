"""Subscriptions against the real store, courier and judge: a place is written to before it is confirmed."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress

import pytest

from bot.core.model.person import Person
from bot.core.routing.tree import Subscription, SubscriptionFilter
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.routes import Routes
from bot.delivery.self_notices import DAY_S, SelfNotices, UnreachableNotices
from bot.delivery.subscriptions import Subscriptions
from bot.errors import DeliveryError, UserError
from bot.store.codec import ROUTE
from bot.store.store import Store
from probes.model import State
from tests.support.delivery import Notebook, World
from tests.support.routing import tree

ANN = Person("slack", "T1", "U1", "Ann")


def watching(*targets: str) -> Callable[[], Awaitable[Sequence[str]]]:
    """Who is told of troubles."""

    async def who() -> Sequence[str]:
        return targets

    return who


class Place:
    """A channel with places, its courier, and the subscriptions."""

    def __init__(self, store: Store) -> None:
        self.book = Notebook("slack")
        self.world = World(store)
        self.news = SelfNotices(store, "anna", lambda: self.world.now, self.wake)
        self.routes = Routes(store.subscriptions, tree("console"))
        self.subscriptions = Subscriptions(store, self.news, self.routes, {"slack": True, "console": False})
        office = CourierContext("anna", lambda: self.world.now, self.world.worded, self.world.trouble)
        self.courier = Courier(store, ["claude"], {"slack": self.book}, office)

    def wake(self) -> None:
        self.courier.wake()

    @asynccontextmanager
    async def served(self) -> AsyncIterator[None]:
        task = asyncio.create_task(self.courier.run("slack"))
        try:
            yield
        finally:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task


async def test_a_subscription_is_confirmed_after_a_message_stands_there(store: Store) -> None:
    """Then the place is a route, once, however often it is asked for."""
    place = Place(store)
    async with place.served():
        said = await place.subscriptions.add("slack:C1", SubscriptionFilter(("claude-api",)), ANN, 5.0)
        await place.subscriptions.add("slack:C1", SubscriptionFilter(("claude-api",), State.MAJOR), ANN, 6.0)
    assert said == "slack:C1 is subscribed to claude-api: a message was posted there"
    assert place.book.places == ["C1", "C1"]
    assert "Ann" in place.book.cards[0].headline
    assert await place.routes.current() == (
        Subscription("console"),
        Subscription("slack:C1", SubscriptionFilter(("claude-api",), State.MAJOR), ANN, 6.0),
    )


async def test_a_place_that_refuses_is_not_subscribed(store: Store) -> None:
    """The platform's reason is the answer, and nobody else is bothered with it."""
    place = Place(store)
    place.book.fail = [DeliveryError("not_in_channel: invite me with /invite", permanent=True)]
    async with place.served():
        with pytest.raises(DeliveryError, match="cannot post to slack:C1: not_in_channel: invite me"):
            await place.subscriptions.add("slack:C1", SubscriptionFilter(), ANN, 5.0)
    assert await place.routes.subscribed() == {}
    assert place.world.troubles == []


@pytest.mark.parametrize(
    ("target", "sentence"),
    [
        ("teams:1", "there is no channel 'teams': configured are slack and console"),
        ("slack", "names no place there: expected slack:<place>"),
        ("slack:", "names no place there: expected slack:<place>"),
        ("console:1", "names no place there: expected console"),
        ("slack:C1/x", "is no channel"),
        ("slack:" + "x" * 300, "is no channel"),
        ("slack:a\nb", "is no channel"),
    ],
)
async def test_what_is_no_target_is_said(store: Store, target: str, sentence: str) -> None:
    """One sentence, and nothing is written."""
    place = Place(store)
    with pytest.raises(UserError, match=sentence):
        await place.subscriptions.add(target, SubscriptionFilter(), ANN, 5.0)
    assert await store.views.deliveries("GROUNDTRUTH") == []


async def test_unsubscribing_ends_one_or_all(store: Store) -> None:
    """And says so where there is nothing to end."""
    place = Place(store)
    async with place.served():
        for about in (("claude-api",), ("claude-ai",), ()):
            await place.subscriptions.add("slack:C1", SubscriptionFilter(about), ANN, 5.0)
    await place.subscriptions.remove("slack:C1", "claude-api", ANN, 6.0)
    assert len(await place.subscriptions.list("slack:C1")) == 2
    await place.subscriptions.remove("slack:C1", "", ANN, 6.0)
    assert await place.subscriptions.list("slack:C1") == []
    with pytest.raises(UserError, match="slack:C1 is not subscribed to anything"):
        await place.subscriptions.remove("slack:C1", "", ANN, 6.0)
    with pytest.raises(UserError, match="is in the configuration"):
        await place.subscriptions.remove("console", "", ANN, 6.0)


async def test_troubles_are_told_once_to_the_others_and_closed(store: Store) -> None:
    """Not to the one that cannot be reached, nor to its whole channel's places."""
    place = Place(store)
    troubles = UnreachableNotices(place.news, watching("console", "slack:C1", "slack:C2"))
    await troubles("slack", "slack does not take messages: token_revoked", False)
    await troubles("slack", "slack does not take messages: token_revoked", False)
    await troubles("slack:C9", "cannot post to slack:C9: is_archived", False)
    rows = await store.views.deliveries("GROUNDTRUTH")
    assert sorted(row.channel for row in rows) == ["console", "console", "slack:C1", "slack:C2"]
    await troubles("slack", "slack: deliveries work again", True)
    await troubles("slack", "slack: deliveries work again", True)
    assert len(await store.views.deliveries("GROUNDTRUTH")) == 4


async def test_troubles_of_the_same_moment_are_all_told(store: Store) -> None:
    """Two places that fail at once, and another process that is just saying something: none is swallowed."""
    place = Place(store)
    troubles = UnreachableNotices(place.news, watching("console"))
    held = await store.lease("GROUNDTRUTH", "ben", 300)
    assert held is not None
    await asyncio.gather(*(troubles(f"slack:C{n}", f"cannot post to slack:C{n}", False) for n in range(5)))
    assert len(await store.views.deliveries("GROUNDTRUTH")) == 5


async def test_a_trouble_that_two_processes_see_is_told_once(store: Store) -> None:
    """And its end by whichever sees that, after a restart as well."""
    place = Place(store)
    other = SelfNotices(store, "ben", lambda: place.world.now + 3, place.wake)
    here = UnreachableNotices(place.news, watching("console"))
    there = UnreachableNotices(other, watching("console"))
    await asyncio.gather(here("slack", "slack rests", False), there("slack", "slack rests", False))
    (row,) = await store.views.deliveries("GROUNDTRUTH")
    place.world.now += 60
    later = UnreachableNotices(other, watching("console"))
    await later("slack", "slack: deliveries work again", True)
    (again,) = await store.views.deliveries("GROUNDTRUTH")
    assert again.id == row.id
    assert again.version > row.version


async def test_where_nothing_is_configured_subscribers_are_told(store: Store) -> None:
    """The surviving channels hear of it, whoever named them; a trouble is told again after a day."""
    place = Place(store)
    await store.subscriptions.subscribe("slack:C5", ROUTE.dump(Subscription("slack:C5")))
    troubles = UnreachableNotices(place.news, Routes(store.subscriptions, tree()).watchers)
    await troubles("slack:C9", "cannot post to slack:C9: is_archived", False)
    place.world.now += DAY_S + 1
    await troubles("slack:C9", "cannot post to slack:C9: is_archived", False)
    rows = await store.views.deliveries("GROUNDTRUTH")
    assert [row.channel for row in rows] == ["slack:C5", "slack:C5"]
