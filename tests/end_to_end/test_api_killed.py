"""kill -9 while programs ask and act by the API and people read the page: what was confirmed stands, and it goes on."""

import asyncio
import contextlib
import socket

import httpx
import pytest

from bot.demo.vendor import Vendor
from tests.support.instance import Instance

pytestmark = pytest.mark.timeout(150)

SECRET = "robot-token-0123456789"
ROBOT = {"Authorization": f"Bearer {SECRET}"}
KILLED = 2


def free_port() -> int:
    """A port that nobody has at this moment."""
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


async def asked(client: httpx.AsyncClient, codes: set[int]) -> None:
    """Read without end; a connection that dies is no answer."""
    while True:
        with contextlib.suppress(httpx.TransportError):
            for path in ("/", "/c/claude-api", "/v1/components", "/metrics", "/api/v2/summary.json"):
                codes.add((await client.get(path)).status_code)
        await asyncio.sleep(0.02)


async def silenced(client: httpx.AsyncClient, reason: str) -> None:
    """Ask for a silence; the same key again is the same silence."""
    body = {"what": "claude-api", "duration": "2h", "reason": reason}
    with contextlib.suppress(httpx.TransportError):
        await client.post("/v1/silences", json=body, headers=ROBOT | {"Idempotency-Key": reason})


async def held(client: httpx.AsyncClient) -> list[str]:
    """The reasons of the silences that stand."""
    answer = await client.get("/v1/silences", headers=ROBOT)
    return [row["reason"] for row in answer.json()["silences"]]


async def told(client: httpx.AsyncClient, since: str) -> tuple[str, str]:
    """What an open page hears that comes back with the id of its last event: all events up to a state, and the id."""
    heard, last = "", ""
    headers = {"Last-Event-ID": since} if since else {}
    async with asyncio.timeout(30), client.stream("GET", "/events", headers=headers) as stream:
        async for line in stream.aiter_lines():
            heard += f"{line}\n"
            last = line.removeprefix("id: ") if line.startswith("id: ") else last
            if line.startswith("data: ") and ("changed" in line or not since):
                break
    return heard, last


async def up(client: httpx.AsyncClient) -> None:
    """Until it answers."""
    async with asyncio.timeout(60):
        while True:
            with contextlib.suppress(httpx.TransportError):
                if (await client.get("/v1/components")).json()["as_of"] is not None:
                    return
            await asyncio.sleep(0.1)


async def test_what_the_api_confirmed_survives_kill_9(tmp_path):
    """Under load, killed twice: no answer is a 500, and a confirmed silence stands once after each."""
    port = free_port()
    web = {"listen": f"127.0.0.1:{port}", "requests_per_minute": 1_000_000,
           "tokens": {"robot": {"token": "${ROBOT}", "role": "responder"}}}  # fmt: skip
    codes, place = set[int](), ""
    async with Vendor(seed=3) as vendor, httpx.AsyncClient(base_url=f"http://127.0.0.1:{port}", timeout=20) as client:
        instance = Instance(tmp_path, vendor, web=web)
        instance.environ = {"ROBOT": SECRET}
        load = [asyncio.create_task(asked(client, codes)) for _ in range(4)]
        try:
            for number in range(KILLED + 1):
                await instance.start()
                await up(client)
                heard, place = await told(client, place)
                assert not number or '"id":"c:claude-api"' in heard, "an open page hears of everything after a restart"
                assert "Claude API" in (await client.get("/")).text
                if number:
                    assert await held(client) == [f"reason {number - 1}"]
                async with asyncio.timeout(30):
                    while await held(client) != [f"reason {number}"]:
                        await silenced(client, f"reason {number}")
                        await asyncio.sleep(0.2)
                if number < KILLED:
                    await instance.kill()
        finally:
            for task in load:
                task.cancel()
            if instance.process is not None and instance.process.returncode is None:
                await instance.kill()

    assert codes <= {200, 503}
