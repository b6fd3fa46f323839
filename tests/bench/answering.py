"""A server that answers at once, in a process of its own, so that only the asking is measured."""

import asyncio
import contextlib
import resource
import sys
from asyncio.subprocess import PIPE
from collections.abc import AsyncIterator

BODY = b'{"type":"ok","message":"everything is as it should be, as far as this server can tell"}'
ANSWER = (
    b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ndate: Sun, 22 Nov 2026 20:00:00 GMT\r\n"
    b"request-id: req_011CSHoEeqs5C35K2UUqTdLd\r\ncontent-length: " + str(len(BODY)).encode() + b"\r\n\r\n" + BODY
)

EMPTY = b"HTTP/1.1 204 No Content\r\n\r\n"
"""What a control host answers; it is asked for "/204"."""


class Answering(asyncio.Protocol):
    """One connection: an answer for every request, kept open."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self.transport = transport
        self.rest = b""

    def data_received(self, data: bytes) -> None:
        *requests, self.rest = (self.rest + data).split(b"\r\n\r\n")
        self.transport.write(b"".join(EMPTY if b" /204 " in asked else ANSWER for asked in requests))


def many_files() -> None:
    """As many connections as the system lets us have."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))


@contextlib.asynccontextmanager
async def answering() -> AsyncIterator[str]:
    """The address of such a server."""
    command = (sys.executable, "-m", "tests.bench.answering")
    process = await asyncio.create_subprocess_exec(*command, stdin=PIPE, stdout=PIPE)
    assert process.stdout is not None
    try:
        yield f"http://127.0.0.1:{int(await process.stdout.readline())}/health"
    finally:
        process.kill()
        await process.wait()


async def serve() -> None:
    """Until killed."""
    many_files()
    server = await asyncio.get_running_loop().create_server(Answering, "127.0.0.1", 0, backlog=4096)
    sys.stdout.write(f"{server.sockets[0].getsockname()[1]}\n")
    sys.stdout.flush()
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(serve())
