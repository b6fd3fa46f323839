"""The vendor alone, for people who want to point something at it."""

import asyncio
from collections.abc import Callable

from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor


async def serve(story: str, speed: float | None = None, seed: int = 0, say: Callable[[str], None] = print) -> None:
    """Play a story and tell it; afterwards go on as it ended until cancelled. Raises UserError for an unknown story."""
    async with Vendor(load(story), speed=speed, seed=seed) as vendor:
        for name, url in vendor.urls.items():
            say(f"{name:18} {url}")
        for event in vendor.story.events():
            await asyncio.sleep(max(0.0, event.seconds - vendor.elapsed_s))
            say(f"{event.clock}  {event.words}")
        await asyncio.Event().wait()
