"""Commands that are asked for at the same moment go to the server together, in one round trip.

A round trip costs more than the command in it. Workers that wake at the same time (judges, couriers, jobs) ask without
knowing of each other, so they are gathered here: whatever one turn of the event loop asks for is one pipeline.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from redis.exceptions import (
    ConnectionError,  # noqa: A004 - the client's own
    DataError,
    ReadOnlyError,
    TimeoutError,  # noqa: A004 - the client's own
)

from bot.store.replication import MARK, WAIT_MS, Replication
from bot.supervision import attempted

MOST = 200
"""Commands of one round trip; what is more goes beside it, on another connection."""

CLOSED = "this connection was closed"

Words = Sequence[str | bytes | int | float]
Waiting = tuple[Words, "asyncio.Future[Any]"]


class Batches:
    """The commands of one client. They are not a transaction, and one that is refused concerns no other."""

    def __init__(self, redis: Any) -> None:
        self._redis = redis
        self._primary = Replication(redis)
        self._waiting: list[Waiting] = []
        self._sending: set[asyncio.Task[None]] = set()
        self._closed = False
        self._of = 0

    @property
    def changes(self) -> int:
        """How often another primary took over."""
        return self._primary.changes

    def use(self, redis: Any) -> None:
        """Send by this client from now on."""
        self._redis = redis
        self._primary.use(redis)

    async def reply(self, *words: str | bytes | float) -> Any:
        """One command's reply. Raises what the client raises; a command whose asker is cancelled may still be done."""
        if self._closed:
            raise ConnectionError(CLOSED)
        loop = asyncio.get_running_loop()
        reply: asyncio.Future[Any] = loop.create_future()
        if not self._waiting:
            self._of = self._primary.changes
            loop.call_soon(self._begin)
        self._waiting.append((words, reply))
        return await reply

    async def close(self) -> None:
        """Nobody waits for what is still under way, and nothing is sent any more: nobody would close its connection."""
        self._closed = True
        self._primary.close()
        sending = tuple(self._sending)
        for task in sending:
            task.cancel()
        if sending:
            await asyncio.wait(sending)

    def _begin(self) -> None:
        wanted = [(words, reply) for words, reply in self._waiting if not reply.done()]
        self._waiting = []
        if self._closed:
            for _, reply in wanted:
                reply.set_exception(ConnectionError(CLOSED))
            return
        for first in range(0, len(wanted), MOST):
            task = asyncio.create_task(self._send(wanted[first : first + MOST], self._of), name="store")
            self._sending.add(task)
            task.add_done_callback(self._sending.discard)

    async def _send(self, batch: Sequence[Waiting], of: int) -> None:
        """Never raises: an error is raised where the reply is awaited."""
        try:
            found, error = await attempted(self._sent([words for words, _ in batch], of))
        except asyncio.CancelledError:
            for _, reply in batch:
                reply.cancel()
            raise
        if isinstance(error, DataError | UnicodeError) and len(batch) > 1:
            # Nothing was sent: one command has a word that cannot be, and the others go without it.
            for one in batch:
                await self._send([one], of)
            return
        if isinstance(error, ConnectionError | TimeoutError | OSError):
            self._primary.doubt()
        for (_, reply), one in zip(batch, found or [error] * len(batch), strict=True):
            if reply.done():
                continue
            if isinstance(one, Exception):
                if isinstance(one, ReadOnlyError):
                    self._primary.doubt()
                reply.set_exception(one)
            else:
                reply.set_result(one)

    async def _sent(self, commands: Sequence[Words], of: int) -> list[Any]:
        """`of`: the primary that was known when they were asked for."""
        await self._primary.sure()
        if self._primary.changes != of:
            # What a judge read of the one before must not be written to this one: it may read it here again.
            raise ConnectionError("another primary took over meanwhile")
        replicas = self._primary.waits(commands)
        if not replicas:
            return await self._once(commands)
        for again in (True, False):
            *replies, _, confirmed = await self._once([*commands, MARK, ("WAIT", replicas, WAIT_MS)])
            if isinstance(confirmed, Exception):
                raise confirmed
            if confirmed >= replicas:
                break
            await self._primary.unconfirmed(confirmed, again=again)
            if self._primary.changes != of:
                raise ConnectionError("another primary took over meanwhile")
        return replies

    async def _once(self, commands: Sequence[Words]) -> list[Any]:
        if len(commands) == 1:
            return [await self._redis.execute_command(*commands[0])]
        async with self._redis.pipeline(transaction=False) as pipeline:
            for words in commands:
                pipeline.execute_command(*words)
            replies: list[Any] = await pipeline.execute(raise_on_error=False)
        return replies
