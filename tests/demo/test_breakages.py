"""Every way in which a page can be unreadable, as a reader meets it."""

import asyncio
import gzip
import json
import time

import httpx
import pytest

from bot.demo.statuspage import Breakage
from bot.demo.vendor import Vendor

API = "/api/v2"


READ = {
    Breakage.GARBAGE: 200,
    Breakage.HTML: 200,
    Breakage.WRONG_SHAPE: 200,
    Breakage.EMPTY: 200,
    Breakage.CHALLENGE_202: 202,
    Breakage.FORBIDDEN: 403,
    Breakage.NOT_ALLOWED: 405,
    Breakage.ERROR_500: 500,
    Breakage.UNAVAILABLE: 503,
    Breakage.LOOP: 302,
}


@pytest.mark.parametrize("how", READ)
async def test_a_broken_page_is_nothing_a_reader_may_call_green(web: httpx.AsyncClient, how: Breakage):
    """Status and shape of each breakage; the platform's own host stays readable; mended means read again."""
    async with Vendor() as vendor:
        vendor.page.break_(how)
        answer = await web.get(vendor.url("page") + f"{API}/summary.json")
        assert answer.status_code == READ[how]
        with pytest.raises((ValueError, KeyError)):
            json.loads(answer.content)["components"]
        origin = await web.get(vendor.url("page-origin") + f"{API}/summary.json")
        assert origin.json()["status"]["indicator"] == "none"
        vendor.page.mend()
        mended = await web.get(vendor.url("page") + f"{API}/summary.json")
        assert mended.json()["status"]["indicator"] == "none"
        assert vendor.log.count("page", kind=str(how)) == 1


@pytest.mark.parametrize("how", [Breakage.RESET, Breakage.CUT])
async def test_a_page_may_drop_the_connection(web: httpx.AsyncClient, how: Breakage):
    """Before the headers or in the middle of the body, on both hosts if so asked."""
    async with Vendor() as vendor:
        vendor.page.break_(how, origin=True)
        for host in ("page", "page-origin"):
            with pytest.raises((httpx.ReadError, httpx.RemoteProtocolError)):
                await web.get(vendor.url(host) + f"{API}/summary.json")


async def test_fifty_megabytes_come_as_fast_as_they_are_read(web: httpx.AsyncClient):
    """The body is 50 MiB of valid JSON, made while it is sent; a reader may leave early."""
    async with Vendor() as vendor:
        vendor.page.break_("50mb")
        async with web.stream("GET", vendor.url("page") + f"{API}/summary.json") as answer:
            size = 0
            async for piece in answer.aiter_raw():
                size += len(piece)
        assert 50 * 2**20 <= size < 51 * 2**20
        async with web.stream("GET", vendor.url("page") + f"{API}/summary.json") as answer:
            async for _ in answer.aiter_raw():
                break


async def test_a_bomb_is_small_on_the_wire(web: httpx.AsyncClient):
    """50 KiB that unpack to 50 MiB."""
    async with Vendor() as vendor:
        vendor.page.break_("gzip_bomb")
        async with web.stream("GET", vendor.url("page") + f"{API}/summary.json") as answer:
            raw = b"".join([piece async for piece in answer.aiter_raw()])
    assert len(raw) < 100_000
    assert len(gzip.decompress(raw)) == 50 * 2**20


@pytest.mark.parametrize("how", ["hang", "drip"])
async def test_a_page_that_never_ends_ends_with_the_vendor(web: httpx.AsyncClient, how: str):
    """The reader waits until the vendor closes, which takes no time."""
    async with Vendor() as vendor:
        vendor.page.break_(how)
        reading = asyncio.create_task(web.get(vendor.url("page") + f"{API}/summary.json"))
        await vendor.log.until(lambda log: log.count("page") == 1)
        assert not reading.done()
        began = time.monotonic()
    assert time.monotonic() - began < 2
    result = (await asyncio.gather(reading, return_exceptions=True))[0]
    assert isinstance(result, httpx.TransportError if how == "hang" else httpx.Response | httpx.TransportError)
