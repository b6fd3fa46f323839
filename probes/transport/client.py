"""How HTTP requests are made: timed phase by phase, bounded in every direction, nothing left open.

On httpcore's pools, one for each lane: a shared pool scans all its connections for every request. The layer above
(httpx's client) would follow redirects, keep cookies and decode bodies by rules of its own, without our bounds.
"""

import asyncio
import contextlib
import logging
import time
from collections.abc import AsyncGenerator, AsyncIterator
from types import TracebackType
from typing import Self

import httpcore

from probes.fingerprints.values import Answer, TransportError
from probes.model import Timings
from probes.transport.body import ENCODINGS, Decoder
from probes.transport.certificates import trusting
from probes.transport.dialing import Dialler, Resolver
from probes.transport.errors import BREAKS, BrokenError, read_break
from probes.transport.phases import NOW, Phases
from probes.transport.pools import REDIRECTS, ConnectionPools, Hop, first_hop, next_hop, wire_request
from probes.transport.request import EVIDENCE, Fetched, Request, TransportSettings

HEADERS = 256
"""Headers of an answer at most; httpcore bounds their bytes at 100 KiB."""


class Flow:
    """An answer that has begun: status and headers are here, the body comes in pieces."""

    def __init__(self, hop: Hop, response: httpcore.Response, phases: Phases, started: float) -> None:
        """Raises BrokenError for too many headers. `started`: the first hop's begin, by `time.perf_counter`."""
        if len(response.headers) > HEADERS:
            raise BrokenError(TransportError("protocol", f"more than {HEADERS} headers"))
        self.hop = hop
        self.status = response.status
        self.headers = _merge(response.headers)
        self.reused = not phases.connected
        self.truncated = False
        self._response = response
        self._phases = phases
        self._started = started

    def timings(self) -> Timings:
        """The phases so far."""
        return self._phases.timings(_since(self._started))

    def answer(self, body: bytes) -> Answer:
        """What a fingerprint reads: of the body, its first KiBs."""
        version: bytes = self._response.extensions.get("http_version", b"")
        return Answer(self.status, self.headers, body[:EVIDENCE], self.hop.shown, version.decode("ascii", "replace"))

    async def chunks(self, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The body, decoded, as it comes. Past `max_bytes`, on the wire or decoded, it ends and `truncated` is set."""
        wire = decoded = 0
        decoder = Decoder(self.headers.get("content-encoding", ""))
        async for chunk in self._response.aiter_stream():
            wire += len(chunk)
            for piece in decoder.feed(chunk):
                room = max_bytes - decoded
                decoded += len(piece)
                if room:
                    yield piece[:room]
                if decoded > max_bytes:
                    self.truncated = True
                    return
            if wire > max_bytes:
                self.truncated = True
                return


class Transport:
    """All connections of this process to what it measures. Enter it once; leaving closes everything."""

    def __init__(self, settings: TransportSettings | None = None, *, resolver: Resolver | None = None) -> None:
        """Raises OSError (ssl.SSLError too) for a `ca_file` that cannot be read, ValueError for a bad proxy address."""
        # httpcore's debug log quotes the headers of answers, and answers may quote our keys.
        logging.getLogger("httpcore").setLevel(logging.INFO)
        self.settings = settings or TransportSettings()
        context = trusting(self.settings.ca_file)
        self.dialler, self.tls = Dialler(resolver), context  # for kinds that speak no HTTP
        self._routes = ConnectionPools(self.settings, context, self.dialler)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._routes.close()

    async def fetch(self, request: Request) -> Fetched:
        """Ask, and read the whole answer. Never raises for what the network does."""
        started = time.perf_counter()
        flow: Flow | None = None
        body = bytearray()
        error: TransportError | None = None
        try:
            async with self.stream(request) as flow:
                async for chunk in flow.chunks(request.max_bytes):
                    body += chunk
        except BrokenError as broken:
            error = broken.error
        if flow is None:
            return Fetched(None, error, NOW.get().timings(_since(started)))
        content = bytes(body)
        return Fetched(
            flow.answer(content), error, flow.timings(), content, truncated=flow.truncated, reused=flow.reused
        )

    @contextlib.asynccontextmanager
    async def stream(self, request: Request) -> AsyncIterator[Flow]:
        """Ask, and give the answer once its headers are here; the body is read inside the block.

        Raises BrokenError, also inside and out of the block when the deadline passes or the connection breaks there.
        """
        NOW.set(Phases())
        started = time.perf_counter()
        proxied = False
        try:
            async with asyncio.timeout(request.timeout_s):
                hop = first_hop(request)
                while True:
                    proxied = self._routes.proxy(hop.url) is not None
                    async with contextlib.AsyncExitStack() as opened:
                        flow = await self._ask(hop, opened, started)
                        location = flow.headers.get("location", "")
                        if request.redirects == 0 or flow.status not in REDIRECTS or not location:
                            yield flow
                            return
                    hop = next_hop(hop, location, flow.status, request.redirects)
        except BREAKS as error:
            raise BrokenError(read_break(error, NOW.get().stage, proxied=proxied)) from error

    async def _ask(self, hop: Hop, opened: contextlib.AsyncExitStack, started: float) -> Flow:
        """One hop; what it opens is closed by `opened`.

        A connection of an earlier request may have been closed by the other side meanwhile: that is nobody's failure,
        so the request is made once more on a fresh one.
        """
        pool = self._routes.kept(hop) if hop.lane else await self._fresh(hop, opened)
        try:
            response, phases = await self._send(hop, pool)
        except BREAKS:
            if NOW.get().connected or NOW.get().received:
                raise
            response, phases = await self._send(hop, await self._fresh(hop, opened))
        opened.push_async_callback(response.aclose)
        return Flow(hop, response, phases, started)

    async def _fresh(self, hop: Hop, opened: contextlib.AsyncExitStack) -> httpcore.AsyncConnectionPool:
        pool = self._routes.fresh(hop)
        opened.push_async_callback(pool.aclose)
        return pool

    async def _send(self, hop: Hop, pool: httpcore.AsyncConnectionPool) -> tuple[httpcore.Response, Phases]:
        phases = Phases()
        NOW.set(phases)
        request = wire_request(hop, self.settings.user_agent, ENCODINGS, phases.trace)
        return await pool.handle_async_request(request), phases


def _merge(headers: list[tuple[bytes, bytes]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1").lower(), value.decode("latin-1")
        merged[key] = f"{merged[key]}, {text}" if key in merged else text
    return merged


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
