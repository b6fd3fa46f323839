"""Routes for tests: everything to these targets."""

from collections.abc import Awaitable, Callable

from bot.core.routing import BY_DEFAULT, Branch, Table, Tree


def tree(*targets: str) -> Tree:
    """The tree of a configuration without routes, with these targets."""
    return Tree((Branch(BY_DEFAULT, to=targets),))


def to(*targets: str) -> Callable[[], Awaitable[Table]]:
    """What a judge asks for its routes."""

    async def current() -> Table:
        return Table(tree(*targets))

    return current
