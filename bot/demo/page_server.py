"""The status page on the wire: conditional requests, feeds, and every way to be unreadable."""

import asyncio
import gzip
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from functools import cache

from aiohttp import web

from bot.demo.feeds import atom, rss
from bot.demo.reply import Ending, Reply, transmit
from bot.demo.statuspage import Breakage, Reading, StatusPage

HUGE = 50 * 2**20
HEADERS = {
    "server": "AtlassianEdge",
    "cache-control": "max-age=0, private, must-revalidate",
    "access-control-allow-origin": "*",
    "vary": "Accept,Accept-Encoding,Fastly-SSL",
    "via": "1.1 varnish, 1.1 2f1c6e8a0b9d4c57a3b1e0d9c8f7a6b5.cloudfront.net (CloudFront)",
    "x-cache": "Miss from cloudfront",
}
FRONT = (
    b"<!DOCTYPE html><html><head><title>Claude Status</title></head>"
    b'<body class="status index"><div class="layout-content"></div></body></html>'
)
BLOCKED = (
    b'<!DOCTYPE HTML PUBLIC "-//W3C//DTD HTML 4.01 Transitional//EN" "http://www.w3.org/TR/html4/loose.dtd">\n<HTML><HEAD>'
    b"<TITLE>ERROR: The request could not be satisfied</TITLE></HEAD><BODY><H1>405 ERROR</H1></BODY></HTML>"
)
OTHER_PLATFORM = (
    b'{"summary":{"id":"01JMDK9XYNY6RXSED6SDWW50WY","name":"Claude","affected_components":[],"ongoing_incidents":[],'
    b'"structure":{"id":"01JMDK9XYNY6RXSED6SDWW50WZ","items":[]}}}'
)
GARBAGE = bytes((i * 73 + i // 7) % 256 for i in range(20_000))
FIXED = {
    Breakage.GARBAGE: Reply(200, GARBAGE, headers=HEADERS),
    Breakage.HTML: Reply(200, FRONT, "text/html; charset=utf-8", HEADERS),
    Breakage.WRONG_SHAPE: Reply(200, OTHER_PLATFORM, headers=HEADERS),
    Breakage.EMPTY: Reply(200, b"", headers=HEADERS),
    Breakage.CHALLENGE_202: Reply(202, b"", "text/html", {**HEADERS, "x-amzn-waf-action": "challenge"}),
    Breakage.FORBIDDEN: Reply(403, BLOCKED.replace(b"405", b"403"), "text/html", {"server": "CloudFront"}),
    Breakage.NOT_ALLOWED: Reply(
        405, BLOCKED, "text/html", {"server": "CloudFront", "x-cache": "Error from cloudfront"}
    ),
    Breakage.ERROR_500: Reply(500, FRONT, "text/html; charset=utf-8", HEADERS),
    Breakage.UNAVAILABLE: Reply(503, b"", "text/plain", HEADERS),
    Breakage.RESET: Reply(status=0, ending=Ending.RESET),
    Breakage.HANG: Reply(status=0, ending=Ending.HANG),
}


@dataclass(frozen=True, slots=True)
class PageAnswer:
    """What a page answers: the kind of answer, and either the reply or the endless thing it is."""

    kind: str
    reply: Reply
    endless: Breakage | None = None

    @property
    def status(self) -> int:
        """The HTTP status, 0 where no header is sent."""
        return self.reply.status

    async def send(self, request: web.Request) -> web.StreamResponse:
        """Put it on the wire."""
        if self.endless is not None:
            return await _endless(request, self.endless)
        return await transmit(request, self.reply)


def answer(page: StatusPage, request: web.Request, how: Breakage | None) -> PageAnswer:
    """The answer to a request, broken in this way."""
    match how:
        case None:
            return PageAnswer(*_fine(page, request))
        case Breakage.CUT:
            whole = _fine(page, request)[1]
            return PageAnswer(how, replace(whole, ending=Ending.CUT))
        case Breakage.LOOP:
            return PageAnswer(how, Reply(302, b"", "text/plain", {**HEADERS, "location": request.path_qs}))
        case Breakage.BOMB:
            return PageAnswer(how, Reply(200, _bomb(), headers={**HEADERS, "content-encoding": "gzip"}))
        case Breakage.HUGE | Breakage.DRIP:
            return PageAnswer(how, Reply(), how)
        case _:
            return PageAnswer(how, FIXED[how])


def _fine(page: StatusPage, request: web.Request) -> tuple[str, Reply]:
    if request.path == "/":
        return "ok", FIXED[Breakage.HTML]
    if request.path in {"/history.atom", "/history.rss"}:
        write, kind = (atom, "application/atom+xml") if request.path.endswith("atom") else (rss, "application/rss+xml")
        return "ok", Reply(200, write(page.identity, page.documents()), f"{kind}; charset=utf-8", HEADERS)
    reading = page.read(request.path) if request.path.startswith("/api/v2/") else None
    if reading is None:
        return "not_found", Reply(404, b'{"error":"not found"}', headers=HEADERS)
    headers = {**HEADERS, "etag": reading.etag}
    if _same(request, reading):
        return "not_modified", Reply(304, content_type="", headers=headers)
    return "ok", Reply(200, reading.body, "application/json; charset=utf-8", headers)


def _same(request: web.Request, reading: Reading) -> bool:
    """Weak comparison, as a conditional GET asks for it."""
    wanted = [tag.strip().removeprefix("W/") for tag in request.headers.get("if-none-match", "").split(",")]
    return "*" in wanted or reading.etag.removeprefix("W/") in wanted


@cache
def _bomb() -> bytes:
    """50 MiB of blanks in 50 KiB."""
    return gzip.compress(b" " * HUGE, compresslevel=9)


async def _endless(request: web.Request, how: Breakage) -> web.StreamResponse:
    response = web.StreamResponse(headers={**HEADERS, "content-type": "application/json; charset=utf-8"})
    await response.prepare(request)
    async for piece in _pieces(how):
        await response.write(piece)
    await response.write_eof()
    return response


async def _pieces(how: Breakage) -> AsyncIterator[bytes]:
    """50 MiB of a list of numbers, or a blank every now and then without end."""
    if how is Breakage.HUGE:
        yield b"["
        piece = b"123456789012345," * 4096
        for _ in range(HUGE // len(piece)):
            yield piece
        yield b"1]"
        return
    while True:
        yield b" "
        await asyncio.sleep(0.05)
