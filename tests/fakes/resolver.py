"""A DNS resolver on loopback, by datagram and by stream, whose answers the test writes."""

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any

Answering = Callable[[bytes], bytes | None]
"""From a question to an answer; None keeps silent."""


def record(address: str, name: bytes = b"\xc0\x0c") -> bytes:
    """One address as a record of the name that was asked for."""
    data = ip_address(address).packed
    return name + struct.pack(">2HIH", 1 if len(data) == 4 else 28, 1, 60, len(data)) + data


def alias() -> bytes:
    """A CNAME, as stands before addresses."""
    data = b"\x03www\xc0\x0c"
    return b"\xc0\x0c" + struct.pack(">2HIH", 5, 1, 60, len(data)) + data


def says(*records: bytes, code: int = 0, cut: bool = False, number: int | None = None) -> Answering:
    """An answer of these records."""

    def answering(question: bytes) -> bytes:
        own = struct.unpack_from(">H", question)[0] if number is None else number
        flags = 0x8180 | code | (0x0200 if cut else 0)
        return struct.pack(">6H", own, flags, 1, len(records), 0, 0) + question[12:] + b"".join(records)

    return answering


@dataclass
class Resolver:
    """A running resolver."""

    address: str
    asked: list[bytes] = field(default_factory=list)


class _Datagrams(asyncio.DatagramProtocol):
    def __init__(self, answering: Answering, resolver: Resolver) -> None:
        self._answering, self._resolver = answering, resolver
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        self._resolver.asked.append(data)
        answer = self._answering(data)
        if answer is not None:
            self._transport.sendto(answer, addr)


@contextlib.asynccontextmanager
async def resolving(answering: Answering, by_stream: Answering | None = None) -> AsyncIterator[Resolver]:
    """Serve until the block ends."""

    async def stream(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, EOFError):
            question = await reader.readexactly(int.from_bytes(await reader.readexactly(2), "big"))
            answer = (by_stream or answering)(question)
            if answer is not None:
                writer.write(len(answer).to_bytes(2, "big") + answer)
                await writer.drain()
        writer.transport.abort()

    server = await asyncio.start_server(stream, "127.0.0.1", 0)
    port = server.sockets[0].getsockname()[1]
    resolver = Resolver(f"127.0.0.1:{port}")
    transport, _ = await asyncio.get_running_loop().create_datagram_endpoint(
        lambda: _Datagrams(answering, resolver), local_addr=("127.0.0.1", port), family=socket.AF_INET
    )
    try:
        yield resolver
    finally:
        transport.abort()
        server.close()
