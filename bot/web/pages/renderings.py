"""Bodies of pages, each made once for all who see the same, and once a second at most."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from bot.web.replies import Body

KEPT_S = 1.0
"""Seconds that one rendering serves."""
OLD_S = 5.0
"""So old it may be while one request makes the next: the others are answered with it and wait for nobody."""
MOST = 500
"""Renderings kept at a time."""


@dataclass(slots=True)
class _Kept:
    """One rendering; `turn` is held by whoever makes the next."""

    body: Body | None = None
    at: float = float("-inf")
    turn: asyncio.Lock = field(default_factory=asyncio.Lock)


class Renderings:
    """The last renderings by key."""

    def __init__(self) -> None:
        self._kept: dict[tuple[str, ...], _Kept] = {}

    async def of(self, key: tuple[str, ...], made: Callable[[], Awaitable[Body]]) -> Body:
        """The rendering of that key; `made` makes it where there is none or it is old, and may raise."""
        kept = self._kept.get(key)
        if kept is None:
            kept = self._kept[key] = _Kept()
            if len(self._kept) > MOST:
                del self._kept[next(iter(self._kept))]
        age = time.monotonic() - kept.at
        if kept.body is not None and (age < KEPT_S or (age < OLD_S and kept.turn.locked())):
            return kept.body
        try:
            async with kept.turn:
                if kept.body is None or time.monotonic() - kept.at >= KEPT_S:
                    kept.body, kept.at = await made(), time.monotonic()
                return kept.body
        finally:
            if kept.body is None:
                self._kept.pop(key, None)
