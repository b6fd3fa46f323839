"""Whether we live and can be relied on, asked over HTTP while we begin, work, and lose the store."""

import asyncio
import socket
from dataclasses import replace

import httpx
import pytest

from bot.config.load import load
from bot.core.health.signs import HealthSign
from bot.demo.vendor import Vendor
from bot.errors import UserError
from bot.process import Process
from bot.store.connect import open_store
from bot.web.health import Readiness
from tests.support.instance import Instance

NOW = 1_776_000_000.0


def free_port() -> int:
    """One that nobody listens at now."""
    with socket.create_server(("127.0.0.1", 0)) as one:
        return int(one.getsockname()[1])


async def asked(port, path="/readyz"):
    """Status and body; None while nobody answers."""
    async with httpx.AsyncClient() as client:
        try:
            answer = await client.get(f"http://127.0.0.1:{port}{path}")
        except httpx.TransportError:
            return None
    return answer.status_code, answer.json()


async def until(port, status):
    """The first answer of that status."""
    async with asyncio.timeout(40):
        while (found := await asked(port)) is None or found[0] != status:  # noqa: ASYNC110 - another process
            await asyncio.sleep(0.05)
    return found[1]


async def test_ready_once_everything_is_judged(tmp_path):
    """A real process on a real vendor: it lives and is ready, and nobody answers after its end."""
    port = free_port()
    async with Vendor() as vendor:
        instance = Instance(tmp_path, vendor, health={"listen": f"127.0.0.1:{port}"})
        await instance.start()
        try:
            assert await until(port, 200) == {"ready": True, "why": []}
            assert await asked(port, "/livez") == (200, {"alive": True})
        finally:
            await instance.stop()
    assert await asked(port) is None


@pytest.fixture
def settings(tmp_path):
    """Claude alone."""
    file = tmp_path / "groundtruth.yaml"
    file.write_text("services: [claude]\nhealth: {listen: '127.0.0.1:0'}\n")
    return load(str(file), {})


async def test_a_dead_socket_and_a_service_nobody_judges_are_named(settings, store):
    """Reasons in sentences, bounded."""
    ill = [HealthSign("slack", ok=False, sentence="its socket is dead " + "x" * 500, at=NOW)]
    readiness = Readiness(Process(store, settings, "a", lambda: NOW), lambda _: ill)
    async with readiness.open() as port:
        status, body = await asked(port)
        assert (status, body["ready"]) == (503, False)
        assert any(why.startswith("slack: its socket is dead") for why in body["why"])
        assert any("judge" in why for why in body["why"])
        assert all(len(why) <= 200 for why in body["why"])


async def test_without_the_store_nothing_is_ready(settings, tmp_path):
    """It lives all the same."""
    async with open_store(None, tmp_path / "state") as store:
        process = Process(store, settings, "a", lambda: NOW)
    async with Readiness(process, lambda _: []).open() as port:
        assert await asked(port) == (503, {"ready": False, "why": ["store: does not answer"]})
        assert await asked(port, "/livez") == (200, {"alive": True})


async def test_a_taken_port_is_one_sentence(settings, store):
    """Said at the start, with the address."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        there = replace(settings, watching=replace(settings.watching, listen=f"127.0.0.1:{taken.getsockname()[1]}"))
        process = Process(store, there, "a", lambda: NOW)
        with pytest.raises(UserError, match=r"cannot listen at 127\.0\.0\.1:"):
            await Readiness(process, lambda _: []).open().__aenter__()


def test_a_bad_address_is_a_complaint_with_its_line(tmp_path):
    """File, line, key."""
    file = tmp_path / "groundtruth.yaml"
    file.write_text("services: [claude]\nhealth:\n  listen: somewhere\n")
    with pytest.raises(UserError, match=r"groundtruth.yaml:3.*health.listen"):
        load(str(file), {})
