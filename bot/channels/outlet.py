"""What outlets on HTTP share: one way out, opened and closed together, and a memory of the lines already said."""

from collections.abc import Awaitable, Callable
from types import TracebackType
from typing import Self

from bot.channels.desk import Memory
from bot.channels.outgoing import Outgoing

LINE_S = 7 * 86_400.0
"""A line of a trail is known to be said for so long."""


class Outlet:
    """An outlet in one place, where a repeat lands on the first by its key."""

    lands = True
    refresh_s = 60.0

    def __init__(self, name: str, http: Outgoing, memory: Memory) -> None:
        self.name = name
        self._http = http
        self._memory = memory

    async def __aenter__(self) -> Self:
        await self._http.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._http.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether the last request was taken, in a sentence."""
        return self._http.health()

    async def _once(self, key: str, say: Callable[[], Awaitable[object]]) -> None:
        """Say what has no key of its own there, unless it is noted as said; a crash between the two repeats it."""
        name = f"said:{self.name}:{key}"
        if not await self._memory.noted(name):
            await say()
            await self._memory.note(name, "1", LINE_S)
