"""Amazon's event stream as the events every stream is read by, timed to the first token."""

import base64
import binascii
import contextlib
import json
import time
from dataclasses import replace

from probes.fingerprints.values import TransportError
from probes.inference.call import StreamProtocol
from probes.inference.model_options import usage
from probes.inference.sse import Event
from probes.inference.streaming import Streamed
from probes.transport.body import document
from probes.transport.client import Flow, Transport
from probes.transport.errors import BrokenError
from probes.transport.phases import NOW
from probes.transport.request import EVIDENCE, Request
from probes.vendors.amazon_eventstream import BrokenStreamError, Message, Messages

CONTENT_TYPE = "application/vnd.amazon.eventstream"

_TOKENS = frozenset({"contentBlockDelta", "content_block_delta", "messageStop", "message_stop", "done"})
_LAST = frozenset({"metadata", "message_stop", "done"})


async def listen(transport: Transport, request: Request) -> Streamed:
    """Ask and read up to the last event. Never raises for what the network or the server does."""
    started = time.perf_counter()
    reader = _Reader()
    flow: Flow | None = None
    error: TransportError | None = None
    try:
        async with transport.stream(request) as flow:
            await reader.read(flow, request.max_bytes)
    except BrokenError as broken:
        error = broken.error
    except BrokenStreamError as broken:
        error = TransportError("protocol", str(broken))
    if flow is None:
        return Streamed(None, error, NOW.get().timings((time.perf_counter() - started) * 1000))
    timings = replace(flow.timings(), first_token=reader.first_token)
    return Streamed(flow.answer(bytes(reader.body)), error, timings, tuple(reader.events), flow.truncated)


class _Reader:
    """Gathers a stream's events and the moment of the first token; an answer that is no stream it only keeps."""

    def __init__(self) -> None:
        self.events: list[Event] = []
        self.body = bytearray()
        self.first_token: float | None = None

    async def read(self, flow: Flow, max_bytes: int) -> None:
        """To the last event, or to the end. Raises BrokenError and BrokenStreamError."""
        begun = flow.timings()
        sent = (begun.total or 0.0) - (begun.first_byte or 0.0)
        streams = flow.status < 300 and flow.headers.get("content-type", "").lower().startswith(CONTENT_TYPE)
        messages = Messages()
        async with contextlib.aclosing(flow.chunks(max_bytes)) as pieces:
            async for piece in pieces:
                self.body += piece[: max(0, EVIDENCE - len(self.body))]
                for message in messages.feed(piece) if streams else ():
                    event = event_of(message)
                    self.events.append(event)
                    if self.first_token is None and begins(event):
                        self.first_token = (flow.timings().total or 0.0) - sent
                    if ends(event):
                        return


def event_of(message: Message) -> Event:
    """Name and data of one message: an exception is named by its type, a model's own chunk by what is in it."""
    headers, payload = message
    kind = headers.get(":message-type", "event")
    if kind == "exception":
        return headers.get(":exception-type", "exception"), payload.decode("utf-8", "replace")
    if kind == "error":
        told = {"code": headers.get(":error-code", ""), "message": headers.get(":error-message", "")}
        return "error", json.dumps({"error": told})
    name, text = headers.get(":event-type", ""), payload.decode("utf-8", "replace")
    return _unwrapped(text) if name == "chunk" else (name, text)


def _unwrapped(text: str) -> Event:
    """InvokeModel wraps the model's own JSON: of Claude it is an event of the Messages API, which names itself."""
    told = document(text)
    wrapped = told.get("bytes") if isinstance(told, dict) else None
    try:
        inner = base64.b64decode(wrapped if isinstance(wrapped, str) else "", validate=True).decode("utf-8", "replace")
    except (binascii.Error, ValueError):
        return "chunk", text
    if "amazon-bedrock-invocationMetrics" in inner:
        return "done", inner
    chunk = document(inner)
    return (str(chunk.get("type", "chunk"))[:80] if isinstance(chunk, dict) else "chunk"), inner


def begins(event: Event) -> bool:
    """Whether an event brings something of the model."""
    return event[0] in _TOKENS


def ends(event: Event) -> bool:
    """Whether nothing worth waiting for follows."""
    return event[0] in _LAST


def _spent(event: Event) -> tuple[int, int] | None:
    return usage(event[1], "usage", "inputTokens", "outputTokens") or _counted(event[1])


def _counted(text: str) -> tuple[int, int] | None:
    return usage(text, "amazon-bedrock-invocationMetrics", "inputTokenCount", "outputTokenCount")


SPEECH = StreamProtocol("output", begins, ends, _spent, listen=listen, content_type=CONTENT_TYPE)
