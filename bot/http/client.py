"""HTTP requests to outlets: bounded, never redirected, every failure a `DeliveryError` that tells no secret.

One request is one try; when to try again is the courier's business. What one delivery alone suffers (a refused form) is
its own; what they would all suffer (a wrong key, a closed port, a limit) is `everywhere`.
"""

import asyncio
import json
import logging
import socket
import ssl
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, NoReturn, Self

import httpx

from bot.errors import DeliveryError
from bot.fields import HttpOptions
from bot.http.certificates import trusted
from bot.http.masking import mask, secrets_to_mask
from probes.fingerprints.retry_after import wait_of
from probes.secret import Secret

CONNECT_S = 5.0
LARGEST = 64 * 1024
"""Bytes of an answer that are read."""
AWAY_S = 15.0
"""Rest of a channel that cannot be reached."""
BUSY_S = 60.0
"""The same after a 429 that names no time."""
LONGEST_WAIT_S = 3_600.0
WRONG = frozenset({401, 403, 404, 405, 407, 410})
"""Key or address are wrong, so nothing gets through until a person acts."""


@dataclass(frozen=True, slots=True)
class Request:
    """One request: whose delivery it is `about`, where to, and what; a body that is no bytes is sent as JSON."""

    about: str
    address: Secret
    body: bytes | Mapping[str, Any] | Sequence[Any]
    path: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)
    method: str = "POST"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back: the status, and the body as JSON (None where it is none) and as text."""

    status: int
    body: Any
    text: str = field(default="", repr=False)


class RefusedError(DeliveryError):
    """An answer that is an error: its status and JSON, for outlets that tell more by it."""

    def __init__(self, why: str, answer: Answer, **how: Any) -> None:
        super().__init__(why, **how)
        self.answer = answer


class FailureTracker:
    """Whose deliveries came to nothing lately: one message's trouble is its own, that of several is the channel's."""

    def __init__(self) -> None:
        self._about: set[str] = set()

    def several(self, about: str) -> bool:
        """Count a failed message; whether several have failed, so that the channel is at fault."""
        if len(self._about) < 2:
            self._about.add(about)
        return len(self._about) > 1

    def clear(self) -> None:
        """A message was accepted."""
        self._about.clear()


class HttpClient:
    """The way to one channel. Enter it once; leaving closes all connections."""

    def __init__(
        self,
        who: str,
        now: Callable[[], float],
        secrets: Sequence[Secret],
        reached: HttpOptions,
    ) -> None:
        """`who` is the channel's name in sentences; `secrets` are kept out of them, whatever the channel answers."""
        for library in ("httpx", "httpcore"):
            # Their logs quote addresses and headers, which may be secrets.
            logging.getLogger(library).setLevel(logging.WARNING)
        self.who = who
        self._now = now
        self._hidden = secrets_to_mask(secrets)
        self._ca_file = reached.ca_file
        self._answer_s = reached.answer_s
        self._client: httpx.AsyncClient | None = None
        self._unheard = FailureTracker()
        self._wrong = ""
        self.heard = ""
        """The last answer that was a yes, in a sentence."""

    async def __aenter__(self) -> Self:
        """Raises UserError where the certificates to trust cannot be read."""
        context = trusted(self.who, self._ca_file)
        limits = httpx.Limits(max_connections=16, max_keepalive_connections=4, keepalive_expiry=30)
        timeout = httpx.Timeout(self._answer_s, connect=min(CONNECT_S, self._answer_s))
        self._client = httpx.AsyncClient(verify=context, limits=limits, timeout=timeout, follow_redirects=False)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._client is not None:
            await self._client.aclose()

    def health(self) -> tuple[bool, str]:
        """Whether the last request was taken, in a sentence."""
        return not self._wrong, self._wrong or f"{self.who} takes messages"

    async def send(self, request: Request) -> Answer:
        """Ask once; the answer if its status is a 2xx.

        Raises:
            DeliveryError: for everything else, in a sentence without secrets.
        """
        headers = {
            "content-type": "application/json",
            "accept": "application/json",
            # An answer that needs no unpacking cannot unpack to gigabytes.
            "accept-encoding": "identity",
            "user-agent": "groundtruth",
            **request.headers,
        }
        try:
            async with asyncio.timeout(self._answer_s):
                status, told, text = await self._ask(request, headers)
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            # `from None`: the cause quotes the address.
            raise self._noted(self._unanswered(error, request.about)) from None
        answer = Answer(status, _parsed(text), text)
        if not 200 <= status < 300:
            raise self._noted(self._refused(answer, told, text, request.about))
        self._wrong = ""
        self._unheard.clear()
        self.heard = f"{self.who} answers {status}" + (f": {said}" if (said := mask(text, self._hidden)) else "")
        return answer

    def unclear(self, answer: Answer) -> NoReturn:
        """A 2xx that this channel does not answer with: a proxy's page or somebody else. Raises DeliveryError."""
        why = f"{self.who} gives an answer ({answer.status}) that is not its own: check what is at its address"
        raise self._noted(RefusedError(why, answer, ambiguous=True, everywhere=True))

    def wrong(self, why: str, answer: Answer) -> NoReturn:
        """A refusal that only a person can mend. Raises DeliveryError."""
        raise self._noted(RefusedError(f"{self.who}: {why}", answer, permanent=True, everywhere=True))

    async def _ask(self, request: Request, headers: Mapping[str, str]) -> tuple[int, httpx.Headers, str]:
        assert self._client is not None, "not opened"
        body, address = request.body, request.address.reveal() + request.path
        content = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        async with self._client.stream(request.method, address, content=content, headers=headers) as response:
            read = b""
            async for chunk in response.aiter_raw():
                read += chunk
                if len(read) > LARGEST:
                    break
            return response.status_code, response.headers, read[:LARGEST].decode("utf-8", "replace")

    def _noted(self, error: DeliveryError) -> DeliveryError:
        self._wrong = str(error)
        return error

    def _unanswered(self, error: Exception, about: str) -> DeliveryError:
        """No answer: one message that is never answered is its own trouble, several are the channel's."""
        if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.ProxyError | httpx.InvalidURL):
            why = f"{self.who} cannot be reached: {_reason(error)}"
            return DeliveryError(why, retry_after=AWAY_S, everywhere=True)
        if isinstance(error, httpx.PoolTimeout):
            return DeliveryError(f"{self.who} is slow to take what is waiting already")
        late = isinstance(error, httpx.TimeoutException | TimeoutError)
        heard = "no answer in time" if late else f"a broken answer ({type(error).__name__})"
        return DeliveryError(f"{self.who} gives {heard}", ambiguous=True, everywhere=self._unheard.several(about))

    def _refused(self, answer: Answer, headers: Mapping[str, str], text: str, about: str) -> RefusedError:
        status = answer.status
        said = mask(text, self._hidden) if not headers.get("content-type", "").startswith("text/html") else ""
        why = f"{self.who} answers {status}" + (f": {said}" if said else "")
        asked = wait_of(headers.get("retry-after", ""), self._now())
        wait = None if asked is None else min(asked, LONGEST_WAIT_S)
        if status == 429:
            return RefusedError(why, answer, retry_after=BUSY_S if wait is None else wait, everywhere=True)
        if 300 <= status < 400:
            why = f"{self.who} answers {status}, a redirect: set the final address"
            return RefusedError(why, answer, permanent=True, everywhere=True)
        if status in WRONG:
            return RefusedError(f"{why} (check its key and address)", answer, permanent=True, everywhere=True)
        if status >= 500 or status in {408, 425}:
            several = self._unheard.several(about)
            return RefusedError(why, answer, retry_after=wait, ambiguous=True, everywhere=several)
        return RefusedError(why, answer, permanent=True)


def _parsed(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return None


def _reason(error: BaseException) -> str:
    """Why there is no connection, in a word that quotes nothing."""
    seen: BaseException | None = error
    for _ in range(10):
        if isinstance(seen, ssl.SSLCertVerificationError):
            return "its certificate is not trusted (ca_file names one of your own)"
        if isinstance(seen, ssl.SSLError):
            return "it does not speak TLS as we do"
        if isinstance(seen, socket.gaierror):
            return "its name is not known"
        if isinstance(seen, ConnectionRefusedError):
            return "the connection is refused"
        if seen is None:
            break
        seen = seen.__cause__ or seen.__context__
    return "no connection"
