"""What a service manager hears, over a real datagram socket."""

import asyncio
import contextlib
import socket
from collections.abc import Iterator

import pytest

from bot.config.environment import service_manager
from bot.service_manager import notified, tell
from bot.settings import ServiceManager


@contextlib.contextmanager
def listening(address: str) -> Iterator[socket.socket]:
    """A manager's socket."""
    with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
        door.bind("\0" + address[1:] if address.startswith("@") else address)
        door.setblocking(False)
        yield door


def said(door: socket.socket) -> list[str]:
    """Every message so far."""
    messages = []
    with contextlib.suppress(BlockingIOError):
        while True:
            messages.append(door.recv(4096).decode())
    return messages


@pytest.mark.parametrize("address", ["/notify", "@groundtruth-test-notify"])
async def test_ready_alive_stopping(tmp_path, address):
    """Ready once, with one line of status; alive again and again; stopping at the end. An abstract address too."""
    address = f"{tmp_path}{address}" if address.startswith("/") else f"{address}-{tmp_path.name}"
    with listening(address) as door:
        loop = asyncio.get_running_loop()
        async with notified(ServiceManager(address, 0.02), "Watching\nClaude"):
            heard: list[str] = []
            while heard.count("WATCHDOG=1") < 3:
                reader = asyncio.Event()
                loop.add_reader(door, reader.set)
                async with asyncio.timeout(5):
                    await reader.wait()
                loop.remove_reader(door)
                heard += said(door)
        assert heard[0] == "READY=1\nSTATUS=Watching Claude"
        assert set(heard[1:]) == {"WATCHDOG=1"}
        assert said(door)[-1].startswith("STOPPING=1\n")


async def test_nobody_asked():
    """Without a manager nothing is sent; with one that has gone the work goes on."""
    async with notified(ServiceManager(), "Watching"):
        assert not [task for task in asyncio.all_tasks() if task.get_name() == "watchdog"]
    assert not tell(ServiceManager("/nowhere/notify"), "READY=1")


@pytest.mark.parametrize(
    ("environ", "expected"),
    [
        ({}, ServiceManager()),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "30000000"}, ServiceManager("/run/x", 30.0)),
        ({"NOTIFY_SOCKET": "@x", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "7"}, ServiceManager("@x", 0.5)),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "500000", "WATCHDOG_PID": "8"}, ServiceManager("/run/x")),
        ({"NOTIFY_SOCKET": "relative", "WATCHDOG_USEC": "soon"}, ServiceManager()),
        ({"NOTIFY_SOCKET": "/run/x", "WATCHDOG_USEC": "-1"}, ServiceManager("/run/x")),
    ],
)
def test_what_the_environment_asks_for(environ, expected):
    """As sd_notify(3) and sd_watchdog_enabled(3) have it; what is no request is none."""
    assert service_manager(environ, 7) == expected
