"""Our own PagerDuty: the Events API v2, as strict as the documentation, and its webhooks v3.

https://developer.pagerduty.com/docs/events-api-v2-overview, https://developer.pagerduty.com/docs/webhooks-overview
"""

import hashlib
import hmac
import itertools
import json
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import httpx
from aiohttp import web

from tests.fakes.outlet import Asked, World, said

ROUTING_KEY = "R0UT1NGKEYR0UT1NGKEYR0UT1NGKEY00"
WEBHOOK_SECRET = "s3cret-that-was-shown-once-and-is-long"
ANN = {"id": "PXPGF42", "type": "user_reference", "summary": "Ann", "self": "https://api.pagerduty.com/users/PXPGF42"}
OURSELVES = {"id": "PEVT001", "type": "events_api_v2_inbound_integration_reference", "summary": "Groundtruth"}
_NUMBERS = itertools.count(1)


@dataclass
class Alert:
    """One alert: its state, what it says, and every event that it took."""

    key: str
    state: str = "triggered"
    summary: str = ""
    severity: str = ""
    pages: int = 1
    events: list[dict[str, Any]] = field(default_factory=list)


class PagerDuty(World):
    """Alerts by their order, open or not, and change events."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[Alert] = []
        self.changes: list[dict[str, Any]] = []

    def of(self, key: str) -> list[Alert]:
        return [alert for alert in self.alerts if alert.key == key]

    def do(self, asked: Asked) -> web.Response:
        event = asked.body
        wrong = self._wrong(asked)
        if wrong:
            return said(400, {"status": "invalid event", "message": "Event object is invalid", "errors": wrong})
        if asked.path == "/v2/change/enqueue":
            self.changes.append(event)
            return said(202, {"status": "success", "message": "Change event processed"})
        self._happen(event)
        return said(202, {"status": "success", "message": "Event processed", "dedup_key": event["dedup_key"]})

    def _happen(self, event: dict[str, Any]) -> None:
        standing = next((a for a in self.of(event["dedup_key"]) if a.state != "resolved"), None)
        action, payload = event["event_action"], event.get("payload", {})
        if standing is None:
            if action != "trigger":
                return  # dropped without a word
            standing = Alert(event["dedup_key"])
            self.alerts.append(standing)
        standing.events.append(event)
        standing.summary = payload.get("summary", standing.summary)
        standing.severity = payload.get("severity", standing.severity)
        standing.state = {"acknowledge": "acknowledged", "resolve": "resolved"}.get(action, standing.state)

    def _wrong(self, asked: Asked) -> list[str]:
        event = asked.body
        if asked.method != "POST" or asked.path not in ("/v2/enqueue", "/v2/change/enqueue"):
            return ["no such endpoint"]
        if not isinstance(event, dict) or len(asked.raw) > 512 * 1024:
            return ["not an event, or one above 512 KB"]
        found = [] if event.get("routing_key") == ROUTING_KEY else [f"Invalid routing key {event.get('routing_key')}"]
        payload = event.get("payload") or {}
        if not 0 < len(payload.get("summary", "")) <= 1024:
            found.append("summary is missing or too long")
        if any(link.keys() != {"href", "text"} for link in event.get("links", [])):
            found.append("links need href and text")
        if asked.path == "/v2/change/enqueue":
            return found
        if not 0 < len(event.get("dedup_key", "")) <= 255:
            found.append("dedup_key is missing or too long")
        if event.get("event_action") not in ("trigger", "acknowledge", "resolve"):
            found.append("event_action is unknown")
        if not payload.get("source") or payload.get("severity") not in ("critical", "error", "warning", "info"):
            found.append("source or severity are missing")
        return found


def event(kind: str, key: str, agent: Any = ANN, at: float | None = None, **changes: Any) -> dict[str, Any]:
    """A webhook's body, as the documentation shows it."""
    happened = datetime.fromtimestamp(time.time() if at is None else at, UTC)
    told = {
        "id": f"01BRB6ZP4M6T8ZG4X6BP63ZB{next(_NUMBERS):04}",
        "event_type": f"incident.{kind}",
        "resource_type": "incident",
        "occurred_at": happened.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
        "agent": agent,
        "client": {"name": "PagerDuty"},
        "data": {"id": "PT4KHLK", "type": "incident", "number": 1234, "incident_key": key, "title": "on fire"},
    }
    return {"event": told | changes}


def signature(secret: str, body: bytes) -> str:
    """One of the signatures of a body."""
    return "v1=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()


async def deliver(url: str, what: dict[str, Any] | bytes, secrets: Sequence[str] = (WEBHOOK_SECRET,)) -> httpx.Response:
    """Send a webhook, signed with each secret; PagerDuty waits five seconds."""
    body = what if isinstance(what, bytes) else json.dumps(what).encode()
    headers = {"content-type": "application/json", "x-webhook-id": "w1"}
    if secrets:
        headers["x-pagerduty-signature"] = ",".join(signature(secret, body) for secret in secrets)
    async with httpx.AsyncClient(timeout=5) as client:
        return await client.post(url, content=body, headers=headers)
