"""A web server on loopback that misbehaves on request: plain asyncio, every byte in the test's hand."""

import asyncio
import contextlib
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Asked:
    """One request as it came. `nth` counts the requests of its connection, from 0."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    nth: int


class Wire:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader = reader
        self.writer = writer

    async def send(self, data: bytes) -> None:
        """Write; raises ConnectionError once the client has gone."""
        if self.writer.transport.is_closing():
            raise ConnectionResetError
        self.writer.write(data)
        await self.writer.drain()

    async def gone(self, within_s: float | None = None) -> bool:
        """Wait until the client hangs up; False if it has not within that time."""
        try:
            async with asyncio.timeout(within_s):
                while await self.reader.read(65536):
                    pass
        except TimeoutError:
            return False
        return True

    def cut(self) -> None:
        """Close without a word."""
        self.writer.transport.abort()


Script = Callable[[Asked, Wire], Awaitable[None]]
"""Answers one request; the connection goes on afterwards unless the script cut it."""


@dataclass
class Site:
    """A running server and what happened on it."""

    port: int
    host: str
    scheme: str
    requests: list[Asked] = field(default_factory=list)
    connections: int = 0
    open: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    def url(self, path: str = "/", host: str | None = None) -> str:
        return f"{self.scheme}://{host or self.host}:{self.port}{path}"

    async def asked(self, within_s: float = 5.0) -> None:
        """Wait for the first request; TimeoutError if none comes."""
        async with asyncio.timeout(within_s), self.changed:
            await self.changed.wait_for(lambda: bool(self.requests))

    async def all_closed(self, within_s: float = 5.0) -> None:
        """Wait until no connection is open; TimeoutError if some stay."""
        async with asyncio.timeout(within_s), self.changed:
            await self.changed.wait_for(lambda: self.open == 0)


def head(status: int = 200, headers: Mapping[str, str] | None = None, length: int | None = None) -> bytes:
    """The head of an answer."""
    lines = [f"HTTP/1.1 {status} Told", *(f"{name}: {value}" for name, value in (headers or {}).items())]
    if length is not None:
        lines.append(f"content-length: {length}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("latin-1")


def answer(body: bytes = b"", status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    """A well-behaved answer."""

    async def script(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(status, headers, len(body)) + body)

    return script


def paths(routes: Mapping[str, Script]) -> Script:
    """A script by path; 404 for others."""

    async def script(asked: Asked, wire: Wire) -> None:
        await routes.get(asked.target.partition("?")[0], answer(b"no such page", 404))(asked, wire)

    return script


def in_turn(*scripts: Script) -> Script:
    """The first request gets the first script, and so on; the last one goes on for ever."""
    left = list(scripts)

    async def script(asked: Asked, wire: Wire) -> None:
        await (left.pop(0) if len(left) > 1 else left[0])(asked, wire)

    return script


async def silent(_asked: Asked, wire: Wire) -> None:
    """Take the request and say nothing."""
    await wire.gone()


async def endless(_asked: Asked, wire: Wire) -> None:
    """A body that never ends, as fast as it is read."""
    await wire.send(head(200, {"content-type": "text/plain"}))
    while True:
        await wire.send(b"x" * 65536)


def drip(first: bytes, drop: bytes, every_s: float = 0.02) -> Script:
    """Slow-loris: `first` at once, then a drop now and then, for ever."""

    async def script(_asked: Asked, wire: Wire) -> None:
        await wire.send(first)
        while not await wire.gone(every_s):
            await wire.send(drop)

    return script


def cut_off(before: bytes = b"") -> Script:
    """Close the connection in the middle."""

    async def script(_asked: Asked, wire: Wire) -> None:
        if before:
            await wire.send(before)
            wire.writer.close()
        else:
            wire.cut()

    return script


@contextlib.asynccontextmanager
async def serve(
    script: Script, *, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None, port: int = 0
) -> AsyncIterator[Site]:
    """Serve until the block ends; then every connection is cut."""
    tasks: dict[asyncio.Task[None], Wire] = {}

    async def serve_one(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        wire = tasks[task] = Wire(reader, writer)
        site.connections += 1
        site.open += 1
        try:
            # CancelledError too: the end of the block is no error of the server.
            with contextlib.suppress(OSError, EOFError, asyncio.CancelledError):
                await _converse(wire, script, site)
        finally:
            wire.cut()
            del tasks[task]
            site.open -= 1
            async with site.changed:
                site.changed.notify_all()

    server = await asyncio.start_server(serve_one, host, port, ssl=tls)
    site = Site(server.sockets[0].getsockname()[1], f"[{host}]" if ":" in host else host, "https" if tls else "http")
    try:
        yield site
    finally:
        server.close()
        waiting = list(tasks)
        for task in waiting:
            task.cancel()
        if waiting:
            await asyncio.wait(waiting)


async def _converse(wire: Wire, script: Script, site: Site) -> None:
    nth = 0
    while not wire.writer.transport.is_closing():
        lines = (await wire.reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
        method, target, _ = lines[0].split(" ", 2)
        headers = {
            name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])
        }
        body = await wire.reader.readexactly(int(headers.get("content-length", "0")))
        asked = Asked(method, target, headers, body, nth)
        site.requests.append(asked)
        async with site.changed:
            site.changed.notify_all()
        await script(asked, wire)
        nth += 1
