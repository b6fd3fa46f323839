"""Microsoft's side: tokens for us, the Bot Connector for what we say, the keys for what we are told.

https://learn.microsoft.com/azure/bot-service/rest-api/bot-framework-rest-connector-authentication,
-send-and-receive-messages, -api-reference.
"""

import asyncio
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self
from urllib.parse import quote, urlencode

import jwt
from jwt.exceptions import PyJWTError

from bot.channels.teams.options import Options
from bot.errors import DeliveryError
from bot.http.client import HttpClient, RefusedError, Request
from probes.secret import Secret

SCOPE = "https://api.botframework.com/.default"
ISSUER = "https://api.botframework.com"
EARLY_S = 300.0
"""A token is replaced so long before its end."""
FRESH_S = 60.0
"""A token this young that is refused will not be taken later."""
KEYS_S, KEYS_AGAIN_S = 86_400.0, 60.0
"""Keys are read again once a day, and for one that is not known, once a minute at most."""
LEEWAY_S = 300
"""Of clocks, as the documentation allows."""


class Connector:
    """One bot at the Bot Connector."""

    def __init__(self, options: Options, now: Callable[[], float]) -> None:
        secrets = (options.app_password,)
        self._options = options
        self._now = now
        self._http = HttpClient("Microsoft Teams", now, secrets, options)
        self._login = HttpClient("Microsoft's login", now, secrets, options)
        self._asking = asyncio.Lock()
        self._token = Secret("")
        self._until = self._got_at = float("-inf")

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        await self._http.__aenter__()
        await self._login.__aenter__()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._login.__aexit__(kind, error, trace)
        await self._http.__aexit__(kind, error, trace)

    def health(self) -> tuple[bool, str]:
        """Whether the last request was taken, in a sentence."""
        well, said = self._login.health()
        return self._http.health() if well else (well, said)

    async def token(self) -> Secret:
        """A token for the Connector; one request however many need it. Raises DeliveryError."""
        async with self._asking:
            if self._now() >= self._until:
                fields = {
                    "grant_type": "client_credentials",
                    "client_id": self._options.app_id,
                    "client_secret": self._options.app_password.reveal(),
                    "scope": SCOPE,
                }
                request = Request(
                    "token",
                    self._options.login_url,
                    urlencode(fields).encode(),
                    f"/{self._options.tenant}/oauth2/v2.0/token",
                    {"content-type": "application/x-www-form-urlencoded"},
                )
                try:
                    answer = await self._login.send(request)
                except RefusedError as error:
                    if error.answer.status in {400, 401}:
                        why = "it does not know app_id, app_password and tenant together: copy them again"
                        self._login.wrong(why, error.answer)
                    error.ambiguous = False
                    raise
                except DeliveryError as error:
                    # Nothing was posted yet.
                    error.ambiguous = False
                    raise
                said = answer.body if isinstance(answer.body, dict) else {}
                if not isinstance(said.get("access_token"), str) or not isinstance(said.get("expires_in"), int):
                    self._login.unclear(answer)
                self._token, self._got_at = Secret(said["access_token"]), self._now()
                self._until = self._got_at + said["expires_in"] - EARLY_S
            return self._token

    async def send(self, service: str, path: str, activity: Mapping[str, Any], about: str, method: str = "POST") -> Any:
        """The Connector's answer to one request, as JSON. Raises DeliveryError."""
        headers = {"authorization": f"Bearer {(await self.token()).reveal()}"}
        address = Secret(service.rstrip("/")) if service else self._options.service_url
        try:
            answer = await self._http.send(Request(about, address, activity, path, headers, method))
        except RefusedError as error:
            if error.answer.status == 401 and self._now() - self._got_at > FRESH_S:
                # Taken back before its end, which a new one mends; a fresh one that is refused stays refused.
                self._until = float("-inf")
                raise DeliveryError(str(error), retry_after=1.0) from error
            raise
        return answer.body if isinstance(answer.body, dict) else {}

    async def keys(self) -> Mapping[str, Any]:
        """Microsoft's keys by id, each with the channels it may speak for. Raises DeliveryError."""
        document = await self._login.send(Request("keys", self._options.keys_url, b"", method="GET"))
        address = document.body.get("jwks_uri") if isinstance(document.body, dict) else None
        plain = self._options.keys_url.reveal().startswith("http://")
        if not isinstance(address, str) or not address.startswith(("https://", "http://") if plain else "https://"):
            self._login.unclear(document)
        found = await self._login.send(Request("keys", Secret(address), b"", method="GET"))
        if not isinstance(found.body, dict) or not isinstance(found.body.get("keys"), list):
            self._login.unclear(found)
        return {str(key.get("kid")): key for key in found.body["keys"] if isinstance(key, dict)}


class Verifier:
    """Whether a request comes from the Bot Connector and is for us: the rules of the documentation, each one."""

    def __init__(self, connector: Connector, app_id: str, now: Callable[[], float]) -> None:
        self._connector = connector
        self._app_id = app_id
        self._now = now
        self._keys: Mapping[str, Any] = {}
        self._read_at = float("-inf")

    async def service(self, header: str) -> str:
        """The address that the token says answers go to.

        Raises:
            PermissionError: it is not the Connector's, or not for us; the sentence says why.
            DeliveryError: the keys cannot be read now.
        """
        kind, _, token = header.partition(" ")
        if kind.lower() != "bearer" or not token:
            raise PermissionError("no token")
        try:
            key = await self._key(str(jwt.get_unverified_header(token).get("kid", "")))
            claims = jwt.decode(
                token,
                jwt.PyJWK(dict(key), algorithm="RS256").key,
                ["RS256"],
                {"require": ["exp", "iss", "aud"]},
                audience=self._app_id,
                issuer=ISSUER,
                leeway=LEEWAY_S,
            )
        except PyJWTError as error:
            raise PermissionError(type(error).__name__) from None
        if "msteams" not in (key.get("endorsements") or ()):
            raise PermissionError("its key does not speak for Teams")
        return str(claims.get("serviceurl", "")).rstrip("/")

    async def _key(self, name: str) -> Mapping[str, Any]:
        age = self._now() - self._read_at
        if age > KEYS_S or (name not in self._keys and age > KEYS_AGAIN_S):
            self._keys, self._read_at = await self._connector.keys(), self._now()
        if name not in self._keys:
            raise PermissionError("its key is not one of Microsoft's")
        found: Mapping[str, Any] = self._keys[name]
        return found


def conversation(name: str, activity: str = "") -> str:
    """The path of a conversation's activities, or of one of them."""
    path = f"/v3/conversations/{quote(name, safe='')}/activities"
    return f"{path}/{quote(activity, safe='')}" if activity else path
