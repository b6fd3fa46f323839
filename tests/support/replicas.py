"""Replicas as processes, and what they posted."""

import asyncio

from bot.store.connect import open_store
from tests.fakes.discord.shapes import custom_ids
from tests.support.instance import Instance


def can(message, verb):
    """Whether a Discord message has the button."""
    return any(one.startswith(f"gt:{verb}:") for one in custom_ids(message))


def replica(both, folder, redis_url, **more):
    """A process of its own; several on one server are replicas."""
    folder.mkdir()
    them = Instance(folder, both.vendor, redis=redis_url, **({"channels": both.channels()} | more))
    them.environ = both.secrets
    return them


async def recorded(redis_url, folder):
    """Wait until what stands is written down: what a killed courier has in hand is another's a minute later."""
    async with open_store(redis_url, folder) as store, asyncio.timeout(10):
        while not all(row.where for row in await store.views.deliveries("claude")):  # noqa: ASYNC110  (another process)
            await asyncio.sleep(0.02)
