"""The page and the API of this process: opened where they are configured, and costing nothing where not."""

import contextlib
import importlib
from collections.abc import AsyncIterator, Callable, Mapping

from bot.desk.desk import Desk
from bot.process import Process
from bot.supervision import Supervisor


@contextlib.asynccontextmanager
async def web_open(
    process: Process,
    desk: Desk,
    supervisor: Supervisor,
    deliveries: Callable[[], Mapping[tuple[str, str], int]] = dict,
) -> AsyncIterator[int]:
    """Answer inside, if that is configured; the port, 0 without. Raises UserError where it cannot listen.

    `deliveries` are this process's attempts so far by (channel, outcome).
    """
    if process.settings.web is None:
        yield 0
        return
    serving = importlib.import_module("bot.web.serving")  # templates and server, spared where nothing listens
    async with serving.served(process, desk, supervisor, deliveries) as port:
        yield port
