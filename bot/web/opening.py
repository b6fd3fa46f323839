"""The page and the API of this process: opened where they are configured, and costing nothing where not."""

import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

from bot.desk.desk import Desk
from bot.process import Process
from bot.supervision import Supervisor

if TYPE_CHECKING:  # templates and server, spared where nothing listens
    from bot.web.listener import WebListener


class KeptPage:
    """What of the page outlives a change of the configuration, None where there is no page."""

    def __init__(self) -> None:
        self.listener: WebListener | None = None

    async def close(self) -> None:
        """End its streams, and listen no more."""
        if self.listener is not None:
            await self.listener.close()


@contextlib.asynccontextmanager
async def web_open(
    process: Process,
    desk: Desk,
    supervisor: Supervisor,
    kept: KeptPage,
    deliveries: Callable[[], Mapping[tuple[str, str], int]] = dict,
) -> AsyncIterator[int]:
    """Answer inside, if that is configured; the port, 0 without. Raises UserError where it cannot listen.

    The listener of `kept` stays open afterwards, for the next configuration.

    `deliveries` are this process's attempts so far by (channel, outcome).
    """
    if process.settings.web is None:
        await kept.close()
        yield 0
        return
    if kept.listener is None:
        kept.listener = importlib.import_module("bot.web.listener").WebListener()
    serving = importlib.import_module("bot.web.serving")
    async with serving.answering(process, desk, supervisor, kept.listener, deliveries) as port:
        yield port
