"""The listener of the page when the configuration moves it: never closed by a configuration that is refused."""

import contextlib
import socket
from collections.abc import AsyncIterator

import httpx
import pytest
from aiohttp import web

from bot.errors import UserError
from bot.process import Process
from bot.settings import Web
from bot.web.listener import WebListener
from bot.web.pages.live import Live
from bot.web.site import Site
from tests.support.site import NOW, with_page


async def answer(_request: web.BaseRequest) -> web.Response:
    """The page, for this test."""
    return web.Response(text="here")


def free_port() -> int:
    """A port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.asynccontextmanager
async def opened(store, listen: str) -> AsyncIterator[tuple[WebListener, Live]]:
    """A door that answers there."""
    door, live = WebListener(), Live(Site(Process(store, with_page(), "a", lambda: NOW)))
    try:
        await door.open(Web(listen=listen), answer, live)
        yield door, live
    finally:
        await door.close()


async def answered(host: str, port: int) -> str:
    """What is said there."""
    async with httpx.AsyncClient() as client:
        return (await client.get(f"http://{host}:{port}/")).text


async def test_from_one_address_to_all_at_the_same_port(store):
    """The port is taken by nobody but ourselves."""
    port = free_port()
    async with opened(store, f"127.0.0.1:{port}") as (door, live):
        assert await door.open(Web(listen=f"0.0.0.0:{port}"), answer, live) == port
        assert await answered("127.0.0.2", port) == "here"
        assert await door.open(Web(listen=f"127.0.0.1:{port}"), answer, live) == port
        with pytest.raises(httpx.ConnectError):
            await answered("127.0.0.2", port)


async def test_a_move_that_is_refused_leaves_the_page_where_it_was(store):
    """Somebody else has the port at another address: the reload is refused, and the page answers as before."""
    port = free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.2", port))
        other.listen()
        async with opened(store, f"127.0.0.1:{port}") as (door, live):
            for there in ("0.0.0.0", "127.0.0.2"):
                with pytest.raises(UserError, match="cannot listen at"):
                    await door.open(Web(listen=f"{there}:{port}"), answer, live)
                assert await answered("127.0.0.1", port) == "here"
                assert door.settings is not None
                assert door.settings.listen == f"127.0.0.1:{port}"
