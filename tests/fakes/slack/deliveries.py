"""How Slack reaches an app: by Socket Mode, or by signed HTTP; with the deadline for an answer, and retries."""

import asyncio
import contextlib
import hashlib
import hmac
import json
import time
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

from aiohttp import ClientError, ClientSession

from tests.fakes.slack.sockets import Sockets
from tests.fakes.slack.workspace import SIGNING_SECRET, Workspace

ACK_S = 3.0
KINDS = {"slash_commands": "command", "interactive": "interaction", "events_api": "event"}


@dataclass
class Acked:
    """What an app made of one request: how long it took and what it said; `ok` is false without an answer in time."""

    ok: bool
    after_s: float
    body: dict[str, Any] = field(default_factory=dict)
    status: int = 200
    tries: int = 1


@dataclass
class Deliveries:
    """`http` is the app's request URL, if it has one; else the sockets are used."""

    workspace: Workspace
    sockets: Sockets
    session: ClientSession
    http: tuple[str, ...] = ()
    secret: str = SIGNING_SECRET
    waits_s: tuple[float, ...] = (0.0, 0.05, 0.1)
    """Before each retry of an event; Slack's own are at once, a minute, five minutes."""
    skew_s: float = 0.0

    async def send(self, kind: str, payload: dict[str, Any], *, deadline_s: float = ACK_S) -> Acked:
        """Deliver a payload; events are retried, everything else is tried once."""
        waits = self.waits_s if kind == "events_api" else ()
        reason = ""
        acked = Acked(False, 0.0)
        for number, wait in enumerate((0.0, *waits)):
            await asyncio.sleep(wait)
            began = time.monotonic()
            if self.http:
                acked = await self._post(kind, payload, deadline_s, number, reason)
            else:
                more = {"retry_attempt": number, "retry_reason": reason} if kind == "events_api" else {}
                said = await self.sockets.send(kind, payload, deadline_s, **more)
                acked = Acked(said is not None, 0.0, said or {})
            acked.after_s, acked.tries = time.monotonic() - began, number + 1
            if acked.ok:
                break
            reason = "timeout" if acked.status == 200 else "http_error"
        return acked

    async def _post(self, kind: str, payload: dict[str, Any], deadline_s: float, number: int, reason: str) -> Acked:
        body, content = form(kind, payload)
        headers = {"Content-Type": content, **signature(self.secret, body, time.time() + self.skew_s)}
        if number:
            headers |= {"X-Slack-Retry-Num": str(number), "X-Slack-Retry-Reason": reason}
        url = self.http[self.workspace.number() % len(self.http)]
        try:
            async with asyncio.timeout(deadline_s), self.session.post(url, data=body, headers=headers) as response:
                text = await response.text()
        except (TimeoutError, ClientError):
            return Acked(False, 0.0)
        said = {}
        with contextlib.suppress(ValueError):
            said = json.loads(text)
        return Acked(response.status == 200, 0.0, said if isinstance(said, dict) else {}, response.status)


def form(kind: str, payload: dict[str, Any]) -> tuple[bytes, str]:
    """The body as Slack sends it over HTTP, and its type."""
    if kind == "events_api":
        return json.dumps(payload).encode(), "application/json"
    fields = payload if kind == "slash_commands" else {"payload": json.dumps(payload)}
    return urlencode(fields).encode(), "application/x-www-form-urlencoded"


def signature(secret: str, body: bytes, at: float) -> dict[str, str]:
    """https://docs.slack.dev/authentication/verifying-requests-from-slack."""
    stamp = str(int(at))
    digest = hmac.new(secret.encode(), f"v0:{stamp}:".encode() + body, hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={digest}"}
