"""Waiting for what another task does, with an end."""

import asyncio
from collections.abc import Awaitable, Callable


async def until(true: Callable[[], Awaitable[bool]], seconds: float = 20.0) -> None:
    """Ask again until it is so; fails when the time is over."""
    async with asyncio.timeout(seconds):
        while not await true():  # noqa: ASYNC110 - another process is asked, nothing here could set an event
            await asyncio.sleep(0.02)
