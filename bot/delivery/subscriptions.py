"""Subscriptions made by command: a place is written to before it is confirmed, on the way that all messages go."""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Mapping, Sequence

from bot.channels.registry import CHANNELS
from bot.core.model.person import Person
from bot.core.routing.tree import SUBSCRIPTIONS, Subscription, SubscriptionFilter
from bot.core.text.quoting import clean, listed
from bot.delivery.routes import Routes, configured_routes
from bot.delivery.self_notices import OWN, SelfNotices
from bot.errors import DeliveryError, UserError
from bot.settings import Settings
from bot.store.codec import ROUTE
from bot.store.store import Store

PATIENCE_S = 8.0
"""A test that has not arrived by then has not succeeded, for the person who waits."""
LOOK_S = 0.05
LONGEST = 200
"""Characters of a target."""


class Subscriptions:
    """Keeps them in the store. `channels` are the configured ones: whether each has places (`slack:C0123`) or is one.

    Every call raises `StoreError` when the store is away.
    """

    def __init__(self, store: Store, news: SelfNotices, routes: Routes, channels: Mapping[str, bool]) -> None:
        self._store = store
        self._news = news
        self._routes = routes
        self._channels = channels

    async def add(self, target: str, interest: SubscriptionFilter, person: Person, now: float) -> str:
        """Subscribe a target after a test post succeeded; the sentence that confirms it.

        Raises:
            UserError: there is no such channel, or there are too many subscriptions.
            DeliveryError: the test post was refused, or did not arrive in time.
        """
        self._known(target)
        known = await self._routes.subscribed()
        name = _name(target, interest.about)
        if name not in known and len(known) >= SUBSCRIPTIONS:
            raise UserError(f"there are {SUBSCRIPTIONS} subscriptions already; unsubscribe some first")
        about = listed(interest.about) or "everything"
        await self._post(
            target, f"test for subscribing this channel to {about}, asked by {clean(person.name, 40) or 'somebody'}"
        )
        route = Subscription(target, interest, person, now)
        await self._store.subscriptions.subscribe(name, ROUTE.dump(route))
        return f"{target} is subscribed to {about}: a message was posted there"

    async def remove(self, target: str, about: str, person: Person, now: float) -> str:  # noqa: ARG002  the desk's call
        """End what a target is subscribed to (`about` "": all of it). Raises UserError where there is nothing."""
        named = (about,) if about else ()
        found = await self._routes.subscribed()
        gone = [name for name, r in found.items() if r.target == target and (not about or r.interest.about == named)]
        if not gone:
            fixed = any(route.target == target for route in self._routes.fixed)
            where = "; what it hears is in the configuration" if fixed else ""
            raise UserError(f"{target} is not subscribed to {about or 'anything'}{where}")
        for name in gone:
            await self._store.subscriptions.unsubscribe(name)
        return f"{target} is no longer subscribed to {about or 'anything'}"

    async def list(self, target: str | None) -> Sequence[Subscription]:
        """The routes of a target, or (None) all; those of the configuration have no author."""
        return [route for route in await self._routes.current() if target is None or route.target == target]

    async def probe(self, target: str) -> str:
        """Post a marked test message; the sentence that says so. Raises UserError or DeliveryError."""
        self._known(target)
        await self._post(target, "this is a test; nothing is wrong")
        return f"a test message was posted to {target}"

    def _known(self, target: str) -> None:
        channel, colon, place = target.partition(":")
        if len(target) > LONGEST or "/" in target or not target.isprintable() or " " in target:
            raise UserError(f"{clean(target, 40)!r} is no channel: expected a name such as slack:C0123ABC")
        if channel not in self._channels:
            raise UserError(f"there is no channel {clean(channel, 40)!r}: configured are {listed(self._channels, 8)}")
        if self._channels[channel] != bool(colon and place):
            expected = f"{channel}:<place>" if self._channels[channel] else channel
            raise UserError(f"{clean(target, 40)!r} names no place there: expected {expected}")

    async def _post(self, target: str, text: str) -> None:
        subject = f"test@{secrets.token_hex(6)}"
        try:
            async with asyncio.timeout(PATIENCE_S):
                await _until(lambda: self._news.tell(subject, text, [target]))
                await _until(lambda: self._arrived(f"{target}/{subject}"))
        except TimeoutError:
            why = f"no message could be posted to {target} within {PATIENCE_S:.0f} s: is Groundtruth running?"
            raise DeliveryError(why) from None

    async def _arrived(self, delivery: str) -> bool:
        row = await self._store.views.delivery(OWN, delivery)
        if row is not None and row.error and not row.done_version:
            raise DeliveryError(f"cannot post to {row.channel}: {row.error}", permanent=row.dead_at is not None)
        return row is not None and row.done_version >= row.version


async def _until(done: Callable[[], Awaitable[bool]]) -> None:
    while True:
        if await done():
            return
        await asyncio.sleep(LOOK_S)


def configured_subscriptions(store: Store, settings: Settings, news: SelfNotices) -> Subscriptions:
    """The subscriptions to the channels of a configuration."""
    placed = {channel.name: CHANNELS[channel.kind].places is not None for channel in settings.channels}
    return Subscriptions(store, news, configured_routes(store, settings), placed)


def _name(target: str, about: tuple[str, ...]) -> str:
    """One subscription a target and subject: subscribing again changes its severity, never doubles it."""
    return f"{target} {' '.join(about)}".strip()
