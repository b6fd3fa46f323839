"""One request from its head to its answer: who asks, which route, its body, its fault, its headers."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from aiohttp import web

from bot.core.commands.table import Role
from bot.desk.desk import Desk
from bot.errors import StoreError
from bot.supervision import attempted
from bot.web.routing import Call, Found, HttpError, Route, Table
from bot.web.site import Site
from bot.web.visitors import ANYBODY, UnknownTokenError, Visitor, Visitors

log = logging.getLogger(__name__)

BODY_S = 10.0
ANSWER_S = 15.0
"""Seconds for a request's body, and for its answer (streams apart)."""
HEADERS: Mapping[str, str] = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
}
"""On every answer."""


class Application:
    """Answers requests by the table."""

    def __init__(self, table: Table, site: Site, desk: Desk, now: Callable[[], float]) -> None:
        assert site.settings.web is not None
        self._table = table
        self._site = site
        self._desk = desk
        self._now = now
        self._visitors = Visitors(site.settings.web)

    async def answer(self, request: web.BaseRequest) -> web.StreamResponse:
        """The answer, whatever was asked."""
        found = self._table.find(request.method, request.path)
        call = Call(request, found.params, ANYBODY, self._site, self._desk, self._now())
        try:
            call = await self._whole(call, found.route.keeps if found.route else 0)
            response = await self._routed(found, call)
        except HttpError as fault:
            response = found.section.fault(call, fault)
            for name, value in fault.headers.items():
                response.headers[name] = value
        if not response.prepared:
            for name, value in HEADERS.items():
                response.headers.setdefault(name, value)
        return response

    async def _whole(self, call: Call, keeps: int) -> Call:
        """The call with who asks and its body, of which the route `keeps` so much. Raises HttpError."""
        request = call.request
        try:
            visitor = self._visitors.of(request.headers, request.cookies, request.remote or "", call.now)
        except UnknownTokenError:
            raise HttpError(401, "this token is not known", {"WWW-Authenticate": "Bearer"}) from None
        try:
            async with asyncio.timeout(BODY_S):
                body = await _body(request, keeps) if request.can_read_body else b""
        except TimeoutError:
            raise HttpError(408, f"the body did not come within {BODY_S:.0f} s", {"Connection": "close"}) from None
        except web.HTTPRequestEntityTooLarge:
            raise HttpError(413, "the body is too large", {"Connection": "close"}) from None
        return Call(request, call.params, visitor, call.site, call.desk, call.now, body)

    async def _routed(self, found: Found, call: Call) -> web.StreamResponse:
        route = found.route
        if route is None and found.allowed:
            allowed = ", ".join(found.allowed)
            raise HttpError(405, f"expected {allowed}", {"Allow": allowed})
        if route is None:
            raise HttpError(404, "there is nothing at this address")
        _admit(route.method, route.needs, call.visitor)
        if route.stream:
            return await route.handler(call)
        return await _in_time(route, call)


async def _body(request: web.BaseRequest, keeps: int) -> bytes:
    """The body, or the beginning of it that is kept."""
    if not keeps:
        return await request.read()
    body = b""
    while len(body) < keeps and (more := await request.content.read(keeps - len(body))):
        body += more
    return body


async def _in_time(route: Route, call: Call) -> web.StreamResponse:
    """The handler's answer. Raises HttpError: what breaks in it is logged, and ends nothing else."""

    async def handled() -> web.StreamResponse:
        async with asyncio.timeout(ANSWER_S):
            return await route.handler(call)

    answer, error = await attempted(handled())
    match error:
        case None if answer is not None:
            return answer
        case HttpError():
            raise error
        case StoreError():
            raise HttpError(503, "the store does not answer", {"Retry-After": "5"})
        case TimeoutError():
            log.warning("a request was not answered in %.0f s: %s", ANSWER_S, route.path)
            raise HttpError(503, "there was no answer in time", {"Retry-After": "5"})
    log.error("a request broke: %s", route.path, exc_info=error)
    raise HttpError(500, "this request broke here; the log says why")


def _admit(method: str, needs: Role | None, visitor: Visitor) -> None:
    """Raises HttpError for whoever may not."""
    if needs is None:
        return
    if not visitor.inside:
        raise HttpError(401, "expected a token", {"WWW-Authenticate": "Bearer"})
    if not visitor.role.may(needs):
        raise HttpError(403, f"expected a token of the role {needs}; yours is {visitor.role}")
    if method not in {"GET", "HEAD"} and not visitor.bearer:
        raise HttpError(
            401, "expected the token in the header: Authorization: Bearer …", {"WWW-Authenticate": "Bearer"}
        )
