"""The pages for people: their routes, and a fault as a page."""

from aiohttp import web

from bot.web import badges, feeds
from bot.web.assets import assets, icon, logo
from bot.web.pages import components, entrance, honesty, incidents, maintenance, overview
from bot.web.pages.live import Live
from bot.web.pages.paper import Filled, Paper, policy
from bot.web.replies import reply
from bot.web.routing import Call, HttpError, Route, Section

CHATS = {"slack": "Slack", "discord": "Discord"}
"""Channels in which people can subscribe by themselves."""


def pages(paper: Paper, live: Live) -> Section:
    """All pages; every path that is nobody else's is theirs."""

    def shown(path: str, template: str, filled: Filled) -> Route:
        return Route("GET", path, paper.page(template, filled))

    async def subscribe(call: Call) -> dict[str, object]:
        kinds = {channel.kind for channel in call.site.settings.channels}
        chats = [name for kind, name in CHATS.items() if kind in kinds]
        return {"services": list(call.site.visible(call.visitor).values()), "chats": chats}

    def fault(call: Call, told: HttpError) -> web.Response:
        body = paper.body(call, "fault.html", {"status": told.status, "sentence": told.sentence})
        return reply(call, body, status=told.status, cache="no-store", headers=policy())

    routes = (
        shown("/", "overview.html", overview.overview(paper)),
        shown("/wall", "wall.html", overview.overview(paper, overview.WALL)),
        shown("/s/{service}", "service.html", components.service(paper)),
        shown("/c/{component}", "component.html", components.component(paper)),
        shown("/c/{component}/{day}", "day.html", components.day(paper)),
        shown("/embed/{component}", "embed.html", components.embed(paper)),
        shown("/i/{incident}", "incident.html", incidents.incident(paper)),
        Route("GET", "/i/{incident}/postmortem.md", incidents.report(paper)),
        shown("/history", "history.html", incidents.history(paper)),
        shown("/honesty", "honesty.html", honesty.honesty(paper)),
        shown("/honesty/{service}", "ledger.html", honesty.honesty_of(paper)),
        shown("/maintenance", "maintenance.html", maintenance.maintenance),
        Route("GET", "/maintenance.ics", maintenance.calendar),
        shown("/subscribe", "subscribe.html", subscribe),
        shown("/login", "login.html", entrance.entrance),
        Route("POST", "/login", entrance.entered(paper)),
        Route("POST", "/logout", entrance.left),
        Route("GET", "/feed.atom", feeds.atom(paper)),
        Route("GET", "/feed.json", feeds.json_feed(paper)),
        Route("GET", "/s/{service}/feed.atom", feeds.atom(paper)),
        Route("GET", "/s/{service}/feed.json", feeds.json_feed(paper)),
        Route("GET", "/badge/{name}.svg", badges.svg),
        Route("GET", "/badge/{name}.json", badges.shields),
        Route("GET", "/events", live.events, stream=True),
        Route("GET", "/assets/{file}", assets),
        Route("GET", "/favicon.ico", icon),
        Route("GET", "/logo", logo),
    )
    return Section(("/",), routes, fault)
