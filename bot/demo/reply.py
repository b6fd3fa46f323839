"""An answer as a value, and the one place that puts it on the wire."""

import asyncio
import socket
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from aiohttp import web


class Ending(StrEnum):
    """How an answer ends."""

    NEAT = "neat"
    CUT = "cut"  # the connection is dropped before the body is whole
    RESET = "reset"  # no header at all, the connection is reset
    HANG = "hang"  # no header at all until the client or the vendor closes


@dataclass(frozen=True, slots=True)
class Reply:
    """Status, headers, body; `frames` are sent one by one instead of the body, `pause_ms` before the second of them."""

    status: int = 200
    body: bytes = b""
    content_type: str = "application/json"
    headers: Mapping[str, str] = field(default_factory=dict)
    frames: tuple[bytes, ...] = ()
    pause_ms: float = 0.0
    ending: Ending = Ending.NEAT


async def transmit(request: web.Request, reply: Reply) -> web.StreamResponse:
    """Send it. What hangs is cancelled when its client or its server goes."""
    if reply.ending in {Ending.RESET, Ending.HANG}:
        if reply.ending is Ending.HANG:
            await asyncio.get_running_loop().create_future()
        drop(request)
        return web.Response()
    headers = {**reply.headers}
    if reply.content_type:
        headers["content-type"] = reply.content_type
    if not reply.frames and reply.ending is Ending.NEAT:
        return web.Response(status=reply.status, body=reply.body, headers=headers)
    response = web.StreamResponse(status=reply.status, headers=headers)
    frames = reply.frames
    if not frames:  # a body that breaks off: its whole length is promised, half of it comes
        response.content_length = len(reply.body)
        frames = (reply.body[: len(reply.body) // 2],)
    await response.prepare(request)
    for number, frame in enumerate(frames):
        if number == 1 and reply.pause_ms:
            await asyncio.sleep(reply.pause_ms / 1000)
        await response.write(frame)
    if reply.ending is Ending.CUT:
        # An orderly FIN in the middle of the body: what was written arrives first.
        if request.transport is not None:
            request.transport.close()
        return response
    await response.write_eof()
    return response


def drop(request: web.Request) -> None:
    """Reset the connection: RST instead of FIN."""
    transport = request.transport
    if transport is None:
        return
    connection = transport.get_extra_info("socket")
    if connection is not None:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    transport.abort()
