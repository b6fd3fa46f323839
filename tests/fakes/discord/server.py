"""A Discord of our own over the wire: REST and gateway on loopback, for the real discord.py. One `Discord` a test.

async with discord() as fake:
    alerts = fake.world.channel("alerts")
    ... Options(api_url=fake.api_url, gateway_url=fake.gateway_url, token=fake.world.token) ...
    await fake.people.slash(someone, alerts, "avail status")
"""

import asyncio
import contextlib
import json
import math
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Any

from aiohttp import web

from tests.fakes.discord import shapes
from tests.fakes.discord.gateway import Gateway
from tests.fakes.discord.limits import Limits, plain_json, too_many
from tests.fakes.discord.people import People
from tests.fakes.discord.rest import BODY, Rest
from tests.fakes.discord.rules import Refused
from tests.fakes.discord.world import Message, User, World


@dataclass
class Fault:
    """What goes wrong with requests whose method and path contain these words, so many times.

    `after`: the work is done first. `status` 0 hangs for ever, -1 cuts the connection; 429 asks to wait for
    `retry_after` seconds, in the `scope` "user", "shared" or "global"; `code` is Discord's own.
    """

    what: str
    status: int
    times: float = math.inf
    after: bool = False
    code: int = 0
    retry_after: float = 1.0
    scope: str = "user"
    body: str | None = None


class Discord:
    """The server, and the test's hands on it."""

    def __init__(self, now: Callable[[], float]) -> None:
        self.world = World(now)
        self.limits = Limits(now)
        self.port = 0
        self.tls: ssl.SSLContext | None = None
        self.gone = self.cdn_gone = False
        self.faults: list[Fault] = []
        self.requests: list[tuple[str, str, Any]] = []
        self.gateway = Gateway(self.world, lambda: self.gateway_url, lambda: shapes.guild(self.world))
        self.people = People(self.world, self.gateway)
        self._rest = Rest(self.world, self.people)

    @property
    def api_url(self) -> str:
        return f"http{'s' if self.tls else ''}://127.0.0.1:{self.port}/api/v10"

    @property
    def gateway_url(self) -> str:
        return f"ws{'s' if self.tls else ''}://127.0.0.1:{self.port}/gateway"

    def user(self, name: str, *roles: str, permissions: int | None = None) -> User:
        """A member of the guild."""
        one = User(self.world.id(), name, list(roles))
        one.permissions = one.permissions if permissions is None else permissions
        return one

    def fail(self, what: str, status: int, times: float = math.inf, **more: Any) -> Fault:
        """Let requests like this fail; the fault, to take it back by `faults.remove`."""
        self.faults.append(Fault(what, status, times, **more))
        return self.faults[-1]

    def asked(self, *words: str) -> list[tuple[str, str, Any]]:
        """The requests whose method and path contain all these words."""
        return [r for r in self.requests if all(word in f"{r[0]} {r[1]}" for word in words)]

    def roots(self, channel: str) -> list[Message]:
        """What stands in a channel."""
        return self.world.channels[channel].messages

    def app(self) -> web.Application:
        """The web application."""
        app = web.Application(middlewares=[self._around], client_max_size=1 << 26)
        app.router.add_get("/gateway", self._connect)
        app.router.add_get("/gateway/resumed", self._connect)
        app.router.add_get("/cdn/{message}/{name}", self._file)
        for method, path, handler in self._rest.routes():
            app.router.add_route(method, "/api/v10" + path, handler)
        return app

    async def _file(self, request: web.Request) -> web.StreamResponse:
        """What hangs on a message: whoever knows the address may read it."""
        if self.cdn_gone:
            return web.Response(status=404)
        return web.Response(body=self.world.written[request.match_info["message"]].files[request.match_info["name"]])

    async def _connect(self, request: web.Request) -> web.StreamResponse:
        return await self.gateway.serve(request)

    @web.middleware
    async def _around(self, request: web.Request, handler: Any) -> web.StreamResponse:
        if self.gone:
            _cut(request)
            return web.Response()
        if request.path.startswith(("/gateway", "/cdn")):
            connected: web.StreamResponse = await handler(request)
            return connected
        path = request.path.removeprefix("/api/v10")
        request[BODY] = await _body(request)
        self.requests.append((request.method, path, request[BODY]))
        route, major = _route(request)
        answer: web.StreamResponse | None = self.limits.refusal(route, major) or self._unknown(request, path)
        if answer is None:
            answer = await self._answered(request, handler, f"{request.method} {path}")
        answer.headers.update({k: v for k, v in self.limits.headers(route, major).items() if k not in answer.headers})
        if answer.headers.get("Content-Type") != "application/json":
            del answer.headers["Via"]
        self.limits.count(answer.status, answer.headers.get("X-RateLimit-Scope", "user"))
        return answer

    def _unknown(self, request: web.Request, path: str) -> web.Response | None:
        open_to_all = path.startswith(("/interactions", "/webhooks"))
        if open_to_all or request.headers.get("Authorization") == f"Bot {self.world.token}":
            return None
        return plain_json({"message": "401: Unauthorized", "code": 0}, 401)

    async def _answered(self, request: web.Request, handler: Any, what: str) -> web.StreamResponse:
        fault = next((f for f in self.faults if f.times > 0 and f.what in what), None)
        if fault is None or fault.after:
            try:
                answer: web.StreamResponse = await handler(request)
            except Refused as no:
                body = {"message": no.message, "code": no.code, **({"errors": no.errors} if no.errors else {})}
                answer = plain_json(body, no.status)
            if fault is None or answer.status >= 400:
                return answer
        fault.times -= 1
        return await self._failed(request, fault)

    async def _failed(self, request: web.Request, fault: Fault) -> web.Response:
        if fault.status == 0:
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(3600)
        if fault.status <= 0:
            _cut(request)
            return web.Response()
        if fault.body is not None:
            return web.Response(status=fault.status, text=fault.body)
        if fault.status == 429 and not fault.code:
            return too_many(fault.retry_after, fault.scope)
        return plain_json({"message": f"told to fail with {fault.status}", "code": fault.code}, fault.status)


def _cut(request: web.Request) -> None:
    if request.transport is not None:
        request.transport.abort()


async def _body(request: web.Request) -> Any:
    if not request.can_read_body:
        return None
    if request.content_type == "multipart/form-data":
        form = await request.post()
        files = {one.filename: one.file.read() for one in form.values() if isinstance(one, web.FileField)}
        return json.loads(str(form["payload_json"])) | {"files": files}
    return json.loads(await request.read() or b"null")


def _route(request: web.Request) -> tuple[str, str]:
    """The route's template and its major parameter."""
    resource = request.match_info.route.resource
    template = (resource.canonical if resource else request.path).removeprefix("/api/v10")
    major = next((request.match_info[k] for k in ("channel", "guild", "token") if k in request.match_info), "")
    return f"{request.method} {template}", major


@contextlib.asynccontextmanager
async def discord(now: Callable[[], float], port: int = 0, tls: ssl.SSLContext | None = None) -> AsyncIterator[Discord]:
    """Serve until the block ends; then every connection is cut."""
    fake = Discord(now)
    fake.tls = tls
    runner = web.AppRunner(fake.app(), shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", port, ssl_context=tls)
    await site.start()
    fake.port = runner.addresses[0][1]
    fake.world.cdn = fake.api_url.removesuffix("/api/v10") + "/cdn"
    try:
        yield fake
    finally:
        await fake.gateway.cut()
        await runner.cleanup()
