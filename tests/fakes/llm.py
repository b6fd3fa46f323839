"""Answers as the vendors' APIs give them, for `tests.fakes.web`: Gemini, Bedrock with its event stream, Vertex AI."""

import base64
import hashlib
import hmac
import json
import struct
import zlib
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import parse_qs, quote, unquote

from tests.fakes.web import Asked, Script, Wire, answer, head

JSON = {"content-type": "application/json; charset=UTF-8"}
SSE = {"content-type": "text/event-stream"}
GOOGLE = {"server": "scaffolding on HTTPServer2"}
AMAZON = {"x-amzn-requestid": "0f1e2d3c-4b5a-6978-8796-a5b4c3d2e1f0"}
FRAMES = {"content-type": "application/vnd.amazon.eventstream", **AMAZON}


def told(value: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Script:
    """JSON."""
    return answer(json.dumps(value).encode(), status, {**JSON, **(headers or {})})


def stream(pieces: Iterable[bytes], headers: Mapping[str, str], then: str = "end") -> Script:
    """A 200 in chunks; `then` it ends neatly, is cut, or hangs."""

    async def script(_asked: Asked, wire: Wire) -> None:
        await wire.send(head(200, {**headers, "transfer-encoding": "chunked"}))
        for piece in pieces:
            await wire.send(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        if then == "end":
            await wire.send(b"0\r\n\r\n")
        elif then == "hang":
            await wire.gone()
        else:
            wire.writer.close()

    return script


def sse(*chunks: Any, name: str = "") -> list[bytes]:
    """Server-sent events of JSON; a text goes as it is."""
    lines = [chunk if isinstance(chunk, str) else json.dumps(chunk) for chunk in chunks]
    return [f"{f'event: {name}{chr(10)}' if name else ''}data: {line}\r\n\r\n".encode() for line in lines]


def chunk(delta: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A piece of a completion, as OpenAI's language has it."""
    return {"object": "chat.completion.chunk", "choices": [{"index": 0, "delta": delta, **more}]}


def google_error(status: int, code: str, message: str, reason: str = "") -> Script:
    """An error in Google's form."""
    details = [{"@type": "type.googleapis.com/google.rpc.ErrorInfo", "reason": reason}] if reason else []
    error = {"code": status, "message": message, "status": code, "details": details}
    return told({"error": error}, status, GOOGLE)


def gemini_chunks(reason: str = "MAX_TOKENS") -> list[bytes]:
    """Two chunks of an answer, the last one with the reason and the usage."""
    first = {"candidates": [{"content": {"parts": [{"text": "H"}], "role": "model"}, "index": 0}]}
    last = {
        "candidates": [{"content": {"parts": [{"text": "i"}], "role": "model"}, "finishReason": reason, "index": 0}],
        "usageMetadata": {"promptTokenCount": 2, "candidatesTokenCount": 1, "totalTokenCount": 3},
        "modelVersion": "gemini-2.5-flash-lite",
    }
    return sse(first, last)


GEMINI_MODELS = {"models": [{"name": "models/gemini-2.5-flash-lite", "displayName": "Gemini 2.5 Flash-Lite"}]}


def claude_chunks() -> list[bytes]:
    """The Messages API's events, as Vertex AI passes them on."""
    usage = {"input_tokens": 8, "output_tokens": 1}
    message = {"id": "msg_vrtx_1", "type": "message", "role": "assistant", "model": "claude-haiku-4-5", "content": []}
    events: list[dict[str, Any]] = [
        {"type": "message_start", "message": {**message, "stop_reason": None, "usage": usage}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop"},
    ]
    return [piece for event in events for piece in sse(event, name=event["type"])]


def login(token: str, status: int = 200) -> Script:
    """Google's token endpoint."""
    if status != 200:
        return told({"error": "invalid_grant", "error_description": "Invalid JWT Signature."}, status)
    return told({"access_token": token, "expires_in": 3599, "token_type": "Bearer"})


def frame(payload: Any, **headers: str) -> bytes:
    """One message of Amazon's event stream; `message_type` becomes `:message-type`."""
    named = {f":{name.replace('_', '-')}": value for name, value in headers.items()}
    lines = b"".join(
        bytes([len(name)]) + name.encode() + b"\x07" + struct.pack(">H", len(value.encode())) + value.encode()
        for name, value in named.items()
    )
    body = payload if isinstance(payload, bytes) else json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(lines) + len(body), len(lines))
    message = prelude + struct.pack(">I", zlib.crc32(prelude)) + lines + body
    return message + struct.pack(">I", zlib.crc32(message))


def event(kind: str, payload: Any) -> bytes:
    """One good message."""
    return frame(payload, event_type=kind, content_type="application/json", message_type="event")


def exception(kind: str, message: str) -> bytes:
    """What a stream that began well fails with."""
    body = {"message": message}
    return frame(body, exception_type=kind, content_type="application/json", message_type="exception")


def converse_frames() -> list[bytes]:
    """ConverseStream's whole answer."""
    return [
        event("messageStart", {"role": "assistant", "p": "abcd"}),
        event("contentBlockDelta", {"contentBlockIndex": 0, "delta": {"text": "Hi"}, "p": "abcdefgh"}),
        event("contentBlockStop", {"contentBlockIndex": 0}),
        event("messageStop", {"stopReason": "max_tokens"}),
        event(
            "metadata", {"usage": {"inputTokens": 8, "outputTokens": 1, "totalTokens": 9}, "metrics": {"latencyMs": 9}}
        ),
    ]


def invoke_frames() -> list[bytes]:
    """InvokeModelWithResponseStream's whole answer of a Claude model."""
    metrics = {"inputTokenCount": 8, "outputTokenCount": 1, "invocationLatency": 310, "firstByteLatency": 300}
    events = [
        {"type": "message_start", "message": {"id": "msg_bdrk_1", "usage": {"input_tokens": 8, "output_tokens": 1}}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hi"}},
        {"type": "message_delta", "delta": {"stop_reason": "max_tokens"}, "usage": {"output_tokens": 1}},
        {"type": "message_stop", "amazon-bedrock-invocationMetrics": metrics},
    ]
    return [event("chunk", {"bytes": base64.b64encode(json.dumps(told).encode()).decode()}) for told in events]


def amazon_error(kind: str, message: str, status: int) -> Script:
    """An error in Amazon's form: its name stands in a header."""
    where = "http://internal.amazon.com/coral/com.amazon.bedrock/"
    return told({"message": message}, status, {**AMAZON, "x-amzn-errortype": f"{kind}:{where}"})


def signature(asked: Asked, secret_key: str) -> str:
    """What the request's signature must be, worked out from the request as it came (AWS Signature Version 4)."""
    fields = dict(part.strip().split("=", 1) for part in asked.headers["authorization"].split(" ", 1)[1].split(","))
    _, day, region, service, last = fields["Credential"].split("/")
    path, _, query = asked.target.partition("?")
    names = fields["SignedHeaders"].split(";")
    canonical = "\n".join(
        (
            asked.method,
            quote(path, safe="/~"),
            "&".join(sorted(query.split("&"))) if query else "",
            *(f"{name}:{' '.join(asked.headers[name].split())}" for name in names),
            "",
            ";".join(names),
            hashlib.sha256(asked.body).hexdigest(),
        )
    )
    scope = f"{day}/{region}/{service}/{last}"
    hashed = hashlib.sha256(canonical.encode()).hexdigest()
    text = "\n".join(("AWS4-HMAC-SHA256", asked.headers["x-amz-date"], scope, hashed))
    key = f"AWS4{secret_key}".encode()
    for part in (day, region, service, last):
        key = hmac.digest(key, part.encode(), "sha256")
    return hmac.digest(key, text.encode(), "sha256").hex()


def signed_with(asked: Asked) -> str:
    """The signature that came."""
    return asked.headers["authorization"].rpartition("Signature=")[2]


def posted(asked: Asked) -> dict[str, str]:
    """The fields of a form."""
    return {name: values[0] for name, values in parse_qs(asked.body.decode()).items()}


def path_of(asked: Asked) -> str:
    """The path as the server understands it."""
    return unquote(asked.target.partition("?")[0])
