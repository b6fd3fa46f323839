"""The agent check: what HAProxy is answered."""

import asyncio
import socket

import pytest

from bot.core.answers.traffic import AGENT_CHECK
from bot.errors import UserError
from bot.http.line_server import LineBounds, LineServer
from probes.model import State
from tests.support.filled import fill
from tests.support.site import page, with_page


def test_every_state_has_its_line():
    """Only what is surely in trouble gets nothing; what is unknown stays."""
    assert set(AGENT_CHECK) == set(State)
    assert {state for state, line in AGENT_CHECK.items() if not line.startswith("up ready ")} == {
        State.PARTIAL, State.MAINTENANCE, State.MAJOR,
    }  # fmt: skip
    assert AGENT_CHECK[State.MAJOR] == "down#major outage"


async def asked(port: int, line: bytes) -> bytes:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(line)
    answer = await reader.read()
    writer.close()
    return answer


async def test_over_the_wire(store):
    """A line in, a line out; what everybody may not see is not there; nobody listens afterwards."""
    await fill(store)
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    listen = f"127.0.0.1:{port}"
    async with page(store, with_page(agent_check=listen)):
        assert await asked(port, b"claude-api\n") == b"drain\n"
        assert await asked(port, b"claude-web\r\n") == b"up ready 100%\n"
        assert await asked(port, b"claude-code\n") == b"up ready 25%\n"
        assert (await asked(port, b"nothing\n")).startswith(b"error: ")
    async with page(store, with_page(agent_check=listen, public=frozenset())):
        assert (await asked(port, b"claude-api\n")).startswith(b"error: ")
    with pytest.raises(OSError, match="Connect"):
        await asked(port, b"claude-api\n")


async def test_it_is_bounded():
    """A line that is too long, one that never ends, a crowd that says nothing, an answer that breaks."""
    server = LineServer("127.0.0.1:0", "a test", lambda line: line[::-1], LineBounds(line=20, each_s=0.05, at_once=3))
    async with server.open():
        assert await asked(server.port, b"x" * 200) == b""
        assert await asked(server.port, b"abc") == b""
        assert await asked(server.port, b"\xff\n") != b""
        silent = [await asyncio.open_connection("127.0.0.1", server.port) for _ in range(9)]
        assert await asked(server.port, b"abc\n") == b"cba\n"
        for _, writer in silent:
            writer.close()
        again = LineServer(f"127.0.0.1:{server.port}", "the door", str)
        with pytest.raises(UserError, match="for the door: "):
            async with again.open():
                pass
