"""Servers that say very much and nothing: what is read is bounded in bytes, and the loop is never held up."""

import asyncio

import pytest

from probes.transport.client import Transport
from probes.transport.connection import HEAD_BYTES
from probes.transport.request import Request
from tests.fakes.web import Asked, Wire, answer, head, in_turn, serve


async def test_interim_answers_without_end(transport: Transport) -> None:
    """103 after 103: an error long before the deadline."""

    async def flood(_asked: Asked, wire: Wire) -> None:
        while True:
            await wire.send(head(103, {"link": "</a.css>"}) * 1000)

    async with serve(flood) as site:
        got = await transport.fetch(Request(site.url(), 20))
        await site.all_closed()
    assert got.error is not None
    assert (got.error.kind, got.error.text) == ("protocol", "headers without end")


async def test_some_interim_answers_are_read_over(transport: Transport) -> None:
    """As servers send that take their time."""

    async def patient(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(103, {"link": "</a.css>"}) * 20 + head(200, length=2) + b"ok")

    async with serve(patient) as site:
        assert (await transport.fetch(Request(site.url(), 5))).body == b"ok"


async def test_chunks_of_hardly_anything(transport: Transport) -> None:
    """A byte in each, behind a long extension: the bytes on the wire count."""
    sent = 0

    async def flood(_asked: Asked, wire: Wire) -> None:
        nonlocal sent
        await wire.send(head(200, {"transfer-encoding": "chunked"}))
        while True:
            await wire.send((b"1;" + b"e" * 1000 + b"\r\nx\r\n") * 50)
            sent += 50

    async with serve(flood) as site:
        got = await transport.fetch(Request(site.url(), 20, max_bytes=100_000))
        await site.all_closed()
    assert (got.truncated, got.error) == (True, None)
    assert 0 < len(got.body) < 2_000


async def test_a_long_head_in_one_piece(transport: Transport) -> None:
    """However it comes: above the bound it is refused."""
    page = head(200, {f"x-{n}": "v" * 1500 for n in range(200)}, 1) + b"x"
    assert len(page) > 2 * HEAD_BYTES

    async def script(_asked: Asked, wire: Wire) -> None:
        await wire.send(page)

    async with serve(script) as site:
        got = await transport.fetch(Request(site.url(), 5))
    assert got.error is not None
    assert (got.error.kind, got.error.text) == ("protocol", "headers without end")


async def test_others_have_their_turn_while_much_is_read() -> None:
    """What lies there is handed out in pieces, with a turn of the loop before the next."""
    async with (
        serve(answer(b"x" * 400_000)) as site,
        Transport() as transport,
        transport.stream(Request(site.url(), 5)) as flow,
    ):
        wire = flow.connection.wire
        wire.data_received(b"y" * 500_000)
        turns = 0

        async def others() -> None:
            nonlocal turns
            while True:
                turns += 1
                await asyncio.sleep(0)

        running = asyncio.create_task(others())
        sizes = [len(await wire.read()) for _ in range(7)]
        running.cancel()
    assert max(sizes) == 64 * 1024
    assert turns >= 6


@pytest.mark.parametrize("more", [b"HTTP/1.1 200 OK\r\n\r\n", b"x"])
async def test_a_connection_with_more_than_the_answer_is_not_kept(transport: Transport, more: bytes) -> None:
    """What follows in the same piece belongs to nothing that was asked."""

    async def talkative(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, length=2) + b"ok" + more)

    async with serve(in_turn(talkative, answer(b"own"))) as site:
        first = await transport.fetch(Request(site.url(), 5, lane="a"))
        await site.all_closed()
        second = await transport.fetch(Request(site.url(), 5, lane="a"))
    assert (first.body, second.body, second.reused) == (b"ok", b"own", False)
