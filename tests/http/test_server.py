"""Inbound HTTP: whoever calls badly is answered or cut off, and holds nobody else up."""

import asyncio
import contextlib
import resource

import httpx
import pytest
from aiohttp import web

from bot.errors import UserError
from bot.http.server import Bounds, HttpServer

SOON = Bounds(body=1_000, head_s=0.6, each_s=0.2, at_once=5)


async def echo(request: web.BaseRequest) -> web.Response:
    return web.Response(body=await request.read())


async def stuck(request: web.BaseRequest) -> web.Response:
    await asyncio.Event().wait()
    raise AssertionError


async def broken(request: web.BaseRequest) -> web.Response:
    raise ValueError("secret inside")


@pytest.fixture
async def server():
    doors = {("POST", "/echo"): echo, ("GET", "/stuck"): stuck, ("GET", "/broken"): broken}
    server = HttpServer("127.0.0.1:0", "tests", doors, SOON)
    async with server.open():
        yield server


@pytest.fixture
async def http(server):
    async with httpx.AsyncClient(base_url=f"http://127.0.0.1:{server.port}") as client:
        yield client


async def raw(server, sent: bytes) -> bytes:
    """What comes back on one connection until it is closed."""
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(sent)
    heard = b""
    with contextlib.suppress(ConnectionError):
        heard = await reader.read()
    writer.close()
    return heard


async def test_doors(http):
    answers = [
        await http.post("/echo", content=b"hi"),
        await http.get("/echo"),
        await http.get("/nothing"),
        await http.post("/echo/", content=b"hi"),
    ]
    assert [a.status_code for a in answers] == [200, 405, 404, 404]
    assert answers[0].content == b"hi"
    assert answers[1].headers["allow"] == "POST"
    assert all(a.headers["connection"] == "close" for a in answers)


async def test_a_body_too_large_is_refused(http):
    """Said beforehand, or found out while it comes."""

    async def chunks():
        for _ in range(100):
            yield b"x" * 100

    assert (await http.post("/echo", content=b"x" * 1_001)).status_code == 413
    assert (await http.post("/echo", content=chunks())).status_code == 413
    assert (await http.post("/echo", content=b"x" * 1_000)).status_code == 200


async def test_a_packed_body_is_not_unpacked(http):
    """What is signed is what came, and nothing small becomes gigabytes."""
    answer = await http.post("/echo", content=b"\x1f\x8b nonsense", headers={"content-encoding": "gzip"})
    assert answer.content == b"\x1f\x8b nonsense"


async def test_a_slow_body_and_a_slow_answer_end(server, http):
    late = await raw(server, b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 10\r\n\r\nhalf")
    assert late.startswith(b"HTTP/1.1 408")
    assert (await http.get("/stuck")).status_code == 503


async def test_a_head_too_large_is_refused(server, caplog):
    """And no log is filled by it."""
    heads = (b"X: " + b"y" * 9_000, b"\r\n".join(b"X-%d: 1" % n for n in range(200)))
    for head in heads:
        heard = await raw(server, b"GET /echo HTTP/1.1\r\nHost: x\r\n" + head + b"\r\n\r\n")
        assert heard.startswith(b"HTTP/1.0 400")
    assert (await raw(server, b"\x16\x03\x01 not http\r\n\r\n")).startswith(b"HTTP/1.0 400")
    assert not caplog.records


async def test_a_head_that_never_ends_is_cut_off(server):
    """Slow-loris ends with the longest time that a connection has."""
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    clock = asyncio.get_running_loop().time
    began = clock()

    async def drip():
        while True:
            writer.write(b"X: y\r\n")
            await writer.drain()
            await asyncio.sleep(0.05)

    writer.write(b"POST /echo HTTP/1.1\r\n")
    async with asyncio.timeout(5):
        with pytest.raises(ConnectionError):
            await drip()
    assert clock() - began >= SOON.head_s
    writer.close()


ASKED = b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n"


async def test_a_silent_crowd_keeps_out_nobody_who_asks(server, caplog):
    """Ten times as many as may be open at a time: each who asks is answered, the oldest of the crowd goes."""
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(10 * SOON.at_once)]
    for _ in range(SOON.at_once):
        assert (await raw(server, ASKED)).startswith(b"HTTP/1.1 200")
    first, last = held[0], held[-1]
    assert not await first[0].read()
    last[1].write(ASKED)
    assert (await last[0].read()).startswith(b"HTTP/1.1 200")
    for _, writer in held:
        writer.close()
    await asyncio.gather(*(writer.wait_closed() for _, writer in held), return_exceptions=True)
    assert [record.levelname for record in caplog.records] == ["WARNING"], "one line, however many"


async def test_a_thousand_idle_connections(caplog):
    """With the bounds that ship: a request is answered at once, and no more descriptors are held than is stated."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
    ships = HttpServer("127.0.0.1:0", "tests", {("POST", "/echo"): echo})
    async with ships.open():
        idle = [await asyncio.open_connection("127.0.0.1", ships.port) for _ in range(1_000)]
        before = asyncio.get_running_loop().time()
        assert (await raw(ships, ASKED)).startswith(b"HTTP/1.1 200")
        assert asyncio.get_running_loop().time() - before < Bounds().head_s
        assert sum(not reader.at_eof() for reader, _ in idle) <= Bounds().at_once
        for _, writer in idle:
            writer.close()
    assert len(caplog.records) == 1


async def test_who_is_being_answered_is_not_dropped(server):
    """Where all that may be open are at work, the newest goes."""
    held = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(SOON.at_once)]
    for _, writer in held:
        writer.write(b"POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\no")
        await writer.drain()
    await asyncio.sleep(0)
    while server.working < SOON.at_once:  # noqa: ASYNC110  (their heads are read by another task)
        await asyncio.sleep(0.001)
    assert not await raw(server, ASKED)
    for reader, writer in held:
        writer.write(b"k")
        assert (await reader.read()).startswith(b"HTTP/1.1 200")
        writer.close()
    assert (await raw(server, ASKED)).startswith(b"HTTP/1.1 200")


async def test_what_breaks_inside_stays_inside(http, caplog):
    answer = await http.get("/broken")
    assert answer.status_code == 500
    assert "secret" not in answer.text
    assert "secret inside" in caplog.text


async def test_a_port_in_use_is_said(server):
    with pytest.raises(UserError, match=f"cannot listen at 127.0.0.1:{server.port} for tests: .*in use"):
        async with HttpServer(f"127.0.0.1:{server.port}", "tests", {}).open():
            pass


async def test_the_end_lets_answers_go_out():
    """What is under way is answered; then the port is free."""
    begun, go = asyncio.Event(), asyncio.Event()

    async def slow(request: web.BaseRequest) -> web.Response:
        begun.set()
        await go.wait()
        return web.Response(text="done")

    server = HttpServer("127.0.0.1:0", "tests", {("GET", "/"): slow})
    async with httpx.AsyncClient() as client:
        async with server.open():
            port = server.port
            asked = asyncio.create_task(client.get(f"http://127.0.0.1:{port}/"))
            await begun.wait()
            asyncio.get_running_loop().call_later(0.1, go.set)
        assert (await asked).text == "done"
    with pytest.raises(OSError, match=r"refused|Connect"):
        await asyncio.open_connection("127.0.0.1", port)
