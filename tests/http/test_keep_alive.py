"""Connections that are kept: used again, ended when idle, and bounded in number."""

import asyncio
import contextlib

import httpx
import pytest
from aiohttp import web

from bot.errors import UserError
from bot.http.keep_alive import KeepAliveBounds, KeepAliveServer, streaming

QUICK = KeepAliveBounds(body=1_000, head_s=0.4, idle_s=0.4, at_once=3)


async def answer(request: web.BaseRequest) -> web.StreamResponse:
    if request.path == "/stream":
        streaming(request)
        response = web.StreamResponse()
        await response.prepare(request)
        await response.write(b"begun")
        await asyncio.sleep(1.2)
        await response.write(b" and ended")
        return response
    return web.Response(text=request.path)


@pytest.fixture
async def server():
    server = KeepAliveServer("127.0.0.1:0", "tests", answer, QUICK)
    async with server.open():
        yield server


async def connected(server):
    return await asyncio.open_connection("127.0.0.1", server.port)


async def ended(reader) -> bytes:
    """What came until the connection was closed."""
    heard = b""
    with contextlib.suppress(ConnectionError):
        async with asyncio.timeout(10):
            heard = await reader.read()
    return heard


async def test_a_connection_serves_many_requests(server):
    """One connection for all."""
    reader, writer = await connected(server)
    for n in range(3):
        writer.write(f"GET /{n} HTTP/1.1\r\nHost: x\r\n\r\n".encode())
        head = await reader.readuntil(b"\r\n\r\n")
        assert b"200 OK" in head
        assert await reader.readexactly(2) == f"/{n}".encode()
    assert server.connections == 1
    assert await ended(reader) == b""
    assert server.connections == 0
    writer.close()


@pytest.mark.parametrize("sent", [b"", b"GET / HT"])
async def test_who_sends_no_whole_head_is_cut_off(server, sent):
    """Silent, or slow for ever."""
    reader, writer = await connected(server)
    writer.write(sent)
    await ended(reader)
    assert server.connections == 0
    writer.close()


async def test_of_too_many_the_one_idle_for_longest_goes(server):
    """The newest is served."""
    opened = [await connected(server) for _ in range(3)]
    await asyncio.sleep(0.05)
    async with httpx.AsyncClient() as client:
        assert (await client.get(f"http://127.0.0.1:{server.port}/new")).text == "/new"
    assert await ended(opened[0][0]) == b""
    for _, writer in opened:
        writer.close()


async def test_a_stream_outlives_the_idle_time(server):
    """It is neither idle nor late."""
    async with httpx.AsyncClient(timeout=10) as client:
        assert (await client.get(f"http://127.0.0.1:{server.port}/stream")).text == "begun and ended"


async def test_where_all_are_busy_the_newest_is_refused(server):
    """Nobody is cut off in the middle."""
    async with httpx.AsyncClient(timeout=10) as client:
        streams = [asyncio.create_task(client.get(f"http://127.0.0.1:{server.port}/stream")) for _ in range(3)]
        await asyncio.sleep(0.3)
        reader, writer = await connected(server)
        assert await ended(reader) == b""
        writer.close()
        assert [(await one).text for one in streams] == ["begun and ended"] * 3


async def test_a_taken_port_is_one_sentence(server):
    with pytest.raises(UserError, match=r"cannot listen at 127\.0\.0\.1:\d+ for others"):
        async with KeepAliveServer(f"127.0.0.1:{server.port}", "others", answer).open():
            pass
