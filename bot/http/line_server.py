"""Inbound TCP for whoever sends a line and reads one: answered at once, and closed.

Everything is bounded like the HTTP of `bot.http.server`: bytes, time, connections.
"""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass

from bot.errors import UserError

Answer = Callable[[str], str]
"""The line that answers a line, both without their ends; it must not wait."""


@dataclass(frozen=True, slots=True)
class LineBounds:
    """Bytes of a line, seconds for a connection, connections at a time."""

    line: int = 300
    each_s: float = 4.0
    at_once: int = 200


class LineServer:
    """A server at `listen` ("host:port", port 0 for any) that `who` is reached at."""

    def __init__(self, listen: str, who: str, answer: Answer, bounds: LineBounds | None = None) -> None:
        self._listen, self._who, self._answer = listen, who, answer
        self._bounds = bounds or LineBounds()
        self._open: dict[_Connection, asyncio.TimerHandle] = {}
        self.port = 0
        """The port listened at, 0 while closed."""

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Answer until the block ends. Raises UserError where it cannot listen."""
        host, _, port = self._listen.rpartition(":")
        try:
            server = await asyncio.get_running_loop().create_server(
                lambda: _Connection(self), host.strip("[]"), int(port)
            )
        except OSError as error:
            raise UserError(f"cannot listen at {self._listen} for {self._who}: {error.strerror or error}") from None
        self.port = int(server.sockets[0].getsockname()[1])
        try:
            yield
        finally:
            self.port = 0
            server.close()
            for connection in list(self._open):
                connection.abort()

    def made(self, connection: "_Connection") -> None:
        """Of too many, the one that has been silent for longest is closed."""
        if len(self._open) >= self._bounds.at_once:
            next(iter(self._open)).abort()
        after = asyncio.get_running_loop().call_later(self._bounds.each_s, connection.abort)
        self._open[connection] = after

    def lost(self, connection: "_Connection") -> None:
        """It is closed."""
        timer = self._open.pop(connection, None)
        if timer is not None:
            timer.cancel()

    def answered(self, received: bytes) -> bytes | None:
        """The answer once the line is whole, b"" where it is too long, None while it is not whole."""
        line, end, _ = received.partition(b"\n")
        if len(line) > self._bounds.line:
            return b""
        if not end:
            return None
        return self._answer(line.decode("utf-8", "replace").strip()).encode() + b"\n"


class _Connection(asyncio.Protocol):
    """One line in, one out."""

    def __init__(self, server: LineServer) -> None:
        self._server = server
        self._received = b""
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._server.made(self)

    def data_received(self, data: bytes) -> None:
        if self._transport is None or self._transport.is_closing():
            return
        self._received += data
        answer = self._server.answered(self._received)
        if answer is not None:
            self._transport.write(answer)
            self._transport.close()

    def connection_lost(self, _exc: Exception | None) -> None:
        self._server.lost(self)

    def abort(self) -> None:
        """Close it at once."""
        self._server.lost(self)
        if self._transport is not None:
            self._transport.abort()
