"""The Web API of one workspace: one session, two clients, and what Slack says of our token."""

import asyncio
import logging
from collections.abc import Awaitable, Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Any, Self

import aiohttp
from slack_sdk.errors import SlackApiError
from slack_sdk.http_retry.async_handler import AsyncRetryHandler
from slack_sdk.http_retry.builtin_async_handlers import AsyncRateLimitErrorRetryHandler, AsyncServerErrorRetryHandler
from slack_sdk.web.async_client import AsyncWebClient
from slack_sdk.web.async_slack_response import AsyncSlackResponse

from bot.channels.slack.errors import AWAY_S, REFUSED, code, failure
from bot.channels.slack.options import Options
from bot.errors import DeliveryError, UserError
from bot.http.certificates import trusted
from bot.http.connector import ProxyConnector
from probes.secret import Secret

log = logging.getLogger(__name__)

CALL_S = 28.0
"""Longer than Slack takes at its worst, so that an outcome is known; less than the courier's own patience."""
BOOT_S = 10.0
WRONG = (SlackApiError, aiohttp.ClientError, TimeoutError, OSError)
"""Every exception that a call can raise."""


@dataclass(frozen=True, slots=True)
class Identity:
    """Who we are in the workspace, by auth.test; `url` is its own address, `scopes` as granted."""

    team: str
    url: str
    user: str
    bot: str
    scopes: frozenset[str] = frozenset()


class Web:
    """Three clients on one session.

    `poster` never repeats a call by itself, for a message might then stand twice; `asker` does where Slack asks to;
    `bare` is the same without a token.

    `trusted` are its certificates; `refused` is the sentence that says why nothing works, "" while all is well.
    """

    def __init__(self, name: str, options: Options, call_s: float = CALL_S, token: Secret | None = None) -> None:
        self._name = name
        self._options = options
        self._token = token or options.token
        self._call_s = call_s
        self._session: aiohttp.ClientSession | None = None
        self._identity: Identity | None = None
        self.refused = ""
        self._heard = ""
        self._unheard: tuple[str, ...] = ()

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        self.trusted = trusted(self._name, self._options.ca_file)
        # With a session of one's own the client's time-out does not count, so it stands on the session.
        timeout = aiohttp.ClientTimeout(total=self._call_s)
        self._session = aiohttp.ClientSession(timeout=timeout, connector=ProxyConnector(self.trusted))
        token = self._token.reveal()
        self.poster = self._client([], token)
        self.asker = self._client(_patient(), token)
        self.bare = self._client(_patient(), None)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    def use(self, token: Secret) -> None:
        """Call with this token from now on: the former one was rotated."""
        self._token = token
        self.poster.token = self.asker.token = token.reveal()

    @property
    def token(self) -> Secret:
        """The one in use."""
        return self._token

    @property
    def session(self) -> aiohttp.ClientSession:
        """Call an address that is not a method of the Web API."""
        assert self._session is not None
        return self._session

    async def begin(self) -> None:
        """Look whether the tokens work, so that no event waits for it. Slack being away is no reason not to start.

        Raises:
            UserError: Slack knows the token, or the app token, to be wrong.
        """
        try:
            async with asyncio.timeout(BOOT_S):
                await self.identity()
                if self._options.mode == "socket":
                    await self.asker.apps_connections_open(app_token=self._options.app_token.reveal())
        except SlackApiError as error:
            said = code(error)
            key = "app_token" if self._identity else "token"
            if said in REFUSED or said == "missing_scope":
                raise UserError(f"channels.{self._name}.{key}: {_mended(key, said)}") from None
            log.warning("%s: Slack answers %s; going on", self._name, said)
        except WRONG as error:
            log.warning("%s: Slack cannot be asked now (%s); going on", self._name, failure(error))
        except DeliveryError as error:
            log.warning("%s: %s; going on", self._name, error)

    async def identity(self) -> Identity:
        """Who we are; asked once. Raises what a call raises."""
        if self._identity is None:
            answer = await self.asker.auth_test()
            scopes = str(header(answer, "x-oauth-scopes")).split(",")
            self._identity = Identity(
                team=str(answer.get("team_id", "")),
                url=str(answer.get("url", "")),
                user=str(answer.get("user_id", "")),
                bot=str(answer.get("bot_id", "")),
                scopes=frozenset(scope.strip() for scope in scopes if scope.strip()),
            )
        return self._identity

    async def call(self, place: str, doing: Awaitable[AsyncSlackResponse]) -> Mapping[str, Any]:
        """The answer to a call of `poster` about a place. Raises DeliveryError."""
        try:
            answer = await doing
        except WRONG as error:
            failed = failure(error)
            if failed.ambiguous:
                self._silent(place, failed)
            elif not failed.everywhere:
                self._answered(place)
            if failed.everywhere:
                self.refused = str(failed)
            raise failed from error
        self._answered(place)
        self.refused = ""
        data = answer.data
        return data if isinstance(data, dict) else {}

    def _answered(self, place: str) -> None:
        self._heard, self._unheard = place, ()

    def _silent(self, place: str, failed: DeliveryError) -> None:
        """Nobody knows what became of a call: the trouble of its place where another was heard last, else Slack's."""
        self._unheard = (*self._unheard[-1:], place)
        alone = set(self._unheard) == {place} and self._heard not in {"", place}
        if len(self._unheard) > 1 and not alone:
            # Once may be chance; again and again it is Slack's, and nothing is lost.
            failed.everywhere, failed.retry_after = True, AWAY_S

    def _client(self, handlers: list[AsyncRetryHandler], token: str | None) -> AsyncWebClient:
        return AsyncWebClient(
            token=token, base_url=self._options.api_url, session=self._session, retry_handlers=handlers
        )


def _patient() -> list[AsyncRetryHandler]:
    """Handlers for questions, which may be asked again."""
    return [AsyncRateLimitErrorRetryHandler(2), AsyncServerErrorRetryHandler(1)]


def header(answer: AsyncSlackResponse, name: str) -> str:
    """A header of an answer, by its name in small letters; "" where it has none."""
    headers: Mapping[str, str] = answer.headers or {}
    return next((value for key, value in headers.items() if key.lower() == name), "")


def _mended(key: str, said: str) -> str:
    if key == "token":
        return f"{REFUSED.get(said, 'Slack refuses the token')} ({said})"
    if said == "missing_scope":
        return "the app-level token lacks the scope connections:write: create a new one with it"
    return f"Slack does not know this app-level token ({said}): create one under Basic Information, App-Level Tokens"
