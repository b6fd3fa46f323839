"""Inbound HTTP for browsers, apps and scrapers: connections are kept, streams stay open, and all of it is bounded.

The server of webhooks (`bot.http.server`) ends every connection with its one answer. Here a connection serves many
requests: it is closed after `idle_s` without a new one, and where there are too many the one idle for longest goes.
"""

import asyncio
import contextlib
import importlib
import logging
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

from aiohttp import web

from bot.http.server import BoundedServer, listening, quiet_log

log = logging.getLogger(__name__)

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]
"""Answers one request; it reads the body itself."""

SWEEP_S = 1.0
SPARE_FILES = 256
"""Files that the rest of the process needs beside the connections."""


@dataclass(frozen=True, slots=True)
class KeepAliveBounds:
    """Bytes of a body; seconds to the first request, and after the last one; connections at a time."""

    body: int = 64 * 1024
    head_s: float = 10.0
    idle_s: float = 75.0
    at_once: int = 4_096


@dataclass(slots=True)
class _Connection:
    """One connection: since when (monotonic) it waits or works, and what it does."""

    since: float
    asked: bool = False
    busy: bool = False
    stream: bool = False


class KeepAliveServer:
    """A server at `listen` ("host:port", port 0 for any) that `who` is reached at."""

    def __init__(self, listen: str, who: str, handler: Handler, bounds: KeepAliveBounds | None = None) -> None:
        self._listen = listen
        self._who = who
        self._server = _Server(handler, bounds or KeepAliveBounds())
        self.port = 0
        """The port listened at, 0 while closed."""

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.open)

    def end_streams(self) -> int:
        """Close what would stay open for ever; how many there were."""
        return self._server.end_streams()

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer until the block ends; streams end with it. Raises UserError where it cannot listen."""
        async with listening(self._server, self._listen, self._who, backlog=1024) as port:
            self.port = port
            sweep = asyncio.create_task(self._server.sweep(), name=f"connections of {self._who}")
            try:
                yield
            finally:
                self.port = 0
                sweep.cancel()
                self.end_streams()


def streaming(request: web.BaseRequest) -> None:
    """Say that the answer to this request stays open: it is neither idle nor late."""
    server = request.protocol._manager  # noqa: SLF001 - aiohttp names the server of a connection nowhere else
    if isinstance(server, _Server):
        server.open[request.protocol].stream = True


class _Server(BoundedServer):
    """aiohttp's, with an end to every connection and to their number."""

    def __init__(self, handler: Handler, bounds: KeepAliveBounds) -> None:
        log = quiet_log(__name__)
        super().__init__(self._handled, bounds.body, log, keepalive_s=bounds.idle_s, lingering_s=1.0)
        self._handler = handler
        self._bounds = bounds
        self._most = min(bounds.at_once, _files(bounds.at_once + SPARE_FILES) - SPARE_FILES)
        self.open: dict[web.RequestHandler, _Connection] = {}

    async def _handled(self, request: web.BaseRequest) -> web.StreamResponse:
        kept = self.open.get(request.protocol)
        if kept is None:
            raise ConnectionResetError("the connection is closed")
        kept.since, kept.asked, kept.busy = time.monotonic(), True, True
        try:
            return await self._handler(request)
        finally:
            kept.busy = kept.stream = False

    def connection_made(self, handler: web.RequestHandler, transport: asyncio.Transport) -> None:
        """Of too many, the one idle for longest is closed; where none is idle, the newest."""
        super().connection_made(handler, transport)
        if len(self.open) >= self._most and not self._made_room():
            transport.abort()
            return
        self.open[handler] = _Connection(time.monotonic())

    def connection_lost(self, handler: web.RequestHandler, exc: BaseException | None = None) -> None:
        """Forget a closed connection."""
        super().connection_lost(handler, exc)
        self.open.pop(handler, None)

    async def sweep(self) -> None:
        """Close what waits or works for too long."""
        while True:
            await asyncio.sleep(min(SWEEP_S, self._bounds.head_s / 4))
            now = time.monotonic()
            for handler, kept in list(self.open.items()):
                limit = self._bounds.idle_s if kept.asked else self._bounds.head_s
                if not kept.stream and now - kept.since > limit:
                    self._close(handler)

    def end_streams(self) -> int:
        """Close what would stay open for ever; how many there were."""
        streams = [handler for handler, kept in self.open.items() if kept.stream]
        for handler in streams:
            self._close(handler)
        return len(streams)

    def _made_room(self) -> bool:
        idle = [(kept.since, handler) for handler, kept in self.open.items() if not kept.busy]
        if not idle:
            return False
        self._close(min(idle, key=lambda pair: pair[0])[1])
        return True

    def _close(self, handler: web.RequestHandler) -> None:
        self.open.pop(handler, None)
        if handler.transport is not None:
            handler.transport.abort()


def _files(wanted: int) -> int:
    """How many files this process may have open: as many as wanted, where the system lets us."""
    if sys.platform == "win32":
        return wanted
    resource = importlib.import_module("resource")
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= wanted:
        return wanted
    most = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
    with contextlib.suppress(ValueError, OSError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
        return most
    log.info("%d files may be open; fewer connections are taken", soft)
    return int(soft)
