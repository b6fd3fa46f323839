"""The page and the API of this process: opened where they are configured, and costing nothing where not."""

import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Mapping
from typing import TYPE_CHECKING

from bot.desk.desk import Desk
from bot.process import Process
from bot.supervision import Supervisor

if TYPE_CHECKING:  # templates and server, spared where nothing listens
    from bot.web.door import Door


class KeptPage:
    """What of the page outlives a change of the configuration, None where there is no page."""

    def __init__(self) -> None:
        self.door: Door | None = None

    async def close(self) -> None:
        """End its streams, and listen no more."""
        if self.door is not None:
            await self.door.close()


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
    if kept.door is None:
        kept.door = importlib.import_module("bot.web.door").Door()
    serving = importlib.import_module("bot.web.serving")
    async with serving.answering(process, desk, supervisor, kept.door, deliveries) as port:
        yield port
