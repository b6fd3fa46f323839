"""Signing in with a token, for browsers: it becomes a cookie that only reads."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

from aiohttp import web

from bot.web.pages.renderer import PageRenderer, policy
from bot.web.replies import reply
from bot.web.routing import Call, HttpError
from bot.web.visitors import Visitors, cookie


async def entrance(_: Call) -> dict[str, Any]:
    """The form."""
    return {"wrong": False}


def entered(renderer: PageRenderer) -> Any:
    """What the form sends: a right token sets the cookie and leads to the first page."""
    settings = renderer.site.settings.web
    assert settings is not None
    visitors = Visitors(settings)

    async def handler(call: Call) -> web.StreamResponse:
        own(call)
        fields = parse_qs(call.body.decode("utf-8", "replace"), max_num_fields=5)
        token = visitors.token(fields.get("token", [""])[0].strip())
        if token is None:
            body = renderer.body(call, "login.html", {"wrong": True})
            return reply(call, body, status=403, cache="no-store", headers=policy())
        return _home(cookie(visitors.session(token, call.now), secure=_secure(call)))

    return handler


async def left(call: Call) -> web.Response:
    """The cookie goes."""
    own(call)
    return _home(cookie("", secure=_secure(call)))


def own(call: Call) -> None:
    """Raises HttpError for a form that another site sent."""
    origin = call.request.headers.get("Origin", "")
    if origin and urlsplit(origin).netloc != call.request.headers.get("Host", ""):
        raise HttpError(403, "this form came from another site")


def _secure(call: Call) -> bool:
    settings = call.site.settings.web
    return bool(settings and settings.url.startswith("https:"))


def _home(set_cookie: str) -> web.Response:
    return web.Response(status=303, headers={"Location": "/", "Set-Cookie": set_cookie, "Cache-Control": "no-store"})
