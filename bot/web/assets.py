"""Style and script of the page, by an address that names their content: they are kept for ever."""

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from aiohttp import web

from bot.web.replies import Body, reply
from bot.web.routing import Call, HttpError

FOLDER = Path(__file__).parent / "static"
KINDS = {".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml"}
FOR_EVER = "public, max-age=31536000, immutable"
PICTURES = {
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".webp": "image/webp",
}


@dataclass(frozen=True, slots=True)
class Asset:
    """One file and its address."""

    path: str
    body: Body


@cache
def asset(name: str) -> Asset:
    """The file of that name in `static`."""
    file = FOLDER / name
    body = Body(file.read_bytes(), KINDS[file.suffix])
    mark = hashlib.sha256(body.content).hexdigest()[:10]
    return Asset(f"/assets/{file.stem}.{mark}{file.suffix}", body)


async def assets(call: Call) -> web.Response:
    """Style or script; one of another edition is gone, and the page that wants it is to be loaded again."""
    for name in ("page.css", "page.js", "icon.svg"):
        one = asset(name)
        if one.path == call.request.path:
            return reply(call, one.body, cache=FOR_EVER)
    raise HttpError(404, "there is no such file")


async def icon(call: Call) -> web.Response:
    """What browsers ask for by themselves."""
    return reply(call, asset("icon.svg").body, cache="public, max-age=86400")


async def logo(call: Call) -> web.Response:
    """The picture beside the title; an SVG can run nothing here."""
    settings = call.site.settings.web
    file = Path(settings.logo) if settings is not None and settings.logo else None
    if file is None or not file.is_file():
        raise HttpError(404, "there is no logo")
    safe = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; sandbox"}
    body = Body(file.read_bytes(), PICTURES[file.suffix.casefold()])
    return reply(call, body, cache="public, max-age=3600", headers=safe)
