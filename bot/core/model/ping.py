"""What jobs report of themselves: the record of one heartbeat, and when nothing could have come in."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PingEvent:
    """One word of a job: when (Unix seconds), "start", "ok", "fail" or "log", its exit code, how long the run took.

    `body` is what was sent with it, cut: hostile text.
    """

    at: float
    kind: str
    code: int | None = None
    took_s: float | None = None
    body: str = ""


@dataclass(frozen=True, slots=True)
class PingRecord:
    """All that is known of one heartbeat. Times are Unix seconds by the store's clock, None: never.

    `started_at` is the start of the run that goes on, `last_at` the last success or failure, `failures` how many
    failures were ever reported; `events` are the latest words, oldest first.
    """

    started_at: float | None = None
    last_at: float | None = None
    ok_at: float | None = None
    failed_at: float | None = None
    code: int | None = None
    took_s: float | None = None
    body: str = ""
    failures: int = 0
    events: tuple[PingEvent, ...] = ()


@dataclass(frozen=True, slots=True)
class ClosedSpan:
    """A time in which our own door was closed, so that no ping could come in. `ends` None: it still is."""

    begins: float
    ends: float | None
