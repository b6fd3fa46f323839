"""A real server for every test process; every test finds it empty."""

import asyncio
import logging
import socket
import subprocess
import threading
import time
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bot.core.detection import serialization
from bot.store.codec import Codec
from bot.store.connect import open_store
from bot.store.embedded import command
from bot.store.embedded_binary import find_binary
from bot.store.store import Store
from tests.support.clusters import Nodes

SLOW = Path(__file__).parent / "end_to_end"
PROOFS = SLOW / "proofs"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """All of tests/end_to_end belongs to the slow tier; what fails there runs once more, and the summary names it.

    Whole processes and real clocks on a busy machine: once may be the machine's, twice is ours. Proofs run once.
    """
    for item in items:
        if SLOW in item.path.parents:
            item.add_marker("slow")
        if item.get_closest_marker("slow") and PROOFS not in item.path.parents:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def nothing_breaks(request: pytest.FixtureRequest) -> Iterator[None]:
    """What a running Groundtruth catches to go on is a bug all the same: a test fails by it, but for those about it."""
    broken: list[str] = []
    handler = logging.Handler(logging.ERROR)
    handler.emit = lambda record: broken.append(record.getMessage())  # type: ignore[method-assign]
    watched = [logging.getLogger(name) for name in ("bot.supervision", "bot.judging.judge")]
    for one in watched:
        one.addHandler(handler)
    yield
    for one in watched:
        one.removeHandler(handler)
    assert not broken or request.node.get_closest_marker("breaks"), broken


@pytest.fixture(autouse=True, scope="session")
def unknown_keys_are_errors() -> None:
    """What is dropped in silence where people use it is a mistake here: a field was renamed, or never written."""
    serialization.STRICT = True
    Codec.unknown = "forbid"


def _ask(path: Path, request: bytes) -> bytes:
    with socket.socket(socket.AF_UNIX) as connection:
        connection.settimeout(5)
        connection.connect(str(path))
        connection.sendall(request)
        return connection.recv(100)


def _answers(path: Path) -> bool:
    try:
        return _ask(path, b"PING\r\n").startswith(b"+PONG")
    except OSError:
        return False


@pytest.fixture(scope="session")
def redis_socket(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """One server a test process, for as long as its tests run."""
    directory = tmp_path_factory.mktemp("r")
    path = directory / "s"
    server = subprocess.Popen(command(find_binary(), directory, path), stdout=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 10
        while not _answers(path):
            assert server.poll() is None, "the test server ended"
            assert time.monotonic() < deadline, "the test server does not answer"
        yield path
    finally:
        server.terminate()
        server.wait(10)


@pytest.fixture(scope="session")
def background() -> Iterator[Callable[..., Any]]:
    """Does something asynchronous for fixtures of the whole session, whose loop outlives those of the tests."""
    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    yield lambda work: asyncio.run_coroutine_threadsafe(work, loop).result(60)
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()


@pytest.fixture(scope="session")
def cluster(tmp_path_factory: pytest.TempPathFactory, background: Callable[..., Any]) -> Iterator[Nodes]:
    """One cluster a test process, for as long as its tests run."""
    nodes = Nodes(tmp_path_factory.mktemp("c"))
    try:
        background(nodes.form(replicas=1))
        yield nodes
    finally:
        background(nodes.end())


@pytest.fixture
def redis_url(redis_socket: Path) -> str:
    """Address of an empty server."""
    assert _ask(redis_socket, b"FLUSHALL\r\n") == b"+OK\r\n"
    return f"unix://{redis_socket}"


@pytest.fixture
def cluster_url(cluster: Nodes, background: Callable[..., Any]) -> str:
    """Address of an empty cluster."""
    background(cluster.emptied())
    return cluster.url


@pytest.fixture
async def store(redis_url: str, tmp_path: Path) -> AsyncIterator[Store]:
    """A store on an empty server."""
    async with open_store(redis_url, tmp_path) as opened:
        yield opened
