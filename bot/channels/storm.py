"""People are called once a storm: who is looking already need not be called by each further message."""

from bot.channels.context import KeyValues
from bot.errors import StoreError

STORM_S = 120.0
"""Longer than it takes until the one message about all the others is posted."""


async def may_call(memory: KeyValues, name: str, place: str, key: str) -> bool:
    """Whether the message of that key is the one that calls people in a place of the channel `name`.

    The first alarm does, and every further try at the same message. While the store is away each does: a call too many
    is better than none.
    """
    note = f"{name}:called:{place}"
    try:
        if await memory.set_once(note, STORM_S):
            await memory.put(f"{note}:by", key, STORM_S)
            return True
        return await memory.get(f"{note}:by") == key
    except StoreError:
        return True
