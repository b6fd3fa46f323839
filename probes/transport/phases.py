"""The stop-watch of one request: which phase it is in, and how long each one took."""

import time
from contextvars import ContextVar
from enum import StrEnum

from probes.model import Timings


class Stage(StrEnum):
    """Where a request is; the words finish the sentence "while ..."."""

    BEGIN = "beginning"
    DNS = "asking DNS"
    CONNECT = "connecting"
    TLS = "shaking hands (TLS)"
    SEND = "sending the request"
    ANSWER = "waiting for the answer"
    BODY = "reading the body"


class Phases:
    """Marks of one hop (one request on one connection), by the monotonic clock."""

    __slots__ = ("_mark", "_ms", "connected", "received", "stage")

    def __init__(self) -> None:
        self.stage = Stage.BEGIN
        self.connected = False  # a connection was made for this hop: nothing was reused
        self.received = 0  # bytes that came on the connection, TLS handshakes not counted
        self._mark = time.perf_counter()
        self._ms: dict[Stage, float] = {}

    def enter(self, stage: Stage) -> None:
        """Close the phase we were in and begin the next."""
        now = time.perf_counter()
        if stage is not self.stage:
            self._ms[self.stage] = self._ms.get(self.stage, 0.0) + (now - self._mark) * 1000
            self.stage, self._mark = stage, now

    def timings(self, total_ms: float | None) -> Timings:
        """What is known so far; `first_byte` runs from the request's sending to the end of the answer's headers."""
        waited = self._ms.get(Stage.ANSWER)
        sent = self._ms.get(Stage.SEND, 0.0)
        return Timings(
            dns=self._ms.get(Stage.DNS),
            connect=self._ms.get(Stage.CONNECT),
            tls=self._ms.get(Stage.TLS),
            first_byte=None if waited is None or self.stage is Stage.ANSWER else sent + waited,
            total=total_ms,
        )


NOW: ContextVar[Phases] = ContextVar("NOW")
"""The request the current task is making: who connects marks it there."""
