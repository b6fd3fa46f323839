"""How HTTP requests are made: timed phase by phase, bounded in every direction, nothing left open.

On h11 and asyncio's transports, with httpx's addresses, proxies and certificates. Its client would follow redirects,
keep cookies and decode bodies by rules of its own, without our bounds, and costs three times as much; its engine leaves
connections open where a request that is cancelled is cancelled again.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator, AsyncIterator, Iterable
from types import TracebackType
from typing import Self

import h11

from probes.fingerprints.values import Answer, TransportError
from probes.model import Timings
from probes.transport import dialing
from probes.transport.body import ENCODINGS, Decoder
from probes.transport.certificates import trusting
from probes.transport.connection import HEAD_BYTES, Connection
from probes.transport.connections import Connections
from probes.transport.dialing import Dialler, Resolver
from probes.transport.errors import BREAKS, BrokenError, read_break
from probes.transport.hops import REDIRECTS, Hop, first_hop, next_hop, outgoing
from probes.transport.phases import NOW, Phases
from probes.transport.request import EVIDENCE, Fetched, Request, TransportSettings

HEADERS = 256
"""Headers of an answer at most; their bytes are bounded too, see `connection.HEAD_BYTES`."""


Head = h11.Response | h11.InformationalResponse


class Flow:
    """An answer that has begun: status and headers are here, the body comes in pieces."""

    def __init__(self, hop: Hop, connection: Connection, response: Head, phases: Phases, started: float) -> None:
        """Raises BrokenError for too many headers. `started`: the first hop's begin, by `time.perf_counter`."""
        if len(response.headers) > HEADERS:
            raise BrokenError(TransportError("protocol", f"more than {HEADERS} headers"))
        self.hop = hop
        self.connection = connection
        self.status = response.status_code
        self.headers = _merge(response.headers)
        self.reused = not phases.connected
        self.truncated = False
        self._version = response.http_version
        self._phases = phases
        self._started = started

    def timings(self) -> Timings:
        """The phases so far."""
        return self._phases.timings(_since(self._started))

    @property
    def public(self) -> bool:
        """Whether it came from an address of the internet."""
        peer = self.connection.wire.get_extra_info("peername")
        return peer is not None and dialing.public(str(peer[0]))

    def answer(self, body: bytes) -> Answer:
        """What a fingerprint reads: of the body, its first KiBs."""
        version = f"HTTP/{self._version.decode('ascii', 'replace')}"
        return Answer(self.status, self.headers, body[:EVIDENCE], self.hop.shown, version)

    async def chunks(self, max_bytes: int) -> AsyncGenerator[bytes, None]:
        """The body, decoded, as it comes. Past `max_bytes`, on the wire or decoded, it ends and `truncated` is set.

        On the wire chunks may take as much again for their heads, and the answer's head its own bytes; no more.
        """
        wire = decoded = 0
        decoder = Decoder(self.headers.get("content-encoding", ""))
        while (chunk := await self.connection.more()) is not None:
            wire += len(chunk)
            for piece in decoder.feed(chunk):
                room = max_bytes - decoded
                decoded += len(piece)
                if room:
                    yield piece[:room]
                if decoded > max_bytes:
                    self.truncated = True
                    return
            if wire > max_bytes or self._phases.received > 2 * (max_bytes + HEAD_BYTES):
                self.truncated = True
                return


class Transport:
    """All connections of this process to what it measures. Enter it once; leaving closes everything."""

    def __init__(self, settings: TransportSettings | None = None, *, resolver: Resolver | None = None) -> None:
        """Raises OSError (ssl.SSLError too) for a `ca_file` that cannot be read, ValueError for a bad proxy address."""
        self.settings = settings or TransportSettings()
        context = trusting(self.settings.ca_file)
        self.dialler, self.tls = Dialler(resolver), context  # for kinds that speak no HTTP
        self._connections = Connections(self.settings, context, self.dialler)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._connections.close()

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
        proxied = from_outside = False
        try:
            async with asyncio.timeout(request.timeout_s):
                hop = first_hop(request)
                while True:
                    proxied = self._connections.proxy(hop.url) is not None
                    flow = await self._ask(hop, started, public_only=from_outside)
                    try:
                        location = flow.headers.get("location", "")
                        if request.redirects == 0 or flow.status not in REDIRECTS or not location:
                            yield flow
                            return
                        from_outside = from_outside or proxied or flow.public
                    finally:
                        self._connections.give_back(hop, flow.connection)
                    hop = next_hop(hop, location, flow.status, request.redirects)
        except BREAKS as error:
            raise BrokenError(read_break(error, NOW.get().stage, proxied=proxied)) from error

    async def _ask(self, hop: Hop, started: float, *, public_only: bool) -> Flow:
        """One hop.

        A connection of an earlier request may have been closed by the other side meanwhile: that is nobody's failure,
        so the request is made once more on a fresh one.
        """
        phases = Phases()
        NOW.set(phases)
        kept = self._connections.take(hop)
        if kept is not None:
            try:
                return await self._send(hop, kept, phases, started)
            except BREAKS:
                if phases.received:
                    raise
            phases = Phases()
            NOW.set(phases)
        return await self._send(hop, await self._connections.open(hop, public_only=public_only), phases, started)

    async def _send(self, hop: Hop, connection: Connection, phases: Phases, started: float) -> Flow:
        request = outgoing(hop, self.settings.user_agent, ENCODINGS, self._connections.proxy(hop.url))
        try:
            return Flow(hop, connection, await connection.ask(request, phases), phases, started)
        except BaseException:
            connection.wire.close()
            raise


def _merge(headers: Iterable[tuple[bytes, bytes]]) -> dict[str, str]:
    merged: dict[str, str] = {}
    for name, value in headers:
        key, text = name.decode("latin-1"), value.decode("latin-1")
        merged[key] = f"{merged[key]}, {text}" if key in merged else text
    return merged


def _since(started: float) -> float:
    return (time.perf_counter() - started) * 1000
