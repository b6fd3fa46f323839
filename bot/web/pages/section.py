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

    def fault(call: Call, told: HttpError) -> web.Response:
        body = paper.body(call, "fault.html", {"status": told.status, "sentence": told.sentence})
        return reply(call, body, status=told.status, cache="no-store", headers=policy())

    routes = (
        *(Route("GET", path, paper.page(template, filled)) for path, template, filled in _shown(paper)),
        Route("POST", "/login", entrance.entered(paper)),
        Route("POST", "/logout", entrance.left),
        Route("GET", "/events", live.events, stream=True),
        *_files(paper),
    )
    return Section(("/",), routes, fault)


def _shown(paper: Paper) -> tuple[tuple[str, str, Filled], ...]:
    """Path, template and what fills it."""
    return (
        ("/", "overview.html", overview.overview(paper)),
        ("/wall", "wall.html", overview.overview(paper, overview.WALL)),
        ("/s/{service}", "service.html", components.service(paper)),
        ("/c/{component}", "component.html", components.component(paper)),
        ("/c/{component}/{day}", "day.html", components.day(paper)),
        ("/embed/{component}", "embed.html", components.embed(paper)),
        ("/i/{incident}", "incident.html", incidents.incident(paper)),
        ("/history", "history.html", incidents.history(paper)),
        ("/honesty", "honesty.html", honesty.honesty(paper)),
        ("/honesty/{service}", "ledger.html", honesty.honesty_of(paper)),
        ("/maintenance", "maintenance.html", maintenance.maintenance),
        ("/subscribe", "subscribe.html", _subscribe),
        ("/login", "login.html", entrance.entrance),
    )


def _files(paper: Paper) -> tuple[Route, ...]:
    """What is no page: feeds, badges, the calendar, style and script."""
    found = {
        "/i/{incident}/postmortem.md": incidents.report(paper),
        "/maintenance.ics": maintenance.calendar,
        "/feed.atom": feeds.atom(paper),
        "/feed.json": feeds.json_feed(paper),
        "/s/{service}/feed.atom": feeds.atom(paper),
        "/s/{service}/feed.json": feeds.json_feed(paper),
        "/badge/{name}.svg": badges.svg,
        "/badge/{name}.json": badges.shields,
        "/assets/{file}": assets,
        "/favicon.ico": icon,
        "/logo": logo,
    }
    return tuple(Route("GET", path, handler) for path, handler in found.items())


async def _subscribe(call: Call) -> dict[str, object]:
    kinds = {channel.kind for channel in call.site.settings.channels}
    chats = [name for kind, name in CHATS.items() if kind in kinds]
    return {"services": list(call.site.visible(call.visitor).values()), "chats": chats}
