"""How Slack reaches the app: a socket that is watched and rebuilt, or signed requests over HTTP."""

import asyncio
import contextlib
import logging
import ssl
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Protocol

import aiohttp
from aiohttp import web
from slack_bolt.adapter.aiohttp import to_aiohttp_response
from slack_bolt.adapter.socket_mode.aiohttp import AsyncSocketModeHandler
from slack_bolt.async_app import AsyncApp, AsyncBoltRequest
from slack_bolt.oauth.async_oauth_flow import AsyncOAuthFlow
from slack_bolt.response import BoltResponse

from bot.channels.slack.options import Options
from bot.channels.slack.web_api import CALL_S, WRONG
from bot.core.text.durations import duration
from bot.errors import StoreError
from bot.http.connector import ProxyConnector
from bot.http.server import Bounds, Handler, HttpServer
from bot.supervision import Supervisor

log = logging.getLogger(__name__)

PATH = "/slack/events"
BOUNDS = Bounds(body=1_000_000, each_s=8.0)
"""An installation asks Slack twice before it is answered."""
CLOSE_S = 2.0


@dataclass(frozen=True, slots=True)
class Pace:
    """Seconds: between pings, between attempts at them, the age at which a socket counts as dead; of a call at most."""

    ping_s: float = 10.0
    look_s: float = 2.0
    stale_s: float = 50.0
    call_s: float = CALL_S


class Receiver(Protocol):
    """One way in; entered after the app stands, left before errands are drained."""

    def open(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Take in requests until the block ends. Raises UserError where that cannot begin."""

    def health(self) -> tuple[bool, str]:
        """Whether Slack can reach us, in a sentence."""


class Socket:
    """Socket Mode, watched: a socket can look alive and be dead, and a handler can ask one dead address for ever.

    https://github.com/slackapi/python-slack-sdk/issues/1913. The age of the last pong decides; then everything is built
    anew, with a fresh address.
    """

    def __init__(self, app: AsyncApp, options: Options, pace: Pace, trusted: ssl.SSLContext) -> None:
        self._app = app
        self._token = options.app_token
        self._trusted = trusted
        self._pace = pace
        self._handler: AsyncSocketModeHandler | None = None
        self._since = 0.0
        self.rebuilt = 0

    @contextlib.asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Connect and stay connected until the block ends."""
        task = asyncio.create_task(Supervisor().keep("Slack socket", self._stay), name="Slack socket")
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task

    def health(self) -> tuple[bool, str]:
        """Whether the socket is alive, by the age of the last pong."""
        age = self._age()
        if age is None:
            return False, "Slack socket: not connected yet"
        said = f"last pong {duration(age)} ago"
        return age <= self._pace.stale_s, f"Slack socket: {said}, rebuilt {self.rebuilt} times"

    def _age(self) -> float | None:
        """Seconds since the last pong, None while there was none."""
        last = self._handler.client.last_ping_pong_time if self._handler is not None else None
        return None if last is None else max(0.0, time.time() - last)

    async def _stay(self) -> None:
        while True:
            # Inside the loop it belongs to; a handler made elsewhere would hold another loop's objects.
            handler = AsyncSocketModeHandler(self._app, self._token.reveal(), ping_interval=self._pace.ping_s)
            await self._on_our_way(handler)
            self._handler, self._since = handler, time.time()
            connecting = asyncio.create_task(handler.client.connect(), name="Slack socket connects")  # type: ignore[no-untyped-call]
            try:
                await self._watch()
            finally:
                connecting.cancel()
                await _close(handler)
            self.rebuilt += 1
            log.warning("the Slack socket was silent for %s; opening a new one", duration(self._pace.stale_s))

    async def _on_our_way(self, handler: AsyncSocketModeHandler) -> None:
        """Let it connect as everything else does: its own session knows neither NO_PROXY nor our certificates."""
        client = handler.client
        await client.aiohttp_client_session.close()
        client.aiohttp_client_session, client.proxy = (
            aiohttp.ClientSession(connector=ProxyConnector(self._trusted)),
            None,
        )

    async def _watch(self) -> None:
        """Wait until the socket counts as dead."""
        while True:
            await asyncio.sleep(self._pace.look_s)
            age = self._age()
            if (time.time() - self._since if age is None else age) > self._pace.stale_s:
                return


async def _close(handler: AsyncSocketModeHandler) -> None:
    """End a handler whose socket may be dead: its own closing waits for the other side."""
    client = handler.client
    for task in (client.current_session_monitor, client.message_receiver):
        if task is not None:
            task.cancel()
    try:
        async with asyncio.timeout(CLOSE_S):
            await client.close()  # type: ignore[no-untyped-call]
    except (aiohttp.ClientError, TimeoutError, OSError) as error:
        log.debug("the socket did not close by itself: %s", error)
    finally:
        client.message_processor.cancel()
        await client.aiohttp_client_session.close()


class Http:
    """Signed requests at `listen`; every replica takes them alike. TLS is the business of what stands in front."""

    def __init__(self, app: AsyncApp, options: Options, flow: AsyncOAuthFlow | None = None) -> None:
        """`flow` serves the two pages by which other workspaces install the app."""
        self._app = app
        self._refused = 0
        self._taken = 0
        doors: dict[tuple[str, str], Handler] = {("POST", PATH): self._take}
        if flow is not None:
            doors["GET", flow.install_path] = _paged(flow.handle_installation)
            doors["GET", flow.redirect_uri_path] = _paged(flow.handle_callback)
        self._server = HttpServer(options.listen, "Slack's requests", doors, BOUNDS)

    def open(self) -> contextlib.AbstractAsyncContextManager[None]:
        """Listen until the block ends."""
        return self._server.open()

    @property
    def port(self) -> int:
        """The port listened at, 0 while closed."""
        return self._server.port

    def health(self) -> tuple[bool, str]:
        """Ready while it listens; requests that are all refused tell of a wrong signing secret."""
        if self._refused and not self._taken:
            return False, (
                f"Slack over HTTP: {self._refused} requests had a wrong signature and none a right one; "
                "copy the Signing Secret again from Basic Information, and check this machine's clock"
            )
        return self.port > 0, f"Slack over HTTP: {self._taken} requests taken, {self._refused} refused"

    async def _take(self, request: web.BaseRequest) -> web.Response:
        answer = await to_aiohttp_response(await self._app.async_dispatch(await _bolt(request)))
        if answer.status == 401:
            self._refused += 1
        else:
            self._taken += 1
        return answer


async def _bolt(request: web.BaseRequest) -> AsyncBoltRequest:
    body = (await request.read()).decode("utf-8", "replace")
    headers: dict[str, str | Sequence[str]] = {name: request.headers.getall(name) for name in request.headers}
    return AsyncBoltRequest(body=body, query=request.query_string, headers=headers)


def _paged(page: Callable[[AsyncBoltRequest], Awaitable[BoltResponse]]) -> Handler:
    async def answered(request: web.BaseRequest) -> web.Response:
        try:
            return await to_aiohttp_response(await page(await _bolt(request)))
        except (StoreError, *WRONG) as error:
            log.warning("an installation could not go on: %s", type(error).__name__)
            return web.Response(status=503, text="Slack or the store does not answer; try again in a minute.\n")

    return answered
