"""What of the page outlives a change of the configuration: its listener, and the streams that are open.

They are kept as long as `web:` says the same. Another `web:` may show other things to other people, so its listener
ends every stream; another address gets a listener of its own, and the one before is closed only once that is open,
or, where both have the same port, is opened again if the new one cannot listen.
"""

import asyncio
import contextlib
import logging

from aiohttp import web

from bot.http.keep_alive import Handler, KeepAliveServer
from bot.settings import Web
from bot.web.pages.live import Live
from bot.web.site import Site

log = logging.getLogger(__name__)

BETWEEN_S = 10.0
"""A request that comes between two configurations waits so long for the next."""


class WebListener:
    """One listener, and who answers there now."""

    def __init__(self) -> None:
        self.settings: Web | None = None
        """Those it is open for, None while it is closed."""
        self.live: Live | None = None
        self._server: KeepAliveServer | None = None
        self._stack = contextlib.AsyncExitStack()
        self._answer: Handler | None = None
        self._ready = asyncio.Event()

    def news_of(self, site: Site, settings: Web) -> Live:
        """What open pages are told: those of before, about the present, where `web:` is the same."""
        if self.live is None or settings != self.settings:
            return Live(site)
        self.live.follow(site)
        return self.live

    async def open(self, settings: Web, answer: Handler, live: Live) -> int:
        """Answer with this from now on; the port. Raises UserError where it cannot listen, with nothing changed."""
        if self._server is None or self.settings is None or settings.listen != self.settings.listen:
            await self._move(settings.listen)
        elif settings != self.settings:
            log.info("web: has changed: %d open pages connect again", self._server.end_streams())
        self.settings, self.live, self._answer = settings, live, answer
        self._ready.set()
        assert self._server is not None
        return self._server.port

    async def _move(self, listen: str) -> None:
        """Listen there instead. Raises UserError where that cannot be; then it listens where it did."""
        before = self.settings.listen if self._server is not None and self.settings is not None else ""
        if not before or before.rpartition(":")[2] != listen.rpartition(":")[2]:
            stack, server = await self._listening(listen)
            await self._stack.aclose()
            self._stack, self._server = stack, server
            return
        # The same port: one of the two addresses may contain the other.
        await self._stack.aclose()
        try:
            self._stack, self._server = await self._listening(listen)
        except BaseException:
            self._server, self._stack = None, contextlib.AsyncExitStack()
            self._stack, self._server = await self._listening(before)
            raise

    async def _listening(self, listen: str) -> tuple[contextlib.AsyncExitStack, KeepAliveServer]:
        stack = contextlib.AsyncExitStack()
        server = KeepAliveServer(listen, "the page (web.listen)", self._handled)
        await stack.enter_async_context(server.open())
        return stack, server

    def rest(self) -> None:
        """Let whoever asks wait for the next configuration."""
        self._ready.clear()

    async def close(self) -> None:
        """End the streams, and listen no more."""
        self.settings = self.live = self._server = None
        await self._stack.aclose()
        self._stack = contextlib.AsyncExitStack()

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        try:
            async with asyncio.timeout(BETWEEN_S):
                await self._ready.wait()
        except TimeoutError:
            return web.Response(status=503, text="the configuration is being replaced\n", headers={"Retry-After": "5"})
        assert self._answer is not None
        return await self._answer(request)
