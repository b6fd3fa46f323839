"""HTTP/1.1 on one connection, one request after the other: h11 has the rules, the wire the bytes."""

import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import h11

from probes.transport.phases import Phases, Stage
from probes.transport.wire import Wire

HEAD_BYTES = 100 * 1024
"""Bytes of an answer's headers at most; twice that with all interim answers (1xx) before it."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A request as it goes out; `target` is a path, or the whole address for a proxy."""

    method: str
    target: bytes
    headers: Sequence[tuple[bytes, bytes]] = field(repr=False)
    body: bytes = field(default=b"", repr=False)


class Connection:
    """An open connection. After `ask` and the last of `more`, `rested` says whether it can be asked again."""

    def __init__(self, wire: Wire) -> None:
        self.wire = wire
        self._http = h11.Connection(h11.CLIENT, max_incomplete_event_size=HEAD_BYTES)
        self._phases = Phases()
        self._since = 0.0

    async def ask(self, request: Outgoing, phases: Phases) -> h11.Response | h11.InformationalResponse:
        """The answer's status and headers. Raises OSError and h11.ProtocolError."""
        self._phases = phases
        phases.enter(Stage.SEND)
        parts = [
            self._http.send(h11.Request(method=request.method, target=request.target, headers=list(request.headers))),
            self._http.send(h11.Data(data=request.body)) if request.body else b"",
            self._http.send(h11.EndOfMessage()),
        ]
        await self.wire.write(b"".join(part for part in parts if part))
        phases.enter(Stage.ANSWER)
        while True:
            event = await self._event()
            if isinstance(event, h11.Response) or (
                isinstance(event, h11.InformationalResponse) and event.status_code == 101
            ):
                phases.enter(Stage.BODY)
                return event

    async def more(self) -> bytes | None:
        """The next piece of the body; None at its end. Raises OSError and h11.ProtocolError."""
        event = await self._event()
        return bytes(event.data) if isinstance(event, h11.Data) else None

    def rested(self) -> bool:
        """Whether the answer was read to its end and nothing behind it, and the server keeps the connection."""
        if self._http.our_state is not h11.DONE or self._http.their_state is not h11.DONE:
            return False
        if self._http.trailing_data[0]:
            return False
        self._http.start_next_cycle()
        self._since = time.monotonic()
        return True

    def good(self, keep_s: float) -> bool:
        """Whether a connection that rests can be used again: it was kept no longer than that, and nothing came."""
        return time.monotonic() - self._since <= keep_s and not self.wire.stale

    async def _event(self) -> object:
        while (event := self._http.next_event()) is h11.NEED_DATA:
            data = await self.wire.read()
            self._phases.received += len(data)
            if self._http.their_state is h11.SEND_RESPONSE:
                if not data:
                    raise h11.RemoteProtocolError("the server disconnected without an answer")
                if self._phases.received > 2 * HEAD_BYTES:
                    raise h11.RemoteProtocolError("headers too long")
            self._http.receive_data(data)
        return event
