"""The first page: how everything stands."""

from aiohttp import web

from bot.core.answers.status import overview
from bot.web.replies import HTML, Body, reply
from bot.web.routing import Call
from bot.web.site import Site
from bot.web.templates import template


class Overview:
    """Renders the page once for all who see the same."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def page(self, call: Call) -> web.Response:
        """The page."""
        standings = self._site.visible(call.visitor)
        answer = overview(list(standings.values()), call.now)
        text = template("overview.html").render(answer=answer, fresh=self._site.freshness(call.now))
        return reply(call, Body(text.encode(), HTML))
