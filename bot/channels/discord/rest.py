"""Requests to Discord's API: one call is one request, and what comes of it.

discord.py makes the interactions' answers and reads the gateway, but not these: its own client waits and retries for up
to a minute inside one call, and one that is cancelled in a global rate limit leaves the limit set for ever. Here nobody
waits: a limit that is known refuses at once and says for how long, so that the newest state is what goes out later.
"""

import asyncio
import json
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, Self

import aiohttp

from bot.channels.discord.errors import (
    LONGEST_WAIT_S,
    MISSING_ACCESS,
    MISSING_PERMISSIONS,
    TOO_OLD_TO_EDIT,
    DiscordError,
    refused,
    seconds,
)
from bot.channels.discord.invalid_requests import InvalidRequestCounter
from bot.channels.discord.options import Options
from bot.channels.discord.rate_limits import Requests
from bot.errors import DeliveryError
from bot.http.certificates import trusted
from bot.http.connector import ProxyConnector

ANSWER_S = 20.0
"""Shorter than the time a courier gives one call, in seconds."""
LARGEST = 4 * 1024 * 1024
AWAY_S = 10.0
"""Rest of a channel whose Discord cannot be reached, or does not answer several messages: it is tried again soon."""
BARRED_S = 60.0
"""What refuses us is not asked again before this."""
AGENT = "DiscordBot (https://github.com/groundtruth, 1)"
ALL = "everywhere"
MANY = "requests wait for their turn, Discord takes 50 a second"


class Rest:
    """One bot's requests; `now` is Unix seconds. Opened and closed as a context; `trusted` are its certificates."""

    def __init__(self, name: str, options: Options, now: Callable[[], float]) -> None:
        self._name = name
        self._options = options
        self._url = options.api_url.rstrip("/")
        self._now = now
        self._session: aiohttp.ClientSession | None = None
        self._closed: dict[str, tuple[float, DiscordError]] = {}
        self._unheard: set[str] = set()
        self._refusals = InvalidRequestCounter()
        self._requests = Requests()

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        self.trusted = trusted(self._name, self._options.ca_file)
        self._session = aiohttp.ClientSession(
            connector=ProxyConnector(self.trusted),
            headers={"Authorization": f"Bot {self._options.token.reveal()}", "User-Agent": AGENT},
            timeout=aiohttp.ClientTimeout(total=ANSWER_S),
            cookie_jar=aiohttp.DummyCookieJar(),
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._session is not None:
            await self._session.close()

    async def call(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, place: str = "", file: bytes = b""
    ) -> Any:
        """What Discord answers, parsed. `place` is the channel whose limits and refusals count ("": none's).

        `file` is the first of the body's `attachments`.

        Raises:
            DiscordError: Discord said no.
            DeliveryError: nothing was heard, or a limit or refusal that is known holds.
        """
        bucket = f"{method} {place} {path.count('/')}" if place else f"{method} {path}"
        for gate in (ALL, place, bucket):
            self._check(gate)
        if wait := self._requests.wait(self._now()):
            raise _in_turn(DiscordError(MANY, 429, everywhere=True, retry_after=wait))
        creates, what = method == "POST", f"{path} {(body or {}).get('nonce', '')}"
        try:
            answer = await self._asked(method, path, body, file)
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise self._nothing(error, what, creates=creates) from error
        status, headers, told = answer
        if status < 300:
            self._unheard.clear()
            if headers.get("X-RateLimit-Remaining") == "0":
                why = DiscordError("Discord's limit for this channel is used up for a moment", 429)
                self._close(bucket, seconds(headers.get("X-RateLimit-Reset-After")), why)
            return told
        no = refused(status, headers, told, creates=creates)
        self._remember(no, place, bucket, what)
        silent = self._refusals.count(status, headers.get("X-RateLimit-Scope", ""), self._now())
        if silent:
            often = "Discord refuses so much that it would soon ban this address: nothing is asked for a while"
            self._close(ALL, silent, DiscordError(often, status, everywhere=True))
        raise no

    def trouble(self) -> str:
        """Why nothing goes out at all, "" while it does."""
        until, why = self._closed.get(ALL, (0.0, None))
        return str(why) if why is not None and self._now() < until else ""

    def _check(self, gate: str) -> None:
        until, why = self._closed.get(gate, (0.0, None))
        left = until - self._now()
        if why is None:
            return
        # A clock that was set back must not close a gate for longer than anything is ever closed.
        if not 0 < left <= LONGEST_WAIT_S:
            del self._closed[gate]
            return
        # Only Discord itself says that something is for good: rights may have been given meanwhile.
        again = DiscordError(str(why), why.status, why.code, everywhere=why.everywhere, retry_after=left)
        raise _in_turn(again) if why.status == 429 and not why.everywhere else again

    def _close(self, gate: str, wait: float, why: DiscordError) -> None:
        until = self._now() + wait
        if wait > 0 and self._closed.get(gate, (0.0, None))[0] < until:
            self._closed[gate] = (until, why)
        while len(self._closed) > 10_000:
            del self._closed[next(iter(self._closed))]

    def _remember(self, no: DiscordError, place: str, bucket: str, what: str) -> None:
        if no.status >= 500:
            self._unheard.add(what)
            no.everywhere = len(self._unheard) > 1
        else:
            self._unheard.clear()
        if no.everywhere and no.retry_after is not None:
            self._close(ALL, no.retry_after, no)
        elif no.status == 429 and no.retry_after is not None and no.code != TOO_OLD_TO_EDIT:
            self._close(bucket, no.retry_after, no)
        elif no.code == MISSING_ACCESS and place:
            self._close(place, BARRED_S, no)
        elif no.code == MISSING_PERMISSIONS and place:
            self._close(bucket, BARRED_S, no)

    def _nothing(self, error: Exception, what: str, *, creates: bool) -> DeliveryError:
        """No answer at all: one message that is never answered is its own trouble, several are Discord's."""
        if isinstance(error, aiohttp.ClientConnectorError):
            return DeliveryError("Discord cannot be reached", everywhere=True, retry_after=AWAY_S)
        self._unheard.add(what)
        heard = "no answer in time" if isinstance(error, TimeoutError) else f"a broken answer ({type(error).__name__})"
        several = len(self._unheard) > 1
        rest = AWAY_S if several else None
        return DeliveryError(f"Discord gives {heard}", ambiguous=creates, everywhere=several, retry_after=rest)

    async def _asked(
        self, method: str, path: str, body: Mapping[str, Any] | None, file: bytes
    ) -> tuple[int, Mapping[str, str], Any]:
        assert self._session is not None, "not opened"
        sent: dict[str, Any] = {"data": _form(body or {}, file)} if file else {"json": body}
        async with asyncio.timeout(ANSWER_S), self._session.request(method, self._url + path, **sent) as response:
            text = await response.content.read(LARGEST)
            try:
                told = json.loads(text) if text else None
            except ValueError:
                if response.status < 300:
                    raise
                told = None
            return response.status, response.headers, told


def _form(body: Mapping[str, Any], file: bytes) -> aiohttp.FormData:
    """A message with its file: https://docs.discord.com/developers/reference#uploading-files."""
    form = aiohttp.FormData()
    form.add_field("payload_json", json.dumps(body))
    name = str(body["attachments"][0]["filename"])
    form.add_field("files[0]", file, filename=name, content_type="image/png")
    return form


def _in_turn(error: DiscordError) -> DiscordError:
    """What was not asked, since it would have been too often."""
    error.turn = True
    return error
