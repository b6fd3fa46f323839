"""The service manager that started us (systemd, `Type=notify`): it hears that we are ready, alive, and stopping.

The protocol is one datagram of `NAME=value` lines, see sd_notify(3). Nothing is sent where no manager asked for it.
"""

import asyncio
import contextlib
import logging
import socket
from collections.abc import AsyncIterator

from bot.settings import ServiceManager

log = logging.getLogger(__name__)


@contextlib.asynccontextmanager
async def notified(manager: ServiceManager, status: str) -> AsyncIterator[None]:
    """Ready on entry, with `status` in one line; alive inside, while the event loop turns; stopping at the end.

    A manager that cannot be reached is logged and otherwise ignored.
    """
    if not manager.address:
        yield
        return
    tell(manager, "READY=1", f"STATUS={status}")
    watchdog = asyncio.create_task(_alive(manager), name="watchdog") if manager.watchdog_s else None
    try:
        yield
    finally:
        if watchdog is not None:
            watchdog.cancel()
        tell(manager, "STOPPING=1", "STATUS=Writing and sending what is left")


def tell(manager: ServiceManager, *lines: str, patience_s: float = 1.0) -> bool:
    """Send one message; whether the manager took it within its patience, for which everything else waits."""
    address = "\0" + manager.address[1:] if manager.address.startswith("@") else manager.address
    try:
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.settimeout(patience_s)
            door.connect(address)
            door.sendall("\n".join(" ".join(line.split()) for line in lines).encode())
    except OSError as error:
        log.warning("the service manager cannot be told %s: %s", lines[0], error)
        return False
    return True


async def _alive(manager: ServiceManager) -> None:
    """Twice in each period, as sd_watchdog_enabled(3) advises. An event loop that hangs sends nothing."""
    while True:
        tell(manager, "WATCHDOG=1", patience_s=0.0)
        await asyncio.sleep(manager.watchdog_s / 2)
