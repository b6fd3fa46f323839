"""One request whose answer is a stream of events: asked once, timed to its first token, read to its last event."""

import contextlib
import time
from collections.abc import Callable
from dataclasses import dataclass, replace

from probes.fingerprints.read import read_answer, read_error, read_stream_end
from probes.fingerprints.values import Answer, Reading, TransportError
from probes.inference.sse import Event, Events
from probes.model import Timings
from probes.transport.client import Flow, Transport
from probes.transport.errors import BrokenError
from probes.transport.phases import NOW
from probes.transport.request import EVIDENCE, Request

Test = Callable[[Event], bool]


@dataclass(frozen=True, slots=True)
class Streamed:
    """What came: an answer or the error in its way, or both when the stream broke off.

    `events` are all there were, a cut last one included; `timings.first_token` is that of the first event that is a
    token. `truncated`: longer than the request's `max_bytes`.
    """

    answer: Answer | None
    error: TransportError | None
    timings: Timings
    events: tuple[Event, ...] = ()
    truncated: bool = False

    @property
    def is_stream(self) -> bool:
        """Whether the answer is a stream at all, by what it says or by what it holds."""
        said = self.answer.headers.get("content-type", "").lower() if self.answer else ""
        return bool(self.events) or said.startswith("text/event-stream")


class _Reader:
    """Gathers a stream's events and the moment of the first token."""

    def __init__(self, is_token: Test, is_last: Test) -> None:
        self.events: list[Event] = []
        self.body = bytearray()
        self.first_token: float | None = None
        self._is_token, self._is_last = is_token, is_last
        self._parser = Events()

    async def read(self, flow: Flow, max_bytes: int) -> None:
        """To the last event, or to the end. Raises whatever breaks the flow."""
        begun = flow.timings()
        sent = (begun.total or 0.0) - (begun.first_byte or 0.0)
        async with contextlib.aclosing(flow.chunks(max_bytes)) as pieces:
            async for piece in pieces:
                self.body += piece[: max(0, EVIDENCE - len(self.body))]
                for event in self._parser.feed(piece):
                    self.events.append(event)
                    if self.first_token is None and self._is_token(event):
                        self.first_token = (flow.timings().total or 0.0) - sent
                    if self._is_last(event):
                        return

    def close(self) -> tuple[Event, ...]:
        """All events, with what a cut left of the last one."""
        return (*self.events, *self._parser.close())


async def streamed(transport: Transport, request: Request, is_token: Test, is_last: Test) -> Streamed:
    """Ask and read up to the last event, whatever the server does after it. Never raises for what the network does."""
    started = time.perf_counter()
    reader = _Reader(is_token, is_last)
    flow: Flow | None = None
    error: TransportError | None = None
    try:
        async with transport.stream(request) as flow:
            await reader.read(flow, request.max_bytes)
    except BrokenError as broken:
        error = broken.error
    if flow is None:
        return Streamed(None, error, NOW.get().timings((time.perf_counter() - started) * 1000))
    timings = replace(flow.timings(), first_token=reader.first_token)
    answer = flow.answer(bytes(reader.body))
    return Streamed(answer, error, timings, reader.close(), flow.truncated)


def read_streamed(seen: Streamed, *, sent_key: bool = True) -> Reading:
    """What it means: a refusal by its status, even if its body broke off; a 200 that is no stream as a whole."""
    if seen.answer is None:
        return read_error(seen.error or TransportError("other"))
    if seen.answer.status >= 300:
        return read_answer(replace(seen.answer, sent_key=sent_key))
    if seen.truncated:
        return read_error(TransportError("too_large", "the stream is longer than anything we asked for"))
    if seen.is_stream:
        return read_stream_end(seen.events, error=seen.error, headers=seen.answer.headers)
    if seen.error is not None:
        return read_error(seen.error)
    return read_answer(replace(seen.answer, sent_key=sent_key))
