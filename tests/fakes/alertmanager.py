"""Our own Alertmanager: POST /api/v2/alerts, alerts known by their labels."""

import base64
import re
from datetime import datetime
from typing import Any

from aiohttp import web

from tests.fakes.outlet import Asked, World, said

USER, PASSWORD = "groundtruth", "p4ssw0rd-of-the-proxy"
BASIC = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()


class Alertmanager(World):
    """Alerts by label set, as last told."""

    def __init__(self) -> None:
        super().__init__()
        self.alerts: dict[tuple[tuple[str, str], ...], dict[str, Any]] = {}

    def of(self, key: str) -> list[dict[str, Any]]:
        return [alert for labels, alert in self.alerts.items() if dict(labels)["groundtruth"] == key]

    def firing(self, now: float) -> list[dict[str, Any]]:
        return [a for a in self.alerts.values() if datetime.fromisoformat(a["endsAt"]).timestamp() > now]

    def do(self, asked: Asked) -> web.Response:
        if asked.headers.get("authorization") != f"Basic {BASIC}":
            return said(401, "Unauthorized")
        if (asked.method, asked.path) != ("POST", "/api/v2/alerts"):
            return said(404, "no such path")
        for alert in asked.body:
            labels, starts, ends = alert["labels"], alert.get("startsAt"), alert["endsAt"]
            names = [re.fullmatch("[a-zA-Z_][a-zA-Z0-9_]*", name) for name in (*labels, *alert["annotations"])]
            if not all(names) or not all(isinstance(v, str) and v for v in labels.values()):
                return said(400, {"code": 400, "message": "invalid labels"})
            if starts and datetime.fromisoformat(starts) > datetime.fromisoformat(ends):
                return said(400, {"code": 400, "message": "start time must be before end time"})
        for alert in asked.body:
            self.alerts[tuple(sorted(alert["labels"].items()))] = alert
        return said(200)
