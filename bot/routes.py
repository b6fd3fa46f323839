"""Where notices go: the targets of the configuration, and those that subscribed."""

import logging
from collections.abc import Sequence

from pydantic import TypeAdapter, ValidationError

from bot.channels.registry import CHANNELS
from bot.core.routing import Route
from bot.settings import Settings
from bot.store.shared import Shared
from bot.store.store import Store

log = logging.getLogger(__name__)

ROUTE = TypeAdapter(Route)
WATCHERS = 10
"""Of a thousand subscribers not all need to know that one of them cannot be reached."""


def configured_routes(store: Store, settings: Settings) -> "Routes":
    """The routes of a configuration: everything to every channel and to every place that it names."""
    fixed = [Route(t) for c in settings.channels for t in CHANNELS[c.kind].targets(c.name, c.options)]
    return Routes(store.shared, fixed)


class Routes:
    """The routes in force. `fixed` are the configuration's."""

    def __init__(self, shared: Shared, fixed: Sequence[Route]) -> None:
        self._shared = shared
        self.fixed = tuple(fixed)

    async def current(self) -> tuple[Route, ...]:
        """All of them now, the configuration's first. Raises StoreError."""
        return (*self.fixed, *(await self.subscribed()).values())

    async def watchers(self) -> tuple[str, ...]:
        """Who is told of our own troubles: the configuration's targets, else some subscribers. Raises StoreError."""
        routes = self.fixed or tuple((await self.subscribed()).values())[:WATCHERS]
        return tuple(dict.fromkeys(route.target for route in routes))

    async def subscribed(self) -> dict[str, Route]:
        """The subscriptions by name; one that cannot be read (another version's) is passed over. Raises StoreError."""
        found = {}
        for name, body in (await self._shared.subscriptions()).items():
            try:
                found[name] = ROUTE.validate_json(body)
            except ValidationError:
                log.warning("the subscription %s cannot be read and is passed over", name)
        return found
