"""The pages for people: their routes, and a fault as a page."""

from aiohttp import web

from bot.web import badges, feeds
from bot.web.assets import assets, icon, logo
from bot.web.pages import components, entrance, honesty, incidents, maintenance, overview
from bot.web.pages.live import Live
from bot.web.pages.renderer import Filled, PageRenderer, policy
from bot.web.replies import reply
from bot.web.routing import Call, HttpError, Route, Section

CHATS = {"slack": "Slack", "discord": "Discord"}
"""Channels in which people can subscribe by themselves."""


def pages(renderer: PageRenderer, live: Live) -> Section:
    """All pages; every path that is nobody else's is theirs."""

    def fault(call: Call, told: HttpError) -> web.Response:
        body = renderer.body(call, "fault.html", {"status": told.status, "sentence": told.sentence})
        return reply(call, body, status=told.status, cache="no-store", headers=policy())

    routes = (
        *(Route("GET", path, renderer.page(template, filled)) for path, template, filled in _shown(renderer)),
        Route("POST", "/login", entrance.entered(renderer)),
        Route("POST", "/logout", entrance.left),
        Route("GET", "/events", live.events, stream=True),
        *_files(renderer),
    )
    return Section(("/",), routes, fault)


def _shown(renderer: PageRenderer) -> tuple[tuple[str, str, Filled], ...]:
    """Path, template and what fills it."""
    return (
        ("/", "overview.html", overview.overview(renderer)),
        ("/wall", "wall.html", overview.overview(renderer, overview.WALL)),
        ("/s/{service}", "service.html", components.service(renderer)),
        ("/c/{component}", "component.html", components.component(renderer)),
        ("/c/{component}/{day}", "day.html", components.day(renderer)),
        ("/embed/{component}", "embed.html", components.embed(renderer)),
        ("/i/{incident}", "incident.html", incidents.incident(renderer)),
        ("/history", "history.html", incidents.history(renderer)),
        ("/honesty", "honesty.html", honesty.honesty(renderer)),
        ("/honesty/{service}", "ledger.html", honesty.honesty_of(renderer)),
        ("/maintenance", "maintenance.html", maintenance.maintenance),
        ("/subscribe", "subscribe.html", _subscribe),
        ("/login", "login.html", entrance.entrance),
    )


def _files(renderer: PageRenderer) -> tuple[Route, ...]:
    """What is no page: feeds, badges, the calendar, style and script."""
    found = {
        "/i/{incident}/postmortem.md": incidents.report(renderer),
        "/maintenance.ics": maintenance.calendar,
        "/feed.atom": feeds.atom(renderer),
        "/feed.json": feeds.json_feed(renderer),
        "/s/{service}/feed.atom": feeds.atom(renderer),
        "/s/{service}/feed.json": feeds.json_feed(renderer),
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
