"""Backup and restore as whole operations, and what is forgotten of a person: those that write need the store alone."""

from collections.abc import AsyncIterator, Callable, Iterable

from bot.errors import UserError
from bot.store import keys, schema
from bot.store.archive import KeyRecord, exported, found, read_line, rewritten
from bot.store.client import RedisClient

HELD = frozenset({"lease", "turn"})
"""Keys of these kinds live for seconds: somebody is at work."""


class Backup:
    """One store's. Operations raise `StoreError`."""

    def __init__(self, link: RedisClient) -> None:
        self._link = link

    async def schema(self) -> int:
        """The state schema of what stands there, 0 for an empty store. Raises UserError for a newer store."""
        await schema.ready(self._link, writes=False)
        return (await schema.schema_of(self._link))[0]

    def lines(self) -> AsyncIterator[KeyRecord]:
        """Every key but leases and secrets, also while others write; each service as it was at one moment."""
        return exported(self._link)

    async def alone(self) -> None:
        """Raises UserError while a Groundtruth works on this store."""
        busy = [key for key in await found(self._link) if keys.kind_name(key) in HELD]
        if busy:
            raise UserError("Groundtruth runs on this store: stop every process of it, and try again in ten seconds")

    async def restore(self, rows: Iterable[tuple[int, str]], of_schema: int, *, replace: bool) -> int:
        """Write the lines of a backup, each with its number, of that schema; how many.

        Raises UserError for a store that is not empty (unless `replace`), and for a line that is none.
        """
        await self.alone()
        there = await found(self._link)
        if there and not replace:
            raise UserError(
                f"the store is not empty ({len(there)} keys): restore into an empty one, or give --replace to throw"
                " away what it holds"
            )
        if of_schema > schema.CURRENT:
            raise UserError(schema.newer(of_schema, "a newer version"))
        await self._link.call("SET", keys.STATE_SCHEMA, schema.RESTORING)
        for key in there:
            if key != keys.STATE_SCHEMA:
                await self._link.call("DEL", key)
        count = 0
        for number, text in rows:
            await rewritten(self._link, read_line(text, number))
            count += 1
        await schema.mark(self._link, of_schema)
        await schema.ready(self._link, writes=True)
        return count

    async def change(self, changed: Callable[[KeyRecord], KeyRecord]) -> dict[str, int]:
        """Put each key through `changed` and write those that differ; how many keys of each kind. Needs it alone."""
        await self.alone()
        counts: dict[str, int] = {}
        async for line in exported(self._link):
            after = changed(line)
            if after != line:
                await rewritten(self._link, after)
                kind = keys.kind_name(line.key)
                counts[kind] = counts.get(kind, 0) + 1
        return counts
