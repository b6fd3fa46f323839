"""What our own outlets on loopback share: a server that does as the platform documents, or fails on request."""

import asyncio
import contextlib
import json
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field
from typing import Any, TypeVar

from aiohttp import web


@dataclass(frozen=True)
class Asked:
    """One request: where to, its headers, its body as bytes and as JSON."""

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    raw: bytes
    body: Any


@dataclass(frozen=True)
class Fault:
    """How a request is answered instead; `silent` never answers, `cut` hangs up, `done` does what was asked first."""

    status: int = 500
    body: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    silent: bool = False
    cut: bool = False
    done: bool = False


class World:
    """What stands at a platform; each kind says what a request does there and what the answer is."""

    def __init__(self) -> None:
        self.url = ""
        self.requests: list[Asked] = []
        self.faults: list[Fault] = []
        self.always: Fault | None = None

    def do(self, asked: Asked) -> web.Response:
        """Do what a request asks for."""
        raise NotImplementedError

    async def answer(self, request: web.Request) -> web.StreamResponse:
        """Any request."""
        raw = await request.read()
        try:
            body = json.loads(raw)
        except ValueError:
            body = None
        headers = {name.lower(): value for name, value in request.headers.items()}
        asked = Asked(request.method, request.path, dict(request.query), headers, raw, body)
        self.requests.append(asked)
        fault = self.faults.pop(0) if self.faults else self.always
        if fault is None:
            return self.do(asked)
        if fault.done:
            self.do(asked)
        if fault.silent:
            await asyncio.Event().wait()
        if fault.cut:
            assert request.transport is not None
            request.transport.abort()
        return web.Response(status=fault.status, text=fault.body, headers=fault.headers)


def said(status: int, body: Any = None) -> web.Response:
    """An answer in JSON, or an empty one."""
    return web.Response(status=status) if body is None else web.json_response(body, status=status)


Kind = TypeVar("Kind", bound=World)


@contextlib.asynccontextmanager
async def serving(make: Callable[[], Kind], tls: ssl.SSLContext | None = None) -> AsyncIterator[Kind]:
    """Serve one world until the block ends; `world.url` is its origin."""
    world = make()
    app = web.Application(client_max_size=2**20)
    app.router.add_route("*", "/{path:.*}", world.answer)
    runner = web.AppRunner(app, shutdown_timeout=0.1, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
    await site.start()
    host, port = runner.addresses[0][:2]
    world.url = f"{'https' if tls else 'http'}://{host}:{port}"
    try:
        yield world
    finally:
        await runner.cleanup()
