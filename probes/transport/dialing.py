"""From a host's name to a connected stream, with DNS and connecting timed apart: httpcore's network backend.

httpcore connects by name in one step; a probe has to say which of the two hung.
"""

import asyncio
import contextlib
import socket
import ssl
import threading
from collections import deque
from collections.abc import Awaitable, Callable, Iterable, Sequence
from functools import partial
from ipaddress import ip_address
from typing import Any

import httpcore

from probes.transport.phases import NOW, Stage

ADDRESSES = 6
"""Addresses tried for one connection at most."""

TURN_S = 1.0
"""Patience with an address while others are left: one lost SYN (RFC 6298 repeats it after 1 s)."""

LOOKUPS = 64
"""Names asked for at the same time at most; one name is asked once however many wait for it."""

_Name = tuple[str, int]

Resolver = Callable[[str, int], Awaitable[Sequence[str]]]
"""(host, port) -> addresses in the order to try; raises `socket.gaierror`."""


class SystemResolver:
    """`getaddrinfo` in threads of its own.

    The loop's default executor has a handful of threads: a few names whose servers hang would hold up every other
    lookup. Daemon threads, one for each name being asked: a hanging one delays nobody, nor the end of the process.
    """

    def __init__(self) -> None:
        self._asked: dict[_Name, asyncio.Future[Sequence[str]]] = {}
        self._queue: deque[_Name] = deque()
        self._running = 0

    async def __call__(self, host: str, port: int) -> Sequence[str]:
        name = (host, port)
        if name not in self._asked:
            self._asked[name] = asyncio.get_running_loop().create_future()
            self._queue.append(name)
            self._start()
        # Shielded: who gives up must not end it for others who wait.
        return await asyncio.shield(self._asked[name])

    def _start(self) -> None:
        while self._queue and self._running < LOOKUPS:
            self._running += 1
            name = self._queue.popleft()
            work = partial(_look_up, name, asyncio.get_running_loop(), self._settle)
            threading.Thread(target=work, name=f"dns {name[0]}", daemon=True).start()

    def _settle(self, name: _Name, found: Sequence[str] | OSError) -> None:
        self._running -= 1
        answer = self._asked.pop(name)
        if isinstance(found, OSError):
            answer.set_exception(found)
            answer.exception()  # seen, even if everyone has given up
        else:
            answer.set_result(found)
        self._start()


def _look_up(name: _Name, loop: asyncio.AbstractEventLoop, settle: Callable[..., None]) -> None:
    """In a thread: ask, and hand the answer to the loop."""
    found: Sequence[str] | OSError
    try:
        found = _in_turn(socket.getaddrinfo(*name, type=socket.SOCK_STREAM))
    except UnicodeError:
        found = socket.gaierror(socket.EAI_NONAME, "not a host name")
    except OSError as error:
        found = error
    with contextlib.suppress(RuntimeError):  # the loop has been closed meanwhile
        loop.call_soon_threadsafe(settle, name, found)


def _in_turn(infos: Iterable[tuple[Any, ...]]) -> list[str]:
    """Alternate the address families, the system's first choice first (RFC 8305, section 4)."""
    families: dict[Any, list[str]] = {}
    for family, _, _, _, address in infos:
        families.setdefault(family, []).append(address[0])
    rows = list(families.values())
    longest = max(map(len, rows), default=0)
    return list(dict.fromkeys(row[n] for n in range(longest) for row in rows if n < len(row)))


class Dialler(httpcore.AsyncNetworkBackend):
    """Resolves, then connects. OS and TLS errors pass as they are: breakage.py reads them."""

    def __init__(self, resolver: Resolver | None = None) -> None:
        self._resolver = resolver or SystemResolver()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's signature; the caller's deadline holds
        local_address: str | None = None,  # noqa: ARG002
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,  # noqa: ARG002
    ) -> "Wire":
        phases = NOW.get()
        phases.connected = True
        addresses: Sequence[str] = [host]
        if not _is_address(host):
            phases.enter(Stage.DNS)
            addresses = (await self.resolve(host, port))[:ADDRESSES]
        phases.enter(Stage.CONNECT)
        return await _connect(addresses, port)

    async def resolve(self, host: str, port: int) -> Sequence[str]:
        """The addresses of a name, in the order to try. Raises OSError."""
        return await self._resolver(host, port)


async def _connect(addresses: Sequence[str], port: int) -> "Wire":
    if not addresses:
        raise socket.gaierror(socket.EAI_NONAME, "the name has no address")
    refused: OSError | None = None
    for left, address in zip(range(len(addresses) - 1, -1, -1), addresses, strict=True):
        try:
            async with asyncio.timeout(TURN_S if left else None):
                return await _open(address, port)
        except OSError as error:  # TimeoutError is one too
            refused = refused or error
    raise refused or OSError("no address answered")


async def _open(address: str, port: int) -> "Wire":
    loop = asyncio.get_running_loop()
    reader = _Reader(loop=loop)
    protocol = asyncio.StreamReaderProtocol(reader, loop=loop)
    transport, _ = await loop.create_connection(lambda: protocol, address, port)
    return Wire(reader, asyncio.StreamWriter(transport, protocol, reader, loop))


def _is_address(host: str) -> bool:
    try:
        ip_address(host)
    except ValueError:
        return False
    return True


class _Reader(asyncio.StreamReader):
    """Knows how many bytes came, so that an idle connection can tell whether some lie unread."""

    came = 0

    def feed_data(self, data: Any) -> None:
        self.came += len(data)
        super().feed_data(data)


class Wire(httpcore.AsyncNetworkStream):
    """One connection, on asyncio's own streams. Deadlines are the caller's; closing never waits for the peer."""

    def __init__(self, reader: _Reader, writer: asyncio.StreamWriter) -> None:
        self._read = 0
        self._reader = reader
        self._writer = writer

    async def read(self, max_bytes: int, timeout: float | None = None) -> bytes:  # noqa: ARG002, ASYNC109 - httpcore's
        data = await self._reader.read(max_bytes)
        self._read += len(data)
        NOW.get().received += len(data)
        return data

    async def write(self, buffer: bytes, timeout: float | None = None) -> None:  # noqa: ARG002, ASYNC109 - httpcore's
        try:
            self._writer.write(buffer)
            await self._writer.drain()
        except OSError as error:
            # httpcore goes on to read then: a server may answer before it has read everything.
            raise httpcore.WriteError(str(error)) from error

    async def aclose(self) -> None:
        # Not close(): TLS would wait up to 30 s for a peer that stalls to say goodbye.
        self._writer.transport.abort()

    async def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,  # noqa: ARG002, ASYNC109 - httpcore's
    ) -> "Wire":
        try:
            await self._writer.start_tls(ssl_context, server_hostname=server_hostname)
        except BaseException:
            await self.aclose()
            raise
        return self

    def get_extra_info(self, info: str) -> Any:
        match info:
            case "is_readable":  # asked of an idle connection: its end, or a byte nobody asked for, and it is of no use
                return self._reader.came > self._read or self._reader.at_eof() or self._writer.transport.is_closing()
            case "client_addr":
                return self._writer.get_extra_info("sockname")
            case "server_addr":
                return self._writer.get_extra_info("peername")
            case _:
                return self._writer.get_extra_info(info)
