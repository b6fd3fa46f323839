"""Our own Slack on loopback: Web API, response_url, Socket Mode, and requests to the app's own HTTP address.

`async with slack() as it:` gives the server; `it.url` is the API's base, `it.workspace` what stands there, `it.faults`
what is to go wrong, `it.person("U1")` somebody who types and presses.
"""

import asyncio
import contextlib
import json
import ssl
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import formatdate
from typing import Any

from aiohttp import BasicAuth, ClientSession, ClientTimeout, web

from tests.fakes.slack.deliveries import Deliveries
from tests.fakes.slack.faults import Fault, Faults, Limits
from tests.fakes.slack.methods import METHODS
from tests.fakes.slack.oauth import OAuth
from tests.fakes.slack.people import Answering, Someone
from tests.fakes.slack.rules import RefusedError
from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.workspace import APP_TOKEN, BOT_TOKEN, Workspace


@dataclass
class Slack:
    """The server and everything a test wants of it."""

    workspace: Workspace
    faults: Faults
    sockets: Sockets
    answering: Answering
    deliveries: Deliveries
    calls: Counter[str] = field(default_factory=Counter)
    skew_s: float | None = None
    """If set, the Date header says the machine's time and this much more."""
    limits: Limits | None = None
    """If set, what Slack documents is refused with 429."""
    origin: str = ""
    oauth: OAuth = field(default_factory=OAuth)

    @property
    def url(self) -> str:
        return f"{self.origin}/api/"

    def person(self, user: str = "U1", **more: Any) -> Someone:
        """A member of the workspace."""
        return Someone(self.deliveries, self.answering, self.workspace.user(user, **more))

    async def api(self, request: web.Request) -> web.StreamResponse:
        """One call of the Web API."""
        method = request.match_info["method"]
        args = await _arguments(request)
        self.calls[method] += 1
        fault = self.faults.take(method, args) or (self.limits.refuse(method, args) if self.limits else None)
        reply = self._answer(request, method, args) if fault is None or fault.after else web.Response()
        for workspace in {id(it): it for it in (self.workspace, *self.oauth.tokens.values())}.values():
            await workspace.told()
        if fault is not None:
            reply = await _spoilt(fault)
        if self.skew_s is not None:
            reply.headers["Date"] = formatdate(time.time() + self.skew_s, usegmt=True)
        return reply

    async def uploaded(self, request: web.Request) -> web.Response:
        """The bytes of a file, at the address that was given for them."""
        name = request.match_info["id"]
        length, _, words = self.workspace.uploads[name]
        self.workspace.uploads[name] = (length, await request.read(), words)
        return web.Response(text="OK")

    def _answer(self, request: web.Request, method: str, args: dict[str, Any]) -> web.Response:
        token = str(request.headers.get("Authorization", "")).removeprefix("Bearer ") or str(args.pop("token", ""))
        headers = {"x-oauth-scopes": ",".join(sorted(self.workspace.scopes))}
        try:
            said = (
                {"url": self._ticket(token)} if method == "apps.connections.open" else self._done(token, method, args)
            )
        except RefusedError as error:
            refused = {"ok": False, "error": error.code, "response_metadata": {"messages": [error.why]}}
            needed = {"needed": error.why, "provided": headers["x-oauth-scopes"]}
            return web.json_response(
                refused | error.more | (needed if error.code == "missing_scope" else {}), headers=headers
            )
        return web.json_response({"ok": True, **said}, headers=headers)

    def _done(self, token: str, method: str, args: dict[str, Any]) -> dict[str, Any]:
        if method == "oauth.v2.access":
            who = BasicAuth.decode(token)
            return self.oauth.access({**args, "client_id": who.login, "client_secret": who.password})
        w = self.workspace if token == BOT_TOKEN else self.oauth.tokens.get(token)
        if w is None:
            raise RefusedError("invalid_auth" if token else "not_authed")
        if w.revoked:
            raise RefusedError(w.revoked)
        run, scope = METHODS.get(method, (None, ""))
        if run is None:
            raise RefusedError("unknown_method")
        if scope and scope not in w.scopes:
            raise RefusedError("missing_scope", scope)
        return run(w, args)

    def _ticket(self, token: str) -> str:
        if token != APP_TOKEN:
            raise RefusedError("invalid_auth" if token else "not_authed")
        return self.sockets.ticket()


async def _arguments(request: web.Request) -> dict[str, Any]:
    """JSON, form and query arguments alike; structures may be JSON in a form."""
    found: dict[str, Any] = dict(request.query)
    if request.content_type == "application/json":
        found |= await request.json()
    else:
        found |= {key: value for key, value in (await request.post()).items() if isinstance(value, str)}
    for name in ("blocks", "attachments", "view", "metadata"):
        if isinstance(found.get(name), str):
            found[name] = json.loads(found[name])
    return found


async def _spoilt(fault: Fault) -> web.Response:
    if fault.hang:
        await asyncio.sleep(3_600)
    if fault.retry_after is not None:
        refused = {"ok": False, "error": "ratelimited"}
        return web.json_response(refused, status=429, headers={"Retry-After": str(fault.retry_after)})
    if fault.status:
        return web.Response(status=fault.status, text="<html>upstream</html>", content_type="text/html")
    return web.json_response({"ok": False, "error": fault.error})


@contextlib.asynccontextmanager
async def slack(tls: ssl.SSLContext | None = None) -> AsyncIterator[Slack]:
    """Serve until the block ends."""
    workspace = Workspace()
    sockets, answering = Sockets(workspace), Answering(workspace)
    async with ClientSession(timeout=ClientTimeout(total=10)) as session:
        it = Slack(workspace, Faults(), sockets, answering, Deliveries(workspace, sockets, session))
        app = web.Application(client_max_size=20 * 2**20)
        app.router.add_route("*", "/api/{method}", it.api)
        app.router.add_post("/upload/{id}", it.uploaded)
        app.router.add_post("/respond/{id}", answering.answered)
        app.router.add_get("/link", sockets.connected)
        runner = web.AppRunner(app, shutdown_timeout=0.1, handler_cancellation=True)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0, ssl_context=tls)
        await site.start()
        host, port = runner.addresses[0][:2]
        safe = "s" if tls else ""
        it.origin = answering.origin = workspace.origin = f"http{safe}://{host}:{port}"
        sockets.url = f"ws{safe}://{host}:{port}/link"
        try:
            yield it
        finally:
            sockets.cut()
            await runner.cleanup()
