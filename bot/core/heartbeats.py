"""Whether a job that reports in is well: the rules of a heartbeat. Pure: the clock and the calendar are arguments.

The words and rules are Healthchecks': a start opens a run, a success or failure ends it, and a ping is missed once its
grace is over. Two differ: a run may have a length of its own, and what could not come in is not called missed.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.ping import ClosedSpan, PingEvent, PingRecord
from bot.core.text.durations import clock, duration
from bot.core.text.quoting import quoted


class Health(StrEnum):
    """How a job stands. `NEW`: nothing has come yet; `UNSURE`: our own door was closed when its ping was due."""

    NEW = "new"
    UP = "up"
    RUNNING = "running"
    LATE = "late"
    MISSED = "missed"
    FAILED = "failed"
    LONG = "long"
    UNSURE = "unsure"


TROUBLE = frozenset({Health.MISSED, Health.FAILED, Health.LONG})


@dataclass(frozen=True, slots=True)
class Rhythm:
    """When a job is expected: `after` gives the next time it is due after a success (Unix seconds).

    `grace_s` is how late it may be, `run_s` how long a run may take.
    """

    after: Callable[[float], float]
    grace_s: float
    run_s: float


@dataclass(frozen=True, slots=True)
class Standing:
    """A job now: its health, when the next ping is due and until when it is waited for, None where nothing is."""

    health: Health
    due_at: float | None = None
    until: float | None = None


def standing(record: PingRecord, rhythm: Rhythm, closed: Sequence[ClosedSpan], now: float) -> Standing:
    """How a job stands at `now`; `closed` are the times at which nothing could come in, oldest first."""
    begun = record.started_at
    if begun is not None and now > begun + rhythm.run_s and not _lost(closed, begun, begun + rhythm.run_s):
        return Standing(Health.LONG, begun, begun + rhythm.run_s)
    if record.last_at is None:
        return Standing(Health.NEW)
    if record.failed_at == record.last_at:
        return Standing(Health.FAILED)
    return _by_time(record.last_at, begun, rhythm, closed, now)


def _by_time(last: float, begun: float | None, rhythm: Rhythm, closed: Sequence[ClosedSpan], now: float) -> Standing:
    """How a job stands whose last run succeeded."""
    due, until = _due(rhythm, last, begun)
    unsure = False
    while now > until:
        gap = _lost(closed, max(last, due - rhythm.grace_s), until)
        if gap is None:
            return Standing(Health.MISSED, due, until)
        unsure = True
        if gap.ends is None:
            break
        # A ping that came while we were away counts as one: the next is due a whole turn after we were back.
        last = gap.ends
        due, until = _due(rhythm, last, begun)
    if unsure:
        return Standing(Health.UNSURE, due, until)
    if begun is not None:
        return Standing(Health.RUNNING, due, until)
    return Standing(Health.LATE if now > due else Health.UP, due, until)


def _due(rhythm: Rhythm, last: float, begun: float | None) -> tuple[float, float]:
    """When the next ping is due, and until when it is waited for: a run that began in time may be finished."""
    due = rhythm.after(last)
    until = due + rhythm.grace_s
    if begun is not None and last <= begun <= until:
        until = max(until, begun + rhythm.run_s)
    return due, until


def _lost(closed: Sequence[ClosedSpan], begins: float, ends: float) -> ClosedSpan | None:
    """The first time at which nothing could come in between these two."""
    return next((gap for gap in closed if gap.begins < ends and (gap.ends is None or gap.ends > begins)), None)


def told(record: PingRecord, now_is: Standing, now: float) -> str:
    """Why a job stands as it does, in one line; what it sent is quoted."""
    match now_is.health:
        case Health.FAILED:
            code = f" with exit code {record.code}" if record.code else ""
            took = f" after {duration(record.took_s)}" if record.took_s is not None else ""
            said = f": {quoted(record.body, 120)}" if record.body.strip() else ""
            return f"the last run failed{code}{took}{said}"
        case Health.LONG if now_is.due_at is not None and now_is.until is not None:
            return (
                f"the run that started at {clock(now_is.due_at, now)} has not ended; "
                f"it should take {duration(now_is.until - now_is.due_at)} at most"
            )
        case Health.MISSED if now_is.due_at is not None and record.last_at is not None:
            last = f"the last one came at {clock(record.last_at, now)}"
            return f"no ping by {clock(now_is.until or 0.0, now)}, due at {clock(now_is.due_at, now)}; {last}"
        case Health.UNSURE:
            return "its ping was due while Groundtruth could not be reached, so it may have been lost"
        case Health.NEW:
            return "a run has started, none has ended yet" if record.started_at else "no ping has come yet"
    return ""


def lines(record: PingRecord, now_is: Standing, now: float) -> list[tuple[str, str]]:
    """The account of a job for `why` and the page: how it stands, what is due, its last runs, the latest first."""
    said = told(record, now_is, now) or WORDS[now_is.health]
    waits = now_is.due_at is not None and now_is.health in {Health.UP, Health.RUNNING, Health.LATE}
    if waits and now_is.due_at is not None and now_is.until is not None:
        said += f"; the next ping is due at {clock(now_is.due_at, now)}, missed after {clock(now_is.until, now)}"
    told_runs = [_event(event, now) for event in reversed(record.events[-SHOWN:])]
    return [("Heartbeat", said), *(("Pings" if n == 0 else "", line) for n, line in enumerate(told_runs))]


SHOWN = 5
WORDS = {
    Health.UP: "the last run succeeded",
    Health.RUNNING: "a run is under way",
    Health.LATE: "the next ping is late, within its grace",
}
KINDS = {"start": "started", "ok": "succeeded", "fail": "failed", "log": "logged"}


def _event(event: PingEvent, now: float) -> str:
    parts = [f"{clock(event.at, now, seconds=True)}  {KINDS.get(event.kind, event.kind)}"]
    parts.append(f" with exit code {event.code}" if event.code else "")
    parts.append(f" after {duration(event.took_s)}" if event.took_s is not None else "")
    parts.append(f": {quoted(event.body, 120)}" if event.body.strip() else "")
    return "".join(parts)
