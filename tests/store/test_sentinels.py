"""Which primary several Sentinels name: the one that most of those configured say, else none."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager

import pytest
from redis.exceptions import ConnectionError as AwayError

from bot.store.connect import _two_sentinels
from bot.store.replication import Sentinels
from tests.support.sentinels import free_port


@asynccontextmanager
async def saying(ports: Sequence[int | None]) -> AsyncIterator[Sentinels]:
    """Sentinels that name a primary at these ports; None answers nothing."""

    async with AsyncExitStack() as stack:
        places = []
        for port in ports:
            if port is None:
                places.append(("127.0.0.1", await free_port()))
                continue
            server = await stack.enter_async_context(await asyncio.start_server(_talk(port), "127.0.0.1", 0))
            places.append(("127.0.0.1", server.sockets[0].getsockname()[1]))
        made = Sentinels(places, sentinel_kwargs={"protocol": 2})
        yield made
        for sentinel in made.sentinels:
            await sentinel.aclose()


def _talk(port: int):
    named = b"*2\r\n$9\r\n127.0.0.1\r\n$%d\r\n%d\r\n" % (len(str(port)), port)

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while line := await reader.readline():
            words = [
                (await reader.readexactly(int((await reader.readline())[1:]) + 2))[:-2] for _ in range(int(line[1:]))
            ]
            writer.write(named if words[0] == b"SENTINEL" else b"+OK\r\n")
        writer.close()

    return talk


@pytest.mark.parametrize(("number", "warned"), [(1, False), (2, True), (3, False)])
def test_two_are_too_few(number: int, warned: bool) -> None:
    """With two, neither may be away."""
    said = list(
        _two_sentinels(f"redis+sentinel://me:secret@{','.join(f'h{n}:26379' for n in range(number))}/main?db=0")
    )
    assert bool(said) is warned
    assert all("name three in the store's address" in one and "secret" not in one for one in said)


@pytest.mark.parametrize("ports", [(7001,), (7001, 7001, 7002), (7001, None, 7001), (None, 7001, 7001), (7001, 7001)])
async def test_most_of_those_configured_decide(ports: Sequence[int | None]) -> None:
    """One that has slept through a failover, or is gone, keeps nobody from the store."""
    async with saying(ports) as sentinels:
        assert await sentinels.discover_master("main") == ("127.0.0.1", 7001)


@pytest.mark.parametrize(
    ("ports", "why"),
    [
        ((7001, 7002), "do not agree on a primary"),
        ((7001, 7002, 7003), "do not agree on a primary"),
        ((7001, None, None), "only 1 of 3 Sentinels"),
        ((None, None), "no Sentinel names a primary"),
        ((7001, None), "only 1 of 2 Sentinels"),
    ],
)
async def test_without_a_majority_there_is_no_primary(ports: Sequence[int | None], why: str) -> None:
    """Whoever is cut off with fewer may be on the side of a primary that was replaced."""
    async with saying(ports) as sentinels:
        with pytest.raises(AwayError, match=why):
            await sentinels.discover_master("main")
