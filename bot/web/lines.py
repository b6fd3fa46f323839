"""`/line/<component>`: a component in one line of text, for status lines, prompts and hooks that have only curl."""

from aiohttp import web

from bot.core.answers.status_line import line
from bot.web.api import lookups
from bot.web.api.limits import Limits
from bot.web.api.section import limited
from bot.web.gateways import fault
from bot.web.replies import TEXT
from bot.web.routing import Call, Route, Section


async def one(call: Call) -> web.Response:
    """The text form of `bot.core.answers.status_line`. What was not read lately is unknown."""
    _, voices = lookups.component(call)
    told = line(voices, call.now, fresh=not call.site.freshness(call.now).stale)
    return web.Response(text=told.written(), headers={"Cache-Control": "no-store", "Content-Type": TEXT})


def lines(limits: Limits) -> Section:
    """The route."""
    return Section(("/line",), (Route("GET", "/line/{component}", limited(limits, one)),), fault)
