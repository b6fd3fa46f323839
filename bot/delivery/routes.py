"""Where notices go: the tree of the configuration, and the places that subscribed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from bot.channels.registry import CHANNELS
from bot.core.model.escalation import Policy, Step
from bot.core.routing.tree import BY_DEFAULT, ActiveRoutes, Route, Subscription, SubscriptionFilter, Tree
from bot.settings import Channel, Settings
from bot.store.codec import ROUTE
from bot.store.store import Store
from bot.store.subscriptions import SubscriptionStore

WATCHERS = 10
"""Of a thousand subscribers not all need to know that one of them cannot be reached."""


def tree_of(settings: Settings) -> Tree:
    """The routes of a configuration; a channel named there without a place means all its places.

    A channel that is off (its secret is not set) is left out.
    """
    places = {channel.name: _places(channel) for channel in settings.channels}
    wakes = {channel.name for channel in settings.channels if CHANNELS[channel.kind].pages_people}
    wakes |= {f"{c.name}:{person}" for c in settings.channels for person in CHANNELS[c.kind].people(c.options)}
    acts = frozenset(channel.name for channel in settings.channels if CHANNELS[channel.kind].automates)
    soft = frozenset(channel.name for channel in settings.channels if CHANNELS[channel.kind].pages_incidents_only)
    if settings.routes is None:
        every = tuple(target for targets in places.values() for target in targets)
        return Tree((Route(BY_DEFAULT, to=every),), frozenset(wakes), acts, soft)
    return Tree(tuple(_placed(settings.routes, places)), frozenset(wakes), acts, soft)


def policies_of(settings: Settings) -> dict[str, Policy]:
    """The escalations of a configuration, with the places that their channels mean.

    A step to channels that are off is left out, and the one after it waits for both; so is an escalation without any.
    """
    places = {channel.name: _places(channel) for channel in settings.channels}
    found = {name: tuple(_reachable(policy.steps, places)) for name, policy in settings.escalations.items()}
    return {name: replace(settings.escalations[name], steps=steps) for name, steps in found.items() if steps}


def _reachable(steps: Iterable[Step], places: Mapping[str, Sequence[str]]) -> Iterable[Step]:
    waited = 0.0
    for step in steps:
        waited += step.after_s
        to = tuple(dict.fromkeys(target for given in step.to for target in _meant(given, places)))
        if to:
            yield replace(step, after_s=waited, to=to)
            waited = 0.0


def _places(channel: Channel) -> tuple[str, ...]:
    return CHANNELS[channel.kind].targets(channel.name, channel.options)


def _placed(branches: Iterable[Route], places: Mapping[str, Sequence[str]]) -> Iterable[Route]:
    for branch in branches:
        to = (t for given in branch.to for t in _meant(given, places))
        yield replace(branch, to=tuple(dict.fromkeys(to)), below=tuple(_placed(branch.below, places)))


def _meant(target: str, places: Mapping[str, Sequence[str]]) -> Sequence[str]:
    channel, _, place = target.partition(":")
    if channel not in places:
        return ()
    return (target,) if place else places[channel]


def configured_routes(store: Store, settings: Settings) -> "Routes":
    """The routes of a configuration."""
    return Routes(store.subscriptions, tree_of(settings), expand_targets(settings, settings.watching.to))


def expand_targets(settings: Settings, to: Iterable[str]) -> tuple[str, ...]:
    """The targets, a channel without a place as all its places; one that is off is left out."""
    places = {channel.name: _places(channel) for channel in settings.channels}
    return tuple(dict.fromkeys(target for one in to for target in _meant(one, places)))


class Routes:
    """The routes in force. `tree` and `fixed` are the configuration's: the latter as one route a target, for people."""

    def __init__(self, subscriptions: SubscriptionStore, tree: Tree, watchers: Sequence[str] = ()) -> None:
        self._subscriptions = subscriptions
        self.tree = tree
        self._watchers = tuple(watchers)
        self.fixed = tuple(_fixed(tree, target) for target in tree.targets())

    async def table(self) -> ActiveRoutes:
        """All of them now, for addressing. Raises StoreError."""
        return ActiveRoutes(self.tree, tuple((await self.subscribed()).values()))

    async def current(self) -> tuple[Subscription, ...]:
        """All of them now, for people; the configuration's first. Raises StoreError."""
        return (*self.fixed, *(await self.subscribed()).values())

    async def watchers(self) -> tuple[str, ...]:
        """Who is told of our own troubles: those of `self.to`, else the configuration's, else some subscribers.

        Raises StoreError.
        """
        if self._watchers:
            return self._watchers
        routes = self.fixed or tuple((await self.subscribed()).values())[:WATCHERS]
        return tuple(dict.fromkeys(route.target for route in routes))

    async def subscribed(self) -> dict[str, Subscription]:
        """The subscriptions by name; one that cannot be read (another version's) is passed over. Raises StoreError."""
        found = {}
        for name, body in (await self._subscriptions.all()).items():
            if (route := ROUTE.load(body)) is not None:
                found[name] = route
        return found


def _fixed(tree: Tree, target: str) -> Subscription:
    """What a target of the tree hears: the branches that lead there, where routes are configured."""
    names = tuple(branch.name for branch in tree.every() if target in branch.to)
    wanted = SubscriptionFilter(discrepancies=not tree.rouses(target, softly=True))
    return Subscription(target, wanted, branches=() if names == (BY_DEFAULT,) else names)
