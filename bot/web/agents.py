"""`/mcp`: the MCP endpoint for agents, streamable HTTP, both protocol eras. Imported only where it is configured.

Every request takes a token in its header, so no page of another site can ask in a reader's name, whatever it makes of
our address (DNS rebinding); a script of a site that is not named is refused all the same. There are no sessions: any
replica can answer.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

from aiohttp import web
from mcp.server.streamable_http_manager import StreamableHTTPSessionManager

from bot.core.answers.answer import Answer
from bot.core.commands.asker import Asker
from bot.core.commands.table import Role
from bot.core.model.person import Person
from bot.core.model.report import AGENT
from bot.core.text.symptoms import called
from bot.http.keep_alive import KeepAliveBounds
from bot.mcp.server import Context, agent_server
from bot.settings import Web
from bot.web.api.limits import Limits
from bot.web.api.section import limited
from bot.web.replies import TEXT, Body, as_json, reply
from bot.web.routing import Call, HttpError, Route, Section
from bot.web.site import Site

PATH = "/mcp"
CALL = "groundtruth.call"
"""Where the request's own context carries who asks."""
SECRET = frozenset({"authorization", "cookie"})
"""Headers that end here."""
OPENING_S = 5.0


class AgentEndpoint:
    """The endpoint of this configuration; it answers while `run` runs."""

    def __init__(self, site: Site, settings: Web) -> None:
        assert settings.agents is not None
        self._site = site
        self._settings = settings
        self._server = agent_server(_asked, self._components, reports=settings.agents.reports)
        self._origins = frozenset(filter(None, (*settings.agents.origins, settings.url)))
        self._manager: StreamableHTTPSessionManager | None = None
        self._ready = asyncio.Event()

    async def run(self) -> None:
        """Be open until cancelled."""
        manager = StreamableHTTPSessionManager(
            self._server, json_response=True, stateless=True, max_request_body_size=KeepAliveBounds().body
        )
        async with manager.run():
            self._manager = manager
            self._ready.set()
            try:
                await asyncio.Event().wait()
            finally:
                self._ready.clear()

    def section(self, limits: Limits) -> Section:
        """The route, for holders of a token."""
        return Section((PATH,), (Route("POST", PATH, limited(limits, self.answer), Role.VIEWER),), fault)

    async def answer(self, call: Call) -> web.Response:
        """One request of the protocol. Raises HttpError."""
        origin = call.request.headers.get("Origin", "")
        if origin and origin not in self._origins:
            raise HttpError(403, "scripts of this site may not ask here: name it in web.mcp.origins")
        async with asyncio.timeout(OPENING_S):
            await self._ready.wait()
        assert self._manager is not None
        exchange = _Exchange(call)
        await self._manager.handle_request(exchange.scope, exchange.receive, exchange.send)
        return exchange.response()

    def _components(self) -> Sequence[tuple[str, str]]:
        found = [v.measured for standing in self._site.standings.values() for v in standing.voices]
        return [(one.component, called(one)) for one in found]


async def _asked(text: str, context: Context) -> Answer:
    """Ask the desk as the agent that holds the token. Raises StoreError."""
    assert context.request is not None
    call: Call = context.request.scope[CALL]
    name = call.visitor.name
    return await call.desk.ask(text, Asker(Person(AGENT, "", name, name), call.visitor.role), call.now)


class _Exchange:
    """A request and its answer as ASGI has them."""

    def __init__(self, call: Call) -> None:
        request = call.request
        self.scope: dict[str, Any] = {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": request.method,
            "scheme": "http",
            "path": PATH,
            "raw_path": PATH.encode(),
            "root_path": "",
            "query_string": b"",
            "headers": [(n.lower(), v) for n, v in request.raw_headers if n.decode("latin-1").casefold() not in SECRET],
            "client": None,
            "server": None,
            CALL: call,
        }
        self._body: bytes | None = call.body
        self._status = 500
        self._headers: list[tuple[str, str]] = []
        self._answer = bytearray()

    async def receive(self) -> dict[str, Any]:
        """The body, then nothing: that the peer has gone is told by cancelling us."""
        if self._body is None:
            await asyncio.Event().wait()
        body, self._body = self._body, None
        return {"type": "http.request", "body": body, "more_body": False}

    async def send(self, message: Any) -> None:
        """Collect the answer."""
        if message["type"] == "http.response.start":
            self._status = message["status"]
            self._headers = [(name.decode("latin-1"), value.decode("latin-1")) for name, value in message["headers"]]
        elif message["type"] == "http.response.body":
            self._answer += message.get("body", b"")

    def response(self) -> web.Response:
        """The answer as it came."""
        headers = {name: value for name, value in self._headers if name.casefold() != "content-length"}
        return web.Response(
            status=self._status, body=bytes(self._answer), headers=headers | {"Cache-Control": "no-store"}
        )


def fault(call: Call, told: HttpError) -> web.Response:
    """A fault in the protocol's form, where a request came at all."""
    if call.request.method != "POST":
        return reply(call, Body(f"{told.sentence}\n".encode(), TEXT), status=told.status, cache="no-store")
    error = {"code": -32000, "message": told.sentence}
    return reply(call, as_json({"jsonrpc": "2.0", "id": None, "error": error}), status=told.status, cache="no-store")
