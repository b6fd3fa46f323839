"""The state schema: a store of an older version is brought forward, one of a newer version is left alone.

Stores of 0.1.0 have no mark and count as schema 1. A step may run twice: the mark moves only after it.
"""

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Mapping
from importlib.metadata import version

from bot.errors import UserError
from bot.store import keys
from bot.store.archive import found
from bot.store.client import RedisClient, text

UNMARKED = 1
CURRENT = 3
RESTORING = b"restoring"
"""The mark while a backup is written: what stands there is half a store."""

Step = Callable[[RedisClient], Awaitable[None]]


async def _forget_health(link: RedisClient) -> None:
    """1 to 2: the signs of 0.1.0's processes; they would be shown until they are a day old."""
    await link.call("DEL", keys.HEALTH)


async def _as_it_is(_: RedisClient) -> None:
    """2 to 3: buckets of history may have first tokens from now on; those without are read as they are."""


STEPS: Mapping[int, Step] = {1: _forget_health, 2: _as_it_is}
"""From which schema -> what brings a store to the next one."""


async def schema_of(link: RedisClient) -> tuple[int, str]:
    """The schema of a store, and the version that marked it; (0, "") for an empty store.

    Raises StoreError, and UserError for a mark that nobody can read.
    """
    raw = await link.call("GET", keys.STATE_SCHEMA)
    if raw is None:
        return (UNMARKED, "0.1.0") if await found(link) else (0, "")
    if raw == RESTORING:
        raise UserError("a restore into this store did not end: run `groundtruth restore --replace FILE` again")
    try:
        mark = json.loads(text(raw))
        return int(mark["schema"]), str(mark["version"])[:40]
    except (ValueError, KeyError, TypeError):
        raise UserError(f"the store's mark {keys.STATE_SCHEMA} is damaged: restore a backup") from None


async def ready(link: RedisClient, *, writes: bool, steps: Mapping[int, Step] = STEPS, current: int = CURRENT) -> None:
    """Refuse a newer store; bring an older one forward where this process `writes`.

    Raises:
        UserError: the store is newer than this version.
        StoreError: the store is away.
    """
    schema, marked_by = await schema_of(link)
    if schema > current:
        raise UserError(newer(schema, marked_by, current))
    if not writes:
        return
    for number in range(schema or current, current):
        await steps[number](link)
        await mark(link, number + 1)
    if schema == 0:
        await mark(link, current)


def newer(schema: int, marked_by: str, current: int = CURRENT) -> str:
    """What to do about a store that a newer version wrote."""
    return (
        f"this store was written by Groundtruth {marked_by} (state schema {schema}); this is"
        f" {version('groundtruth')}, which reads schemas up to {current}: install {marked_by} or newer, or restore a"
        " backup that was made before the upgrade into an empty store (`groundtruth restore`)"
    )


async def mark(link: RedisClient, schema: int) -> None:
    """Write down which schema the store has now."""
    await link.call("SET", keys.STATE_SCHEMA, _mark(schema))


def _mark(schema: int) -> str:
    return json.dumps({"schema": schema, "version": version("groundtruth"), "id": secrets.token_hex(8)})


async def identity(link: RedisClient) -> tuple[str, ...]:
    """Names of this store's parts alone: one that was emptied, or restored, has another one. Raises StoreError.

    A cluster has several parts, so that a node that was emptied is noticed; one server has one.
    """
    return tuple(await asyncio.gather(*(_identity(link, keys.schema(tag)) for tag in link.parts)))


async def _identity(link: RedisClient, key: str) -> str:
    raw = await link.call("GET", key)
    if raw is None:
        await link.call("SET", key, _mark(CURRENT), "NX")
        raw = await link.call("GET", key)
    try:
        return str(json.loads(text(raw)).get("id") or text(raw))
    except (ValueError, AttributeError):
        return text(raw)
