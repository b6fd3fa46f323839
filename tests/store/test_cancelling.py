"""A worker that is cancelled ends, whatever the client was doing at that moment."""

import asyncio
import random


async def test_no_cancellation_is_swallowed(store):
    """However a cancellation falls together with a reply, the task is gone after it."""
    moments = random.Random(1)

    async def ask_for_ever():
        while True:
            await store.load("claude")

    stuck = 0
    for _ in range(1500):
        task = asyncio.create_task(ask_for_ever())
        await asyncio.sleep(moments.random() * 0.001)
        task.cancel()
        done, _ = await asyncio.wait([task], timeout=1.0)
        stuck += not done
        while not task.done():
            task.cancel()
            await asyncio.wait([task], timeout=0.1)

    assert stuck == 0
