"""Whether what is written lasts: it is on the primary that most Sentinels or primaries name, and on its replicas.

A primary that was cut off or suspended goes on taking writes until somebody tells it that another took its place, and
what it took is lost. So whoever writes waits for all replicas: of a primary that was replaced one at least has left.
Where one does not confirm, everything is sent again by new connections, and fewer will do only if it is still the one.
"""

import asyncio
import logging
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from typing import Any

from redis.asyncio.sentinel import Sentinel, SentinelConnectionPool
from redis.exceptions import ConnectionError, RedisError, ResponseError  # noqa: A004 - the client's own

from bot.store import keys
from bot.store.slots import Words, tag_of

log = logging.getLogger(__name__)

WAIT_MS = 1_000
CHECK_S = 2.0
"""How often the primary and its replicas are looked at while something is asked of them."""
ALONE_S = 10.0
"""A replica that confirms nothing is not waited for again for so long (seconds)."""
SENTINEL_S = 1.0
"""What a Sentinel has to answer; another one may know."""
ROLE_S = 2.0
"""What a primary that may be replaced has to say what it is."""
SCRIPTS, WRITES = frozenset({"EVALSHA", "EVAL"}), frozenset({"SET", "HSET", "HDEL"})

Named = Callable[[], Awaitable[None]]
"""Raises ConnectionError where a server serves nothing of its cluster any more, or nobody can tell."""


def writes(words: Words) -> bool:
    """Whether replicas are waited for after a command: a script with keys, what processes or people tell each other."""
    return words[0] in WRITES or (words[0] in SCRIPTS and bool(words[2]))


def marked(commands: Sequence[Words]) -> list[Words]:
    """A write beside the first of these that writes, on the same node of a cluster.

    Sent before WAIT, which waits for the writes of its own connection: what was sent again may have written nothing.
    There is none where a slot is on its way to the node: the key would be here and, until it is moved, there.
    """
    first = next((number for number, words in enumerate(commands) if writes(words)), 0)
    if first and commands[first - 1] == ("ASKING",):
        return []
    return [("SET", keys.confirmed(tag_of(commands[first])), "", "EX", keys.CONFIRMED_TTL_S)]


class Sentinels(Sentinel):
    """Several that must agree. They name a promoted replica sooner in this answer than in the one the library reads."""

    address: tuple[str, int] | None = None
    changes = 0
    """How often another primary took over; every new connection asks."""

    async def discover_master(self, service_name: str) -> tuple[str, int]:
        """The address of the primary that most of those configured name. Raises ConnectionError where there is none.

        One that missed a failover decides nothing; nor do those that a cut network leaves with the primary before.
        """
        said = Counter(one for one in await asyncio.gather(*(_said(s, service_name) for s in self.sentinels)) if one)
        found, votes = said.most_common(1)[0] if said else (("", 0), 0)
        if 2 * votes <= len(self.sentinels):
            why = "no Sentinel names a primary" if not said else "the Sentinels do not agree on a primary"
            if len(said) == 1:
                why = f"only {votes} of {len(self.sentinels)} Sentinels that are configured name a primary"
            raise ConnectionError(f"{why} for {service_name!r}")
        if self.address is not None and found != self.address:
            self.changes += 1
            log.warning("the store's primary is now %s:%d (before: %s:%d)", *found, *self.address)
        self.address = found
        return found


class Replication:
    """The primary behind one client; of a cluster it must be `named`."""

    def __init__(self, redis: Any, named: Named | None = None) -> None:
        self._redis, self._named = redis, named
        self._writable = False
        self._replicas = self._fewer = 0
        self._due = self._fewer_until = float("-inf")
        self._checking: asyncio.Task[bool] | None = None
        self._asking: asyncio.Future[None] | None = None

    def doubt(self) -> None:
        """Something failed: before anything else is sent it is found out who is the primary."""
        self._due = float("-inf")

    @property
    def changes(self) -> int:
        """How often another primary took over: what was read before belongs to the one before."""
        pool = self._redis.connection_pool
        return pool.sentinel_manager.changes if isinstance(pool, SentinelConnectionPool) else 0

    def waits(self, commands: Sequence[Sequence[Any]]) -> int:
        """How many replicas must confirm these."""
        return self._replicas if any(map(writes, commands)) else 0

    async def sure(self) -> bool:
        """Find out who is the primary, where that was not done lately; whether it is another one than before.

        Raises ConnectionError where it cannot be told, and whatever else the client raises.
        """
        if asyncio.get_running_loop().time() < self._due:
            return False
        return await asyncio.shield(self._check_once())

    def _check_once(self) -> asyncio.Task[bool]:
        """All who ask meanwhile wait for the same answer."""
        if self._checking is None or self._checking.done():
            self._checking = asyncio.create_task(self._check(), name="store: primary")
            self._checking.add_done_callback(lambda task: task.cancelled() or task.exception())
        return self._checking

    async def unconfirmed(self, by: int, *, again: bool) -> None:
        """Only so many replicas confirm it: it may be sent `again`, on new connections; else that must do.

        Raises ConnectionError where the primary has changed meanwhile.
        """
        self.doubt()
        if again:
            await self._redis.connection_pool.disconnect()
            await self.sure()
            return
        if await self.sure():
            raise ConnectionError("another primary took over meanwhile")
        if by < self._replicas:
            log.warning("%d of %d replicas of the store confirm writes", by, self._replicas)
        self._replicas = self._fewer = min(by, self._replicas)
        self._fewer_until = asyncio.get_running_loop().time() + ALONE_S

    def look(self) -> None:
        """Something takes long: find out meanwhile who is the primary; what the one before has to answer fails then."""
        self.doubt()
        self._check_once()
        # The check may itself wait for this server, and others know.
        if self._named is not None and (self._asking is None or self._asking.done()):
            self._asking = asyncio.ensure_future(self._named())
            self._asking.add_done_callback(lambda task: task.cancelled() or task.exception())

    def close(self) -> None:
        """Nobody asks any more."""
        for task in (self._checking, self._asking):
            if task is not None:
                task.cancel()

    async def _check(self) -> bool:
        pool, loop = self._redis.connection_pool, asyncio.get_running_loop()
        changed = False
        if self._named is not None:
            await self._named()
        if isinstance(pool, SentinelConnectionPool):
            before = self.changes
            await pool.sentinel_manager.discover_master(pool.service_name)
            changed = self.changes != before
            if changed:
                await pool.disconnect()
        watched = self._named is not None or isinstance(pool, SentinelConnectionPool)
        try:
            async with asyncio.timeout(ROLE_S if watched else None):
                role = await self._redis.execute_command("ROLE")
        except ResponseError:
            # Not for this user, or not known there.
            role = []
        if role and role[0] == b"slave" and (self._writable or watched):
            await pool.disconnect()
            raise ConnectionError("this server is a replica now: nothing can be written there")
        self._writable = bool(role and role[0] == b"master")
        self._replicas = len(role[2]) if role and role[0] == b"master" else 0
        if loop.time() < self._fewer_until:
            self._replicas = min(self._replicas, self._fewer)
        self._due = loop.time() + CHECK_S
        return changed


async def _said(sentinel: Any, name: str) -> tuple[str, int] | None:
    try:
        async with asyncio.timeout(SENTINEL_S):
            reply = await sentinel.execute_command("SENTINEL", "GET-MASTER-ADDR-BY-NAME", name)
    except (RedisError, OSError, TimeoutError):
        return None
    if not reply:
        return None
    host, port = (part.decode() if isinstance(part, bytes) else str(part) for part in reply)
    return host, int(port)
