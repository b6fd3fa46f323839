"""A cluster asked as if it were one server: what is asked goes to the primary that serves its slot.

Each primary has connections of its own, with all that a single one has: its role is looked at, its replicas confirm
what is written. The library's own cluster client cannot do that: it refuses WAIT in a pipeline, tries again by a map
that may be stale, and believes one node. Here most of the primaries must name a node before it is written to.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from functools import partial
from typing import Any

from redis.asyncio import Redis
from redis.exceptions import (
    AskError,
    ConnectionError,  # noqa: A004 - the client's own
    MovedError,
    RedisError,
    TryAgainError,
)

from bot.store.batching import CLOSED, TAKEN, Batches
from bot.store.slots import Place, SlotMap, View, Words, agreed, slot_of, view_of

log = logging.getLogger(__name__)

FIRST_S, LOOK_S = 3.0, 1.0
"""What a node has to answer at first, its connection included, and later. Where most agree, nobody waits for more."""
PAUSES_S = (0.0, 0.05, 0.1, 0.2, 0.4, 0.8, 1.0)
"""Between the tries of what is asked of a slot that is on its way from one node to another."""

Ask = Callable[[Batches, bool], Awaitable[Any]]
"""What is asked of a server; the second word says whether it is to answer for a slot that is still on its way there."""


class Cluster:
    """All primaries of one cluster, found by `seeds`; `make` gives a client for a node.

    `changes` is how often a primary was replaced. A slot that was moved while its primary lives is no change.
    """

    def __init__(self, seeds: Sequence[Place], make: Callable[[Place], Redis]) -> None:
        self._seeds, self._make = tuple(seeds), make
        self._map = SlotMap()
        self._servers: dict[Place, Batches] = {}
        self._lookers: dict[Place, Any] = {}
        self._replaced: set[Place] = set()
        self._looking: asyncio.Task[None] | None = None
        self._trouble: Exception | None = None
        self._closed = False
        self.changes = 0

    async def reply(self, *words: str | bytes | float) -> Any:
        """One command's reply. Raises what the client raises."""
        return await self._routed(words, lambda server, asking: server.reply(*words, asking=asking))

    async def transaction(self, commands: Sequence[Words]) -> list[Any]:
        """The replies to commands that share a slot, done as one. Raises what the client raises."""
        found: list[Any] = await self._routed(commands[0], lambda server, _: server.transaction(commands))
        return found

    async def primaries(self) -> Sequence[Batches]:
        """Those that serve slots now, in order. Raises ConnectionError where nobody says who does."""
        await self.look()
        return [self._at(place) for place in sorted(self._map.primaries)]

    async def copies(self) -> Mapping[str, Mapping[str, Any]]:
        """Each primary by its address, and its replicas by theirs: what INFO says there, None where nothing."""
        await self.look()
        found = {}
        for primary, replicas in sorted(self._map.replicas.items()):
            told = await asyncio.gather(*(self._asked(place, FIRST_S, "INFO") for place in sorted(replicas)))
            found[_words(primary)] = dict(zip(map(_words, sorted(replicas)), told, strict=True))
        return found

    async def look(self) -> None:
        """Find out who serves what. All who ask meanwhile wait for the same answer.

        Raises ConnectionError where most of the primaries do not say.
        """
        if self._looking is None or self._looking.done():
            if self._closed:
                raise ConnectionError(CLOSED)
            self._looking = asyncio.create_task(self._look(), name="store: cluster")
            self._looking.add_done_callback(lambda task: task.cancelled() or task.exception())
        await asyncio.shield(self._looking)

    async def close(self) -> None:
        """End all connections; what is asked for later is refused."""
        await self._ended([server.close() for server in self._servers.values()])

    async def abandon(self) -> None:
        """As `close`, and what is under way fails: others take it over."""
        await self._ended([server.abandon() for server in self._servers.values()])

    async def _ended(self, endings: Sequence[Awaitable[None]]) -> None:
        self._closed = True
        if self._looking is not None:
            self._looking.cancel()
        await asyncio.gather(*endings, *(looker.aclose() for looker in self._lookers.values()))

    async def _routed(self, words: Words, ask: Ask) -> Any:
        before, slot = self.changes, slot_of(words)
        for pause_s in PAUSES_S:
            server = await self._server(slot)
            try:
                return await self._answered(server, ask)
            except MovedError:
                await self.look()
            except (AskError, TryAgainError):
                pass
            if self.changes != before:
                # What a judge read of the one before must not be written to this one: it may read it here again.
                raise ConnectionError(TAKEN)
            await asyncio.sleep(pause_s)
        raise ConnectionError(f"slot {slot} is being moved from one node of the cluster to another")

    async def _answered(self, server: Batches, ask: Ask) -> Any:
        try:
            return await ask(server, False)
        except MovedError:
            raise
        except AskError as error:
            return await ask(self._at((error.host or _host(server), error.port)), True)

    async def _server(self, slot: int) -> Batches:
        if self._closed:
            raise ConnectionError(CLOSED)
        if self._map.owner(slot) is None:
            await self.look()
        place = self._map.owner(slot)
        if place is None:
            raise ConnectionError(f"most primaries of the cluster do not say who serves slot {slot}")
        return self._at(place)

    def _at(self, place: Place) -> Batches:
        if place not in self._servers:
            self._servers[place] = Batches(self._make(place), _words(place), partial(self._named, place))
        return self._servers[place]

    async def _named(self, place: Place) -> None:
        """Raises ConnectionError where another node has taken over from this one, or nobody can tell."""
        await self.look()
        if place in self._replaced:
            raise ConnectionError(TAKEN)

    async def _look(self) -> None:
        self._trouble = None
        found = await self._found(self._map.primaries)
        if not found.primaries:
            found = await self._found(self._seeds)
        if not found.primaries:
            apart = ConnectionError("most primaries of the cluster do not answer, or do not agree who serves what")
            raise apart if self._map.primaries else self._trouble or apart
        gone, self._map = self._map.primaries - found.primaries, found
        self._replaced = (self._replaced | gone) - found.primaries
        self.changes += len(gone)
        for place in gone:
            log.warning("the cluster's primary %s was replaced, or serves nothing any more", _words(place))
            server, looker = self._servers.pop(place, None), self._lookers.pop(place, None)
            if server is not None:
                await server.abandon()
            if looker is not None:
                await looker.aclose()

    async def _found(self, places: Sequence[Place] | frozenset[Place]) -> SlotMap:
        """What most primaries say, found out from these nodes on; as soon as enough of them agree on every slot."""
        views: dict[Place, View | None] = {}
        asking: dict[asyncio.Task[View | None], Place] = {}
        wanted, found = set(places), SlotMap()
        try:
            while not found.whole:
                for place in wanted - views.keys() - set(asking.values()):
                    asking[asyncio.create_task(self._said(place))] = place
                if not asking:
                    break
                done, _ = await asyncio.wait(asking, return_when=asyncio.FIRST_COMPLETED)
                views |= {asking.pop(task): task.result() for task in done}
                voters = {one.primary for view in views.values() for one in view or () if one.primary}
                found = agreed({voter: views.get(voter) for voter in voters})
                wanted |= voters
        finally:
            for task in asking:
                task.cancel()
        return found

    async def _said(self, place: Place) -> View | None:
        reply = await self._asked(place, LOOK_S if self._map.primaries else FIRST_S, "CLUSTER", "SLOTS")
        return None if reply is None else view_of(reply, place)

    async def _asked(self, place: Place, within_s: float, *words: str) -> Any:
        """The reply of any node, a replica too, on a connection of its own; None where none comes in time."""
        if place not in self._lookers:
            self._lookers[place] = self._make(place)
        try:
            async with asyncio.timeout(within_s):
                return await self._lookers[place].execute_command(*words)
        except (RedisError, OSError, TimeoutError) as error:
            log.debug("%s of the cluster does not answer: %s", _words(place), error)
            self._trouble = error
            return None


def _words(place: Place) -> str:
    host, port = place
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _host(server: Batches) -> str:
    return server.name.rpartition(":")[0].strip("[]")
