"""One HTTP server on loopback: opened, made to refuse connections and taken back on the same port, closed."""

import asyncio
import socket
from collections.abc import Awaitable, Callable

from aiohttp import web

LARGEST_REQUEST = 2**20
GRACE_S = 0.1
"""How long answers under way may take when the server closes."""
ACCEPTING = 3
"""Turns of the loop in which a connection just accepted gets its protocol.

One that has none when its server closes is left open by asyncio for ever, and whoever asked waits in vain.
"""
BACKLOG = 128

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Listener:
    """Bound to 127.0.0.1 and a port of the system's choice. `name` is what its URL calls the host."""

    def __init__(self, handler: Handler, server: str, name: str = "127.0.0.1") -> None:
        self._software, self._name = server, name
        self._port = 0
        app = web.Application(client_max_size=LARGEST_REQUEST)
        app.router.add_route("*", "/{tail:.*}", handler)
        app.on_response_prepare.append(self._sign)
        # Handlers end with their client, or each hanging answer would keep its task until the end.
        self._runner = web.AppRunner(app, access_log=None, handler_cancellation=True, shutdown_timeout=GRACE_S)
        self._site: web.SockSite | None = None

    async def _sign(self, _request: web.Request, response: web.StreamResponse) -> None:
        """No answer names the library that serves it."""
        if response.headers.get("server", "Python").startswith("Python"):
            response.headers["server"] = self._software

    @property
    def url(self) -> str:
        """Its address, without a slash at the end."""
        return f"http://{self._name}:{self._port}"

    async def open(self) -> None:
        """Listen."""
        await self._runner.setup()
        await self.restore()

    async def refuse(self) -> None:
        """Refuse connections, and drop those there are."""
        if self._site is None:
            return
        asyncio.get_running_loop().remove_reader(self._socket)
        for _ in range(ACCEPTING):
            await asyncio.sleep(0)
        await self._site.stop()
        self._site = None
        server = self._runner.server
        for connection in list(server.connections) if server else ():
            connection.force_close()
        await asyncio.sleep(0)

    async def restore(self) -> None:
        """Listen again, on the same port. Raises OSError if somebody has taken it meanwhile."""
        if self._site is not None:
            return
        self._socket = socket.create_server(("127.0.0.1", self._port), backlog=BACKLOG)
        self._port = self._socket.getsockname()[1]
        self._site = web.SockSite(self._runner, self._socket)
        await self._site.start()

    async def close(self) -> None:
        """End it: no socket and no task of it is left."""
        await self._runner.cleanup()
