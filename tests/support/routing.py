"""Routes for tests: everything to these targets."""

from collections.abc import Awaitable, Callable

from bot.core.routing.tree import BY_DEFAULT, ActiveRoutes, Route, Tree


def tree(*targets: str) -> Tree:
    """The tree of a configuration without routes, with these targets."""
    return Tree((Route(BY_DEFAULT, to=targets),))


def to(*targets: str) -> Callable[[], Awaitable[ActiveRoutes]]:
    """What a judge asks for its routes."""

    async def current() -> ActiveRoutes:
        return ActiveRoutes(tree(*targets))

    return current
