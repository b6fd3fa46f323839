"""Commands that are asked for at the same moment go to the server together, in one round trip.

A round trip costs more than the command in it. Workers that wake at the same time (judges, couriers, jobs) ask without
knowing of each other, so they are gathered here: whatever one turn of the event loop asks for is one pipeline.
"""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from redis.asyncio.sentinel import SentinelConnectionPool
from redis.exceptions import (
    AskError,
    ConnectionError,  # noqa: A004 - the client's own
    DataError,
    MovedError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 - the client's own
    TryAgainError,
)

from bot.store.replication import WAIT_MS, Named, Replication, marked, writes
from bot.store.slots import Words
from bot.supervision import attempted

MOST = 200
"""Commands of one round trip; what is more goes beside it, on another connection."""
LATE_S, AGAIN_S = 1.5, 0.5
"""After this, more than replicas take to confirm, it is found out whether the server is still the one; and so on."""

CLOSED = "this connection was closed"
TAKEN = "another primary took over meanwhile"


class PendingCommand(NamedTuple):
    """A command and whoever waits for its reply; `asking`: its slot is on its way to this server."""

    words: Words
    asking: bool
    reply: "asyncio.Future[Any]"


class Batches:
    """The commands of one client. They are not a transaction, and one that is refused concerns no other.

    `name` is the address where there are several servers; `named` raises where this is none of its cluster any more.
    """

    def __init__(self, redis: Any, name: str = "", named: Named | None = None) -> None:
        self.name = name
        self._redis = redis
        self._primary = Replication(redis, named)
        self._waiting: list[PendingCommand] = []
        self._sending: dict[asyncio.Task[None], Sequence[PendingCommand]] = {}
        self._closed = self._abandoned = False
        self._of = 0

    @property
    def changes(self) -> int:
        """How often another primary took over."""
        return self._primary.changes

    async def primaries(self) -> "Sequence[Batches]":
        """Itself: the only one."""
        return (self,)

    async def copies(self) -> Mapping[str, Mapping[str, Any]]:
        """Nobody's: replicas of a single server are looked after by others."""
        return {}

    async def reply(self, *words: str | bytes | float, asking: bool = False) -> Any:
        """One command's reply. Raises what the client raises; a command whose asker is cancelled may still be done."""
        if self._closed:
            raise ConnectionError(CLOSED)
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            self._of = self._primary.changes
            loop.call_soon(self._begin)
        self._waiting.append(PendingCommand(words, asking, reply))
        return await reply

    async def transaction(self, commands: Sequence[Words]) -> list[Any]:
        """The replies to several commands, done as one. Raises what the client raises."""
        if self._closed:
            raise ConnectionError(CLOSED)
        async with self._redis.pipeline(transaction=True) as pipeline:
            for words in commands:
                pipeline.execute_command(*words)
            replies: list[Any] = await pipeline.execute()
        return replies

    async def close(self) -> None:
        """Nobody waits for what is still under way, and nothing is sent any more: nobody would close its connection."""
        self._closed = True
        self._primary.close()
        await self._end()

    async def abandon(self) -> None:
        """Another server is asked from now on: what is under way fails."""
        self._closed = self._abandoned = True
        await self._end()

    async def _end(self) -> None:
        sending = dict(self._sending)
        for task, batch in sending.items():
            task.cancel()
            # Here, for a task that has not begun yet never learns of it.
            for one in batch:
                self._cancelled(one.reply)
        if sending:
            await asyncio.wait(sending)
        pool = self._redis.connection_pool
        sentinels = pool.sentinel_manager.sentinels if isinstance(pool, SentinelConnectionPool) else ()
        for client in (self._redis, *sentinels):
            await client.aclose()

    def _begin(self) -> None:
        wanted = [one for one in self._waiting if not one.reply.done()]
        self._waiting = []
        if self._closed:
            for one in wanted:
                one.reply.set_exception(ConnectionError(CLOSED))
            return
        for first in range(0, len(wanted), MOST):
            batch = wanted[first : first + MOST]
            task = asyncio.create_task(self._send(batch, self._of), name="store")
            self._sending[task] = batch
            task.add_done_callback(self._sending.pop)

    async def _send(self, batch: Sequence[PendingCommand], of: int) -> None:
        """Never raises: an error is raised where the reply is awaited."""
        timers: list[asyncio.TimerHandle] = []
        timers.append(asyncio.get_running_loop().call_later(LATE_S, self._late, timers))
        try:
            found, error = await attempted(self._sent(batch, of))
        except asyncio.CancelledError:
            for one in batch:
                self._cancelled(one.reply)
            raise
        finally:
            timers.pop().cancel()
        if isinstance(error, DataError | UnicodeError) and len(batch) > 1:
            # Nothing was sent: one command has a word that cannot be, and the others go without it.
            for one in batch:
                await self._send([one], of)
            return
        if isinstance(error, ConnectionError | TimeoutError | OSError):
            self._primary.doubt()
        for (_, _, reply), said in zip(batch, found or [error] * len(batch), strict=True):
            if reply.done():
                continue
            if isinstance(said, Exception):
                if isinstance(said, ReadOnlyError):
                    self._primary.doubt()
                reply.set_exception(said)
            else:
                reply.set_result(said)

    def _late(self, timers: list[asyncio.TimerHandle]) -> None:
        self._primary.look()
        timers[:] = [asyncio.get_running_loop().call_later(AGAIN_S, self._late, timers)]

    def _cancelled(self, reply: "asyncio.Future[Any]") -> None:
        if not self._abandoned:
            reply.cancel()
        elif not reply.done():
            reply.set_exception(ConnectionError(TAKEN))

    async def _sent(self, batch: Sequence[PendingCommand], of: int) -> list[Any]:
        """`of`: the primary that was known when they were asked for."""
        await self._primary.sure()
        if self._primary.changes != of:
            # What a judge read of the one before must not be written to this one: it may read it here again.
            raise ConnectionError(TAKEN)
        commands, at = _flat(batch)
        replicas = self._primary.waits(commands)
        replies = await (self._confirmed(commands, replicas, of) if replicas else self._once(commands))
        return [replies[place] for place in at]

    async def _confirmed(self, commands: Sequence[Words], replicas: int, of: int) -> list[Any]:
        """The replies, once so many replicas have what was written, or as many as there are."""
        mark = marked(commands)
        for again in (True, False):
            found = await self._once([*commands, *mark, ("WAIT", replicas, WAIT_MS)])
            replies, marking, confirmed = found[: len(commands)], found[len(commands) : -1], found[-1]
            if isinstance(confirmed, Exception):
                raise confirmed
            if marking and isinstance(marking[0], AskError):
                # The slot is on its way to another node, so nobody confirms anything. What was written may be repeated.
                moving = marking[0] if isinstance(marking[0], MovedError) else TryAgainError(str(marking[0]))
                return [moving if writes(words) else said for words, said in zip(commands, replies, strict=True)]
            if confirmed >= replicas:
                break
            await self._primary.unconfirmed(confirmed, again=again)
            if self._primary.changes != of:
                raise ConnectionError(TAKEN)
        return replies

    async def _once(self, commands: Sequence[Words]) -> list[Any]:
        if len(commands) == 1:
            return [await self._redis.execute_command(*commands[0])]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for words in commands:
                pipeline.execute_command(*words)
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        return replies


def _flat(batch: Sequence[PendingCommand]) -> tuple[list[Words], list[int]]:
    """What is sent, and where in it the commands themselves stand."""
    commands, at = list[Words](), []
    for words, asking, _ in batch:
        commands += [("ASKING",), words] if asking else [words]
        at.append(len(commands) - 1)
    return commands, at
