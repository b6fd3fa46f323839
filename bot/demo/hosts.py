"""The hosts of the vendor: which component each belongs to, which requests it knows, what a healthy answer is."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from bot.demo import anthropic, openai
from bot.demo.edge import HTML, Marks, edge_failure
from bot.demo.reply import Ending, Reply
from bot.demo.scenario import Decision, Kind

OTHER = "(other)"
STREAMED = frozenset({Kind.SSE_ERROR, Kind.SSE_CUT, Kind.SSE_ABORT})
APP = (
    b'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Claude</title></head>'
    b'<body><div id="root"></div><script type="module" src="/assets/index.js"></script></body></html>'
)
GONE = (
    b'<!doctype html><html lang="en"><head><title>Claude</title></head>'
    b"<body><h1>Claude will return soon</h1></body></html>"
)
BROKEN = b'<!doctype html><html lang="en"><head><title>Error STATUS</title></head><body><h1>STATUS</h1></body></html>'
DOWNLOADS = (
    b'<!doctype html><html><head><title>Downloads</title></head><body><a href="/latest">latest</a></body></html>'
)


@dataclass(frozen=True, slots=True)
class Host:
    """One server: its name among ours, its component, the name it has on the edge, the routes it knows."""

    name: str
    component: str
    zone: str
    routes: tuple[tuple[str, str], ...]
    dialect: str = "anthropic"


HOSTS = (
    Host("claude-ai", "claude-ai", "claude.ai", (("GET", "/"), ("GET", "/v1/oauth/hello")), "web"),
    Host(
        "claude-api",
        "claude-api",
        "api.anthropic.com",
        (("GET", "/api/hello"), ("GET", "/v1/models"), ("POST", "/v1/messages"), ("POST", "/v1/messages/count_tokens")),
    ),
    Host("claude-login", "claude-code", "platform.claude.com", (("GET", "/v1/oauth/hello"), ("GET", "/api/hello"))),
    Host("claude-downloads", "claude-code", "downloads.claude.ai", (("GET", "/"),), "web"),
    Host("openai", "openai", "api.openai.com", (("GET", "/v1/models"), ("POST", "/v1/chat/completions")), "openai"),
    Host("control-1", "control-1", "control", (("GET", "/"),), "control"),
    Host("control-2", "control-2", "control", (("GET", "/"),), "control"),
)


@dataclass(frozen=True, slots=True)
class DemoRequest:
    """A request as far as answers depend on it. `body` is None where it was no JSON object."""

    method: str
    path: str
    key: str
    body: dict[str, Any] | None

    @property
    def model(self) -> str:
        """The model it names."""
        return str((self.body or {}).get("model", ""))

    @property
    def streams(self) -> bool:
        """Whether it asks for a stream."""
        return (self.body or {}).get("stream") is True


def asked(method: str, path: str, key: str, raw: bytes) -> DemoRequest:
    """A request from what came over the wire."""
    try:
        body = json.loads(raw) if raw else {}
    except (ValueError, RecursionError):
        body = None
    return DemoRequest("GET" if method == "HEAD" else method, path, key, body if isinstance(body, dict) else None)


def answer(host: Host, request: DemoRequest, decision: Decision, marks: Marks, *, good_key: bool) -> tuple[Kind, Reply]:
    """What the host says: a failure if one was decided, else what the request deserves."""
    kind = decision.kind
    if kind is Kind.OK or (kind in STREAMED and _takes_stream(host, request)):
        refusal = _refusal(host, request, marks, good_key=good_key)
        return refusal or (kind, _healthy(host, request, decision, marks))
    if kind in {Kind.SSE_CUT, Kind.SSE_ABORT}:
        refusal = _refusal(host, request, marks, good_key=good_key)
        whole = refusal[1] if refusal else _healthy(host, request, decision, marks)
        return kind, Reply(whole.status, whole.body, whole.content_type, whole.headers, ending=Ending.CUT)
    return kind, edge_failure(kind, marks) or _failure(host, kind, marks)


def _takes_stream(host: Host, request: DemoRequest) -> bool:
    inference = request.path in {"/v1/messages", "/v1/chat/completions"}
    return inference and request.streams and (request.method, request.path) in host.routes


def _failure(host: Host, kind: Kind, marks: Marks) -> Reply:
    if host.dialect == "openai":
        return openai.failure(kind, marks)
    reply = anthropic.failure(kind, marks)
    if host.dialect == "anthropic":
        return reply
    # What people saw of the site's own errors; the "back soon" page stands for no capacity.
    page = GONE if kind in {Kind.OVERLOADED_529, Kind.SSE_ERROR} else BROKEN
    return Reply(reply.status, page.replace(b"STATUS", str(reply.status).encode()), HTML, marks.edge())


def _refusal(host: Host, request: DemoRequest, marks: Marks, *, good_key: bool) -> tuple[Kind, Reply] | None:
    """The answer to a request that is itself wrong, None for a right one."""
    if (request.method, request.path) not in host.routes:
        return Kind.BAD_REQUEST, _refuse(host, 404, "Not found", marks)
    if host.dialect not in {"anthropic", "openai"} or request.path.endswith("/hello"):
        return None
    if not good_key:
        words = "invalid x-api-key" if request.key else "x-api-key header is required"
        return Kind.NEEDS_KEY, _refuse(host, 401, words, marks)
    wrong = _complaint(host, request) if request.method == "POST" else None
    return (Kind.BAD_REQUEST, _refuse(host, *wrong, marks)) if wrong else None


def _complaint(host: Host, request: DemoRequest) -> tuple[int, str] | None:
    """What is wrong with the body of a request for inference or counting."""
    body = request.body
    if body is None or not isinstance(body.get("messages"), list) or not body["messages"]:
        return 400, "messages: at least one message is required"
    if not request.model:
        return 400, "model: Field required"
    if host.dialect == "anthropic" and not request.model.startswith("claude-"):
        return 404, f"model: {request.model[:80]}"
    limits = [body.get(name) for name in ("max_tokens", "max_completion_tokens")]
    if any(not (limit is None or (type(limit) is int and limit > 0)) for limit in limits):
        return 400, "max_tokens: Input should be greater than or equal to 1"
    if request.path == "/v1/messages" and limits[0] is None:
        return 400, "max_tokens: Field required"
    return None


def _refuse(host: Host, status: int, words: str, marks: Marks) -> Reply:
    match host.dialect:
        case "anthropic":
            types = {400: "invalid_request_error", 401: "authentication_error", 404: "not_found_error"}
            return anthropic.error(status, types[status], words, marks)
        case "openai":
            code = "invalid_api_key" if status == 401 else None
            return openai.error(status, "invalid_request_error", code, words, marks)
        case _:
            return Reply(status, b"Not Found", "text/plain; charset=utf-8", marks.edge())


def _healthy(host: Host, request: DemoRequest, decision: Decision, marks: Marks) -> Reply:
    body = request.body or {}
    if request.path in SAID:
        return SAID[request.path](body, decision, marks)
    if request.path == "/v1/models":
        return openai.models(marks) if host.dialect == "openai" else anthropic.models(marks)
    if host.dialect == "control":
        return Reply(204, content_type="")
    page = DOWNLOADS if host.name == "claude-downloads" else APP
    return Reply(200, page, HTML, {**marks.edge(), "cf-cache-status": "DYNAMIC"})


SAID: dict[str, Callable[[dict[str, Any], Decision, Marks], Reply]] = {
    "/api/hello": lambda _body, _decision, marks: anthropic.hello(marks),
    "/v1/oauth/hello": lambda _body, _decision, marks: anthropic.hello(marks),
    "/v1/messages": anthropic.messages,
    "/v1/messages/count_tokens": lambda body, _decision, marks: anthropic.count_tokens(body, marks),
    "/v1/chat/completions": openai.completions,
}
