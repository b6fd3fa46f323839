"""An OpenAI-compatible API: models and chat completions, whole or streamed."""

import json
from typing import Any

from bot.demo.edge import Marks
from bot.demo.reply import Ending, Reply
from bot.demo.scenario import Decision, Kind

MODELS = ("gpt-5.2", "gpt-5-mini", "gpt-4.1-mini", "llama-4-scout")
FAILURES = {
    Kind.HTTP_500: (
        500,
        "server_error",
        None,
        "The server had an error while processing your request. Sorry about that!",
    ),
    Kind.OVERLOADED_529: (503, "server_error", None, "The engine is currently overloaded, please try again later"),
    Kind.SSE_ERROR: (503, "server_error", None, "The engine is currently overloaded, please try again later"),
    Kind.QUOTA_429: (429, "insufficient_quota", "insufficient_quota", "You exceeded your current quota."),
    Kind.THROTTLED_429: (429, "requests", "rate_limit_exceeded", "Rate limit reached for requests"),
    Kind.UNAUTHORIZED_401: (401, "invalid_request_error", "invalid_api_key", "Incorrect API key provided."),
    Kind.FORBIDDEN_403: (
        403,
        "invalid_request_error",
        "unsupported_country",
        "Country, region, or territory not supported",
    ),
}
WORDS = ("Hello", "!", " How", " can", " I", " help", "?")
CREATED = 1_775_000_000


def error(status: int, kind: str, code: str | None, message: str, marks: Marks) -> Reply:
    """An error as these APIs word it."""
    body = {"error": {"message": message, "type": kind, "param": None, "code": code}}
    return Reply(status, _json(body), headers={**marks.edge(), "x-request-id": marks.request_id})


def failure(kind: Kind, marks: Marks) -> Reply:
    """The application's failure of that kind, outside a stream."""
    return error(*FAILURES[kind], marks)


def models(marks: Marks) -> Reply:
    """`GET /v1/models`."""
    data = [{"id": name, "object": "model", "created": CREATED, "owned_by": "system"} for name in MODELS]
    return Reply(body=_json({"object": "list", "data": data}), headers=_headers(marks))


def completions(asked: dict[str, Any], decision: Decision, marks: Marks) -> Reply:
    """`POST /v1/chat/completions`, whole or as a stream; a failure inside a stream comes here too."""
    limit = asked.get("max_completion_tokens") or asked.get("max_tokens") or len(WORDS)
    words = WORDS[: max(1, int(limit))]
    reason = "stop" if len(words) == len(WORDS) else "length"
    head = {"id": "chatcmpl-" + marks.request_id[-20:], "created": int(marks.at), "model": asked["model"]}
    if asked.get("stream") is not True:
        choice = {"index": 0, "message": {"role": "assistant", "content": "".join(words)}, "finish_reason": reason}
        usage = {"prompt_tokens": 8, "completion_tokens": len(words), "total_tokens": 8 + len(words)}
        body = {**head, "object": "chat.completion", "choices": [choice], "usage": usage}
        return Reply(body=_json(body), headers=_headers(marks))
    frames, ending = _stream(head, words, reason), Ending.NEAT
    if decision.kind is Kind.SSE_ERROR:
        told = {"error": {"code": 502, "message": "Upstream error"}, "choices": []}
        frames = [*frames[:2], _data({**head, "object": "chat.completion.chunk", **told}), b"data: [DONE]\n\n"]
    elif decision.kind in {Kind.SSE_CUT, Kind.SSE_ABORT}:
        frames = [frames[0], frames[1][: len(frames[1]) * 2 // 3]]
        ending = Ending.CUT if decision.kind is Kind.SSE_ABORT else Ending.NEAT
    headers = {**_headers(marks), "cache-control": "no-cache"}
    kind = "text/event-stream; charset=utf-8"
    return Reply(200, b"", kind, headers, tuple(frames), decision.first_token_ms, ending)


def _stream(head: dict[str, Any], words: tuple[str, ...], reason: str) -> list[bytes]:
    def chunk(delta: dict[str, Any], finish: str | None = None) -> bytes:
        choice = {"index": 0, "delta": delta, "finish_reason": finish}
        return _data({**head, "object": "chat.completion.chunk", "choices": [choice]})

    opening = chunk({"role": "assistant", "content": ""})
    return [opening, *(chunk({"content": word}) for word in words), chunk({}, reason), b"data: [DONE]\n\n"]


def _headers(marks: Marks) -> dict[str, str]:
    return {
        **marks.edge(),
        "x-request-id": marks.request_id,
        "openai-processing-ms": "17",
        "openai-version": "2020-10-01",
        "x-ratelimit-limit-requests": "5000",
        "x-ratelimit-remaining-requests": "4999",
        "x-ratelimit-reset-requests": "12ms",
    }


def _data(value: dict[str, Any]) -> bytes:
    return b"data: " + _json(value) + b"\n\n"


def _json(value: Any) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
