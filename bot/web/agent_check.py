"""The agent check of HAProxy: a TCP port that is sent a component's id in a line and answers how much it should get."""

import contextlib
from collections.abc import AsyncIterator

from bot.core.answers.traffic import AGENT_CHECK
from bot.core.text.symptoms import present
from bot.http.line_server import LineServer
from bot.web.site import Site
from bot.web.visitors import ANYBODY

UNKNOWN = "error: there is no component of that id"
"""No word that HAProxy acts on: it notes the answer as invalid, and changes nothing."""


def answer(site: Site, component: str, now: float) -> str:
    """The line for a component that everybody may see."""
    for standing in site.visible(ANYBODY).values():
        for voices in standing.voices:
            if voices.measured.component == component:
                return AGENT_CHECK[present(voices.measured, now)]
    return UNKNOWN


@contextlib.asynccontextmanager
async def agent_check_open(site: Site) -> AsyncIterator[LineServer | None]:
    """Answer inside, if that is configured. Raises UserError where it cannot listen."""
    settings = site.settings.web
    if settings is None or not settings.agent_check:
        yield None
        return
    said = "the agent check (web.agent_check)"
    server = LineServer(settings.agent_check, said, lambda line: answer(site, line, site.process.now()))
    async with server.open():
        yield server
