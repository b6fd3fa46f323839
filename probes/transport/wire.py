"""One connection: bytes out, bytes in. Deadlines are the caller's, and closing waits for nobody."""

import asyncio
import ssl
from typing import Any, cast

AHEAD = 256 * 1024
"""Bytes that lie unread before the other side is made to wait."""

PIECE = 64 * 1024
"""Bytes handed out at once; before the next piece of what lies there everything else has its turn."""


class Wire(asyncio.Protocol):
    """Straight on asyncio's transports: its streams cost twice as much.

    Nothing here needs an `await` to be closed. A cancelled request can be cancelled again while it cleans up, as it is
    by two deadlines that lie close together, and whatever waits then is left open for ever.
    """

    def __init__(self) -> None:
        self._transport = cast("asyncio.Transport", None)
        self._unread = b""
        self._over = False
        self._error: Exception | None = None
        self._held = self._left = False
        self._reading: asyncio.Future[None] | None = None
        self._writing: asyncio.Future[None] | None = None
        self._encrypted = False

    async def read(self) -> bytes:
        """What has come, a byte at least; b"" at the end. Raises OSError where the connection broke."""
        if self._left:
            await asyncio.sleep(0)
        if not self._unread and not self._over:
            self._reading = asyncio.get_running_loop().create_future()
            try:
                await self._reading
            finally:
                self._reading = None
        data, self._unread = self._unread[:PIECE], self._unread[PIECE:]
        self._left = bool(self._unread)
        if self._held and not self._left:
            self._held = False
            self._transport.resume_reading()
        if not data and self._error is not None:
            raise self._broken()
        return data

    async def write(self, data: bytes) -> None:
        """Send; waits while the other side takes nothing.

        A connection that breaks meanwhile is told by `read`: a server may answer before it has read everything.
        """
        if not self._over or not self._transport.is_closing():
            self._transport.write(data)
        if self._writing is not None:
            await self._writing

    async def start_tls(self, context: ssl.SSLContext, name: str) -> None:
        """Shake hands with the host of that name. Raises OSError (ssl.SSLError too), and the connection is closed."""
        loop = asyncio.get_running_loop()
        try:
            encrypted = await loop.start_tls(self._transport, self, context, server_hostname=name)
        except BaseException:
            self.close()
            raise
        assert encrypted is not None
        self._transport, self._encrypted = encrypted, True

    def close(self) -> None:
        """At once, not with TLS's goodbye, for which asyncio waits up to 30 s."""
        self._transport.abort()

    @property
    def stale(self) -> bool:
        """Of a connection that is not in use: whether it has ended, or holds a byte nobody asked for."""
        return bool(self._unread) or self._over or self._transport.is_closing()

    def get_extra_info(self, name: str) -> Any:
        """As asyncio's transports have it: "ssl_object", "peername"."""
        return self._transport.get_extra_info(name)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)

    def data_received(self, data: bytes) -> None:
        self._unread = self._unread + data if self._unread else bytes(data)
        if len(self._unread) > AHEAD and not self._held:
            self._held = True
            self._transport.pause_reading()
        _wake(self._reading)

    def eof_received(self) -> bool:
        self._over = True
        _wake(self._reading)
        return not self._encrypted  # who has said everything may still listen; TLS knows no such half

    def connection_lost(self, exc: Exception | None) -> None:
        self._over, self._error = True, exc
        _wake(self._reading)
        self.resume_writing()

    def pause_writing(self) -> None:
        self._writing = asyncio.get_running_loop().create_future()

    def resume_writing(self) -> None:
        _wake(self._writing)
        self._writing = None

    def _broken(self) -> Exception:
        """The error, told once: kept here, it and the frames it passes would hold each other."""
        error, self._error = self._error, None
        return error or ConnectionResetError()


def _wake(waiting: "asyncio.Future[None] | None") -> None:
    if waiting is not None and not waiting.done():
        waiting.set_result(None)
