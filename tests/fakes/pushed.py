"""Our own incident.io alert source, ntfy server and Grafana IRM integration: what stands there, by its key."""

from typing import Any

from aiohttp import web

from tests.fakes.outlet import Asked, World, said

SOURCE, TOKEN = "01HSOURCE", "t0ken-of-the-alert-source"
TOPIC, ACCESS = "t0pic-nobody-guesses", "tk_access-t0ken-of-ntfy"
WAY_IN = "Aa1Bb2Cc3Dd4Ee5Ff6"


class Board(World):
    """The newest of each key, and everything that came."""

    def __init__(self) -> None:
        super().__init__()
        self.standing: dict[str, dict[str, Any]] = {}
        self.taken: list[dict[str, Any]] = []

    def take(self, key: str, body: dict[str, Any]) -> None:
        self.standing[key] = body
        self.taken.append(body)


class IncidentIo(Board):
    """POST /v2/alert_events/http/<source>."""

    def do(self, asked: Asked) -> web.Response:
        if asked.headers.get("authorization") != f"Bearer {TOKEN}":
            return said(401, {"type": "authentication_error"})
        if (asked.method, asked.path) != ("POST", f"/v2/alert_events/http/{SOURCE}"):
            return said(404, {"type": "not_found"})
        if not asked.body["title"] or asked.body["status"] not in ("firing", "resolved"):
            return said(422, {"type": "validation_error"})
        self.take(asked.body["deduplication_key"], asked.body)
        key = asked.body["deduplication_key"]
        return said(202, {"status": "success", "message": "Event accepted", "deduplication_key": key})


class Ntfy(Board):
    """POST / with JSON."""

    def do(self, asked: Asked) -> web.Response:
        body = asked.body
        if asked.headers.get("authorization") != f"Bearer {ACCESS}":
            return said(403, {"code": 40301, "http": 403, "error": "forbidden"})
        if asked.path != "/" or body["topic"] != TOPIC or body["priority"] not in range(1, 6):
            return said(400, {"code": 40024, "http": 400, "error": "invalid request"})
        if len(body["message"].encode()) > 4096 or not body["message"]:
            return said(400, {"code": 40008, "http": 400, "error": "invalid request: message too large"})
        if not body["sequence_id"].isalnum() or len(body["sequence_id"]) > 64:
            return said(400, {"code": 40049, "http": 400, "error": "invalid request: sequence ID invalid"})
        self.take(body["sequence_id"], body)
        return said(200, {"id": f"m{len(self.taken)}", "time": 1, "event": "message", "topic": TOPIC})


class GrafanaIrm(Board):
    """POST to the secret address."""

    def do(self, asked: Asked) -> web.Response:
        if asked.path != f"/integrations/v1/formatted_webhook/{WAY_IN}":
            return said(404)
        if asked.body["state"] not in ("ok", "alerting"):
            return said(400)
        self.take(asked.body["alert_uid"], asked.body)
        return said(200, "Ok.")
