"""Claude's API as its documentation and recordings show it: hello, models, count_tokens, messages."""

import json
from typing import Any

from bot.demo.edge import Marks
from bot.demo.page import stamp
from bot.demo.reply import Ending, Reply
from bot.demo.scenario import Decision, Kind

MODELS = (
    ("claude-opus-4-7", "Claude Opus 4.7", "2026-04-16T00:00:00Z"),
    ("claude-sonnet-4-6", "Claude Sonnet 4.6", "2026-02-17T00:00:00Z"),
    ("claude-haiku-4-5-20251001", "Claude Haiku 4.5", "2025-10-15T00:00:00Z"),
)
FAILURES = {
    Kind.HTTP_500: (500, "api_error", "Internal server error"),
    Kind.OVERLOADED_529: (529, "overloaded_error", "Overloaded"),
    Kind.SSE_ERROR: (529, "overloaded_error", "Overloaded"),
    Kind.QUOTA_429: (429, "rate_limit_error", "This request would exceed your organization's rate limit."),
    Kind.THROTTLED_429: (429, "rate_limit_error", "Server is temporarily limiting requests (not your usage limit)"),
    Kind.UNAUTHORIZED_401: (401, "authentication_error", "invalid x-api-key"),
    Kind.FORBIDDEN_403: (
        403,
        "permission_error",
        "Your API key does not have permission to use the specified resource.",
    ),
}
WORDS = ("Hello", "!", " How", " can", " I", " help", "?")


def error(status: int, kind: str, message: str, marks: Marks) -> Reply:
    """An error as the API words it."""
    body = {"type": "error", "error": {"type": kind, "message": message}, "request_id": marks.request_id}
    headers = {**marks.edge(), "request-id": marks.request_id, "via": "1.1 google", "cf-cache-status": "DYNAMIC"}
    if status in {408, 409, 429} or status >= 500:
        headers["x-should-retry"] = "true"
    return Reply(status, _json(body), headers=headers)


def failure(kind: Kind, marks: Marks) -> Reply:
    """The application's failure of that kind, outside a stream."""
    reply = error(*FAILURES[kind], marks)
    if kind is Kind.QUOTA_429:
        limits = {**_limits(marks, remaining=0), "retry-after": "12"}
        return Reply(reply.status, reply.body, headers={**reply.headers, **limits})
    return reply


def hello(marks: Marks) -> Reply:
    """`/api/hello` and `/v1/oauth/hello`: answered by the gateway, without a key."""
    return Reply(body=b'{"message":"hello"}', headers=marks.edge())


def models(marks: Marks) -> Reply:
    """`GET /v1/models`."""
    data = [{"type": "model", "id": m, "display_name": name, "created_at": at} for m, name, at in MODELS]
    page = {"data": data, "has_more": False, "first_id": data[0]["id"], "last_id": data[-1]["id"]}
    return Reply(body=_json(page), headers=_headers(marks))


def count_tokens(asked: dict[str, Any], marks: Marks) -> Reply:
    """`POST /v1/messages/count_tokens`."""
    return Reply(body=_json({"input_tokens": _tokens(asked)}), headers=_headers(marks))


def messages(asked: dict[str, Any], decision: Decision, marks: Marks) -> Reply:
    """`POST /v1/messages`, whole or as a stream; a failure inside a stream comes here too."""
    words = WORDS[: max(1, int(asked["max_tokens"]))]
    message = {
        "id": "msg_01" + marks.request_id[-20:],
        "type": "message",
        "role": "assistant",
        "model": asked["model"],
        "content": [{"type": "text", "text": "".join(words)}],
        "stop_reason": "end_turn" if len(words) == len(WORDS) else "max_tokens",
        "stop_sequence": None,
        "usage": {"input_tokens": _tokens(asked), "output_tokens": len(words), "service_tier": "standard"},
    }
    if asked.get("stream") is not True:
        return Reply(body=_json(message), headers=_headers(marks))
    frames, ending = _stream(message, words), Ending.NEAT
    if decision.kind is Kind.SSE_ERROR:
        broken = {"details": None, "type": "overloaded_error", "message": "Overloaded"}
        told = {"type": "error", "error": broken, "request_id": marks.request_id}
        frames = [*frames[:3], _event("error", told)]
    elif decision.kind in {Kind.SSE_CUT, Kind.SSE_ABORT}:
        frames = [*frames[:3], frames[3][: len(frames[3]) * 2 // 3]]
        ending = Ending.CUT if decision.kind is Kind.SSE_ABORT else Ending.NEAT
    headers = {**_headers(marks), "cache-control": "no-cache"}
    kind = "text/event-stream; charset=utf-8"
    return Reply(200, b"", kind, headers, tuple(frames), decision.first_token_ms, ending)


def _stream(message: dict[str, Any], words: tuple[str, ...]) -> list[bytes]:
    usage = {**message["usage"], "output_tokens": 1}
    start = {**message, "content": [], "stop_reason": None, "usage": usage}
    block = {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}}
    frames = [
        _event("message_start", {"type": "message_start", "message": start}),
        _event("content_block_start", block),
        _event("ping", {"type": "ping"}),
    ]
    for word in words:
        delta = {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": word}}
        frames.append(_event("content_block_delta", delta))
    ended = {"stop_reason": message["stop_reason"], "stop_sequence": None}
    frames += [
        _event("content_block_stop", {"type": "content_block_stop", "index": 0}),
        _event("message_delta", {"type": "message_delta", "delta": ended, "usage": {"output_tokens": len(words)}}),
        _event("message_stop", {"type": "message_stop"}),
    ]
    return frames


def _headers(marks: Marks) -> dict[str, str]:
    return {
        **marks.edge(),
        **_limits(marks, remaining=999),
        "request-id": marks.request_id,
        "anthropic-organization-id": "5c1a9a3e-7d0b-4b6e-9b5e-2f6f1c0a7d11",
        "x-envoy-upstream-service-time": "17",
        "via": "1.1 google",
        "cf-cache-status": "DYNAMIC",
    }


def _limits(marks: Marks, *, remaining: int) -> dict[str, str]:
    reset = stamp(marks.at + 12).partition(".")[0] + "Z"
    name = "anthropic-ratelimit-requests"
    return {f"{name}-limit": "1000", f"{name}-remaining": str(remaining), f"{name}-reset": reset}


def _tokens(asked: dict[str, Any]) -> int:
    return 3 + len(json.dumps(asked["messages"])) // 4


def _event(name: str, data: dict[str, Any]) -> bytes:
    return b"event: " + name.encode() + b"\ndata: " + _json(data) + b"\n\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
