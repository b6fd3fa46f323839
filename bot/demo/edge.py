"""What stands before the applications: the edge's and the gateway's own answers, and their marks on all others."""

import json
from dataclasses import dataclass

from bot.demo.page import stamp
from bot.demo.reply import Ending, Reply
from bot.demo.scenario import Kind
from bot.demo.seeded_random import token

HEX = "0123456789abcdef"
CHALLENGE = (
    '<!DOCTYPE html><html lang="en-US"><head><title>Just a moment...</title>'
    '<meta http-equiv="refresh" content="360"></head><body>'
    "<noscript>Enable JavaScript and cookies to continue</noscript></body></html>"
)
ENVOY = (
    "upstream connect error or disconnect/reset before headers. retried and the latest reset reason: remote connection "
    "failure, transport failure reason: delayed connect error: Connection refused"
)
NGINX = (
    "<html>\r\n<head><title>502 Bad Gateway</title></head>\r\n<body>\r\n<center><h1>502 Bad Gateway</h1></center>\r\n"
    "<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n"
)


@dataclass(frozen=True, slots=True)
class Marks:
    """The ids one request gets on its way: the edge's ray and point of presence, the application's request id."""

    ray: str
    request_id: str
    zone: str
    at: float

    @classmethod
    def of(cls, zone: str, at: float, *key: object) -> "Marks":
        """The ids that `key` names, the same each time."""
        ray = token(16, "ray", *key, alphabet=HEX)
        return cls(f"{ray}-FRA", f"req_011C{token(20, 'request', *key)}", zone, at)

    def edge(self) -> dict[str, str]:
        """Headers of everything that came through the edge."""
        return {"server": "cloudflare", "cf-ray": self.ray}


HTML = "text/html; charset=UTF-8"


def edge_failure(kind: Kind, marks: Marks) -> Reply | None:
    """The answer when the request never reached the application; None for the application's own failures."""
    headers = marks.edge()
    text = "text/plain; charset=UTF-8"
    answers = {
        Kind.RESET: Reply(status=0, ending=Ending.RESET),
        Kind.HANG: Reply(status=0, ending=Ending.HANG),
        Kind.EMPTY_500: Reply(500, content_type="", headers=headers),
        Kind.NGINX_502: Reply(502, NGINX.encode(), "text/html", {"server": "nginx"}),
        Kind.ENVOY_503: Reply(503, ENVOY.encode(), "text/plain", headers),
        Kind.EDGE_429: Reply(429, b"error code: 1015", text, {**headers, "retry-after": "10"}),
        Kind.CHALLENGE_403: Reply(403, CHALLENGE.encode(), HTML, {**headers, "cf-mitigated": "challenge"}),
    }
    if kind is Kind.CLOUDFLARE_522:
        return Reply(522, _connect_timeout(marks), "application/problem+json", {**headers, "retry-after": "120"})
    return answers.get(kind)


def _connect_timeout(marks: Marks) -> bytes:
    ray = marks.ray.partition("-")[0]
    return json.dumps(
        {
            "type": "https://developers.cloudflare.com/support/troubleshooting/http-status-codes/cloudflare-5xx-errors/error-522/",
            "title": "Error 522: Connection timed out",
            "status": 522,
            "instance": ray,
            "error_code": 522,
            "error_name": "connection_timeout",
            "error_category": "origin",
            "ray_id": ray,
            "timestamp": stamp(marks.at).partition(".")[0] + "Z",
            "zone": marks.zone,
            "cloudflare_error": True,
            "retryable": True,
            "retry_after": 120,
            "owner_action_required": True,
        }
    ).encode()
