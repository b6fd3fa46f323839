"""Inbound HTTP, for whoever calls us: platforms' webhooks, probes of our readiness. One small server on its own port.

Everything is bounded: head, body, time, connections. A connection is one request and ends with its answer or with its
time, so that whoever sends slowly holds little for long. TLS is the business of what stands in front.
"""

import asyncio
import contextlib
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass

from aiohttp import web
from aiohttp.http_exceptions import HttpProcessingError

from bot.errors import UserError

log = logging.getLogger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers one request, whose body has been read."""
Routes = Mapping[tuple[str, str], Handler]
"""Handlers by method and exact path: ("POST", "/pagerduty")."""

DRAIN_S = 2.0
TELL_S = 60.0
"""At the end, answers under way get this long."""
LINE, FIELD, FIELDS = 4_096, 8_192, 100
"""Of a request's head: bytes of its first line, bytes of a header, headers."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """Bytes of a body; seconds for a head, for its body, and again for the answer; connections at a time."""

    body: int = 256 * 1024
    head_s: float = 5.0
    each_s: float = 4.0
    at_once: int = 200


@contextlib.asynccontextmanager
async def listening(server: web.Server, listen: str, who: str, backlog: int = 128) -> AsyncIterator[int]:
    """The port that the server answers at inside; what is under way at the end has `DRAIN_S` to be answered.

    `listen` is "host:port", `who` is reached there. Raises UserError where it cannot listen.
    """
    runner = web.ServerRunner(server, shutdown_timeout=DRAIN_S)
    await runner.setup()
    host, _, port = listen.rpartition(":")
    try:
        try:
            await web.TCPSite(runner, host.strip("[]"), int(port), backlog=backlog).start()
        except OSError as error:
            why = error.strerror or str(error)
            raise UserError(f"cannot listen at {listen} for {who}: {why}") from None
        yield int(runner.addresses[0][1])
    finally:
        await runner.cleanup()


class BoundedServer(web.Server):
    """aiohttp's: each request by one handler, its head and body bounded, unpacked by nobody."""

    def __init__(
        self,
        handler: Handler,
        largest: int,
        log: logging.Logger,
        *,
        keepalive_s: float = 75.0,
        lingering_s: float = 10.0,
    ) -> None:
        """`largest` is the most bytes of a body."""
        super().__init__(
            handler,
            request_factory=self._request,
            access_log=None,
            logger=log,
            auto_decompress=False,
            keepalive_timeout=keepalive_s,
            lingering_time=lingering_s,
            max_line_size=LINE,
            max_field_size=FIELD,
            max_headers=FIELDS,
        )
        self._largest = largest

    def _request(self, message, payload, protocol, writer, task) -> web.BaseRequest:  # type: ignore[no-untyped-def]  # noqa: ANN001
        loop = asyncio.get_running_loop()
        return web.BaseRequest(message, payload, protocol, writer, task, loop, client_max_size=self._largest)


class HttpServer:
    """A server at `listen` ("host:port", port 0 for any) that `who` is reached at."""

    def __init__(self, listen: str, who: str, doors: Routes, bounds: Bounds | None = None) -> None:
        self._listen = listen
        self._who = who
        self._doors = dict(doors)
        self._bounds = bounds or Bounds()
        self._server: _Server | None = None
        self.port = 0
        """The port listened at, 0 while closed."""

    @property
    def working(self) -> int:
        """How many connections have sent a head and wait for their answer."""
        return len(self._server.working) if self._server is not None else 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer until the block ends; then what is under way is answered. Raises UserError where it cannot listen."""
        self._server = _Server(self._answer, self._bounds)
        try:
            async with listening(self._server, self._listen, self._who) as port:
                self.port = port
                yield
        finally:
            self.port = 0

    async def _answer(self, request: web.BaseRequest) -> web.StreamResponse:
        response = await self._bounded(request)
        response.force_close()
        return response

    async def _bounded(self, request: web.BaseRequest) -> web.StreamResponse:
        handler = self._doors.get((request.method, request.path))
        if handler is None:
            methods = [method for method, path in self._doors if path == request.path]
            return web.Response(status=405, headers={"allow": ", ".join(methods)}) if methods else _plain(404)
        try:
            async with asyncio.timeout(self._bounds.each_s):
                await request.read()
        except TimeoutError:
            return _plain(408)
        except web.HTTPRequestEntityTooLarge:
            return _plain(413)
        try:
            async with asyncio.timeout(self._bounds.each_s):
                return await handler(request)
        except TimeoutError:
            log.warning("a request for %s was not answered in %.0f s", self._who, self._bounds.each_s)
            return _plain(503)


def _ours(record: logging.LogRecord) -> bool:
    """Whether a fault is ours: garbage from outside is answered, and would fill the log."""
    return not (record.exc_info and isinstance(record.exc_info[1], HttpProcessingError))


def quiet_log(name: str) -> logging.Logger:
    """The log of a server of aiohttp's: our own faults, not the garbage of others."""
    found = logging.getLogger(f"{name}.server")
    found.addFilter(_ours)
    return found


class _Server(BoundedServer):
    """aiohttp's, with an end to every connection and to their number."""

    def __init__(self, handler: Handler, bounds: Bounds) -> None:
        super().__init__(self._work, bounds.body, quiet_log(__name__))
        self._bounds = bounds
        self._handled = handler
        self._ends: dict[web.RequestHandler, asyncio.TimerHandle] = {}
        self.working: set[web.RequestHandler] = set()
        self._dropped = 0
        self._told_at = float("-inf")

    async def _work(self, request: web.BaseRequest) -> web.StreamResponse:
        self.working.add(request.protocol)
        return await self._handled(request)

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Of too many, the one that has sent no whole head for longest is closed, else the newest.

        So a crowd that opens connections and says nothing keeps out nobody who asks. Every other is closed when its
        time is over.
        """
        super().connection_made(handler, transport)
        if len(self._ends) >= self._bounds.at_once:
            self._count()
            waiting = next((one for one in self._ends if one not in self.working), None)
            if waiting is None or waiting.transport is None:
                transport.abort()
                return
            self._forget(waiting)
            waiting.transport.abort()
        after = self._bounds.head_s + 2 * self._bounds.each_s
        self._ends[handler] = asyncio.get_running_loop().call_later(after, transport.abort)

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Stop the timeout of a closed connection."""
        super().connection_lost(handler, exc)
        self._forget(handler)

    def _forget(self, handler: web.RequestHandler) -> None:
        self.working.discard(handler)
        end = self._ends.pop(handler, None)
        if end is not None:
            end.cancel()

    def _count(self) -> None:
        """One line a minute, however many there are."""
        self._dropped += 1
        now = asyncio.get_running_loop().time()
        if now - self._told_at >= TELL_S:
            log.warning(
                "%d connections at a time are too many; dropped so far: %d", self._bounds.at_once, self._dropped
            )
            self._told_at = now


def _plain(status: int) -> web.Response:
    return web.Response(status=status)
