"""Our own alert API of Jira Service Management: asynchronous as the real one, so what is refused later is lost."""

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import unquote

from aiohttp import web

from tests.fakes.outlet import Asked, World, said

API_KEY = "1b2c3d4e-api-key-of-the-integration"


@dataclass
class Alert:
    """One alert: closed ones stay, and a new one may have their alias."""

    alias: str
    words: dict[str, Any]
    state: str = "open"
    count: int = 1
    notes: list[str] = field(default_factory=list)


class JiraServiceManagement(World):
    """Alerts in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: list[Alert] = []

    def of(self, alias: str) -> list[Alert]:
        return [alert for alert in self.alerts if alert.alias == alias]

    def do(self, asked: Asked) -> web.Response:
        if asked.headers.get("authorization") != f"GenieKey {API_KEY}":
            return said(403, {"message": f"Key format is not valid! {asked.headers.get('authorization')}"})
        body, parts = asked.body, asked.path.strip("/").split("/")
        if parts == ["alerts"] and asked.method == "POST":
            return self._created(body)
        if asked.query != {"identifierType": "alias"} or parts[0] != "alerts" or len(parts) != 3:
            return said(404, {"message": "no such path"})
        standing = next((a for a in self.of(unquote(parts[1])) if a.state != "closed"), None)
        wanted = "PUT" if parts[2] in ("message", "description", "priority") else "POST"
        if asked.method != wanted or len(body.get("message", "")) > 130:
            return said(422, {"message": "refused"})
        if standing is not None:
            self._changed(standing, parts[2], body)
        return said(202, {"result": "Request will be processed", "took": 0.1, "requestId": "r"})

    def _created(self, body: dict[str, Any]) -> web.Response:
        if not 0 < len(body["message"]) <= 130 or len(body["description"]) > 15_000 or len(body["tags"]) > 20:
            return said(422, {"message": "refused"})
        if body["priority"] not in ("P1", "P2", "P3", "P4", "P5") or not 0 < len(body["alias"]) <= 512:
            return said(422, {"message": "refused"})
        standing = next((a for a in self.of(body["alias"]) if a.state != "closed"), None)
        if standing is None:
            self.alerts.append(Alert(body["alias"], body))
        else:
            standing.count += 1
        return said(202, {"result": "Request will be processed", "took": 0.1, "requestId": "r"})

    def _changed(self, alert: Alert, what: str, body: dict[str, Any]) -> None:
        if what == "notes":
            alert.notes.append(body["note"])
        elif what in ("message", "description", "priority"):
            alert.words[what] = body[what]
        else:
            alert.state = {"close": "closed", "acknowledge": "acknowledged", "unacknowledge": "open"}[what]
