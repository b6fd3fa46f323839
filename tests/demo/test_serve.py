"""The vendor on its own."""

import asyncio
import contextlib

import pytest

from bot.demo.serve import serve
from bot.errors import UserError


async def test_it_tells_addresses_and_story_and_stays():
    """Every host's address, every line of the story with its clock, and then it goes on until it is ended."""
    said: list[str] = []
    told = asyncio.Event()

    def say(line: str) -> None:
        said.append(line)
        if line.endswith("the end"):
            told.set()

    running = asyncio.create_task(serve("april-13", speed=1e5, say=say))
    async with asyncio.timeout(10):
        await told.wait()
    assert not running.done()
    assert any(line.startswith("claude-api ") and "http://127.0.0.1:" in line for line in said)
    assert "15:40:43  the page admits claude.ai (major outage), nothing else" in said
    running.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await running


async def test_an_unknown_story_is_said_at_once():
    """Before any server is opened."""
    with pytest.raises(UserError, match="april-15"):
        await serve("april-51")
