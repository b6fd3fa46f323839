"""Routes for tests: everything to these targets."""

from collections.abc import Awaitable, Callable, Sequence

from bot.core.routing import Route


def to(*targets: str) -> Callable[[], Awaitable[Sequence[Route]]]:
    """What a judge asks for its routes."""

    async def current() -> Sequence[Route]:
        return tuple(Route(target) for target in targets)

    return current
