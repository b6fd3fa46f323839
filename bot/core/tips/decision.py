"""Wait, retry, switch or look at one's own code: one answer for whoever has a request to make. Pure.

By what is measured alone: nothing is called somebody's own fault while trouble is measured, or nothing is known; and
nobody is sent to where no fresh result shows that it works.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.severity import TROUBLE
from bot.core.stats.remaining import RemainingTime
from bot.core.text.symptoms import present, quieted, suspected
from bot.core.tips.alternatives import Option
from probes.model import State

MOST_ATTEMPTS = 5
SURE = 0.99
"""So many attempts as get through with this chance, if failures are independent."""
FIRST_S = 1.0
"""The wait before the second attempt; it doubles with each."""
LIKELY = 0.8
"""What is over by the deadline with this chance is worth waiting for."""
SOONEST_S, LATEST_S = 60.0, 1_800.0
"""Between these, one asks again when a quarter of such incidents are over."""


class Verdict(StrEnum):
    """What to do."""

    WAIT = "wait"
    RETRY = "retry"
    SWITCH = "switch"
    FIX = "fix_your_code"


class Reason(StrEnum):
    """Why: what we know of the component."""

    UP = "up"
    OTHERS_REPORT = "others_report"
    SOME_FAIL = "some_fail"
    MOST_FAIL = "most_fail"
    SLOW = "slow"
    QUIET = "quiet"
    MAINTENANCE = "maintenance"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Decision:
    """What to do and why; `retry_after_s` is when to try (or to ask) again, None where that is no use.

    `attempts` are those to make in all, 0 where none; `option` is where to go, only where it is measured up.
    """

    verdict: Verdict
    reason: Reason
    retry_after_s: float | None = None
    attempts: int = 0
    option: Option | None = None


@dataclass(frozen=True, slots=True)
class Situation:
    """A component's figures, what people say of it, what can stand in (as `ranked` gives it), how long it may last.

    `deadline_s` is how long the asker can wait, None where there is no hurry.
    """

    own: Measurement
    reports: Reports
    options: Sequence[Option]
    lasting: RemainingTime
    deadline_s: float | None = None


def decide(at: Situation, now: float) -> Decision:
    """What to do."""
    state = present(at.own, now)
    if state is State.UNKNOWN:
        return _retry(at, Reason.UNKNOWN, 1, SOONEST_S)
    if state is State.MAINTENANCE:
        return _elsewhere(at, Reason.MAINTENANCE)
    if state in TROUBLE or suspected(at.own):
        return _in_trouble(at, now)
    apps = at.reports.apps
    others = at.reports.since is not None or (apps is not None and apps.trouble)
    return _retry(at, Reason.OTHERS_REPORT, 3) if others else Decision(Verdict.FIX, Reason.UP)


def _in_trouble(at: Situation, now: float) -> Decision:
    own = at.own
    if own.slow and own.state is State.DEGRADED:
        return _retry(at, Reason.SLOW, 1)
    if quieted(own, now):
        return _retry(at, Reason.QUIET, 2)
    attempts = attempts_for(max(own.rate, own.high))
    if attempts and (at.deadline_s is None or backoff_s(attempts) <= at.deadline_s):
        return _retry(at, Reason.SOME_FAIL, attempts)
    return _elsewhere(at, Reason.MOST_FAIL)


def attempts_for(share: float) -> int:
    """How many attempts get one request through with the chance `SURE` where this share fails; 0 for too many."""
    if share <= 1 - SURE:
        return 2
    if share >= 1:
        return 0
    attempts = max(2, math.ceil(math.log(1 - SURE) / math.log(share) - 1e-9))
    return attempts if attempts <= MOST_ATTEMPTS else 0


def backoff_s(attempts: int) -> float:
    """How long so many attempts wait in all."""
    return FIRST_S * float(2 ** max(0, attempts - 1) - 1)


def _retry(at: Situation, reason: Reason, attempts: int, after_s: float = FIRST_S) -> Decision:
    return Decision(Verdict.RETRY, reason, _in_time(after_s, at.deadline_s), attempts)


def _elsewhere(at: Situation, reason: Reason) -> Decision:
    """Where retrying at once is no use."""
    live = next((option for option in at.options if option.live), None)
    after = _in_time(min(max(at.lasting.quantile_s(0.25), SOONEST_S), LATEST_S), at.deadline_s)
    soon = at.deadline_s is not None and at.lasting.over_within(at.deadline_s) >= LIKELY
    if live is not None and not soon:
        return Decision(Verdict.SWITCH, reason, after, option=live)
    return Decision(Verdict.WAIT, reason, after)


def _in_time(seconds: float, deadline_s: float | None) -> float:
    return seconds if deadline_s is None else min(seconds, max(deadline_s, 0.0))
