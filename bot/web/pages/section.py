"""The pages for people: their routes, and a fault as a page."""

from aiohttp import web

from bot.web.pages.overview import Overview
from bot.web.replies import HTML, Body, reply
from bot.web.routing import Call, HttpError, Route, Section
from bot.web.site import Site


def pages(site: Site) -> Section:
    """All pages; every path that is nobody else's is theirs."""
    return Section(("/",), (Route("GET", "/", Overview(site).page),), fault)


def fault(call: Call, told: HttpError) -> web.Response:
    """A fault in a sentence."""
    body = Body(f"<!doctype html><html lang=en><title>{told.status}</title><p>{told.sentence}".encode(), HTML)
    return reply(call, body, status=told.status, cache="no-store")
