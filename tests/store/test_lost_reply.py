"""The worst moment of a connection: the server has done it, and the reply never comes."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from bot.store.connect import open_store
from bot.store.store import Store
from bot.store.types import START, Commit, Token
from tests.support.writes import SERVICE, claim_one, delivery, leased, say


class Thief:
    """Between client and server on a socket of its own; while `steals`, a reply is taken and the line is cut."""

    def __init__(self, server: str, path: Path) -> None:
        self._server = server.removeprefix("unix://")
        self.path = path
        self.steals = False
        self.stolen = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        replies, requests = await asyncio.open_unix_connection(self._server)
        forth = asyncio.create_task(self._forth(reader, requests))
        while reply := await replies.read(65_536):
            if self.steals:
                self.steals, self.stolen = False, self.stolen + 1
                break
            writer.write(reply)
        forth.cancel()
        for line in (writer, requests):
            line.close()

    async def _forth(self, reader: asyncio.StreamReader, requests: asyncio.StreamWriter) -> None:
        while words := await reader.read(65_536):
            requests.write(words)
        requests.close()


@asynccontextmanager
async def robbed(redis_url: str, tmp_path: Path) -> AsyncIterator[tuple[Store, Thief]]:
    thief = Thief(redis_url, tmp_path / "t")
    async with (
        await asyncio.start_unix_server(thief.serve, thief.path),
        open_store(f"unix://{thief.path}", tmp_path) as store,
    ):
        yield store, thief


async def append(store: Store, _token: Token = "") -> None:
    assert (await store.append(SERVICE, "run1", 1, [b"a", b"b"])).last_seq == 2


async def commit(store: Store, token: Token) -> None:
    writes = (delivery(trail=("line",)),)
    assert await store.commit(SERVICE, token, Commit(START, b"s", deliveries=writes, log=("opened",)))


async def lease_and_commit(store: Store, _token: Token) -> None:
    token = await leased(store)
    assert await store.commit(SERVICE, token, Commit(START, b"s", log=("opened",)))


@pytest.mark.parametrize("operation", [append, commit, lease_and_commit])
async def test_a_stolen_reply_is_asked_for_again(
    redis_url: str, tmp_path: Path, operation: Callable[[Store, Token], Awaitable[None]]
) -> None:
    """The client sends the operation again; it had been done, and is not done twice."""
    async with robbed(redis_url, tmp_path) as (store, thief):
        await append(store)
        token = await leased(store)
        assert token.startswith("1.")
        thief.steals = True
        await operation(store, token)
        assert thief.stolen == 1
        assert len(await store.read(SERVICE)) == 2
        lines = await store.views.timeline(SERVICE)
        assert lines == ([] if operation is append else ["opened"])


async def test_a_stolen_settlement_is_believed(redis_url: str, tmp_path: Path) -> None:
    """A courier whose `done` was done is told so when the client asks again, not that its claim is gone."""
    async with robbed(redis_url, tmp_path) as (store, thief):
        await say(store, delivery())
        claimed = await claim_one(store, 0.0)
        await store.ping()
        thief.steals = True
        assert await store.outbox.done(claimed, 1, 0, "{}")
        assert thief.stolen == 1
        assert await store.outbox.next_due(SERVICE, "console") is None
