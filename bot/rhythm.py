"""When a job with a heartbeat is due: by its period, or by cron on the clock of its time zone."""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

from bot.core.heartbeats import Rhythm
from bot.scheduling.cron import next_due

LEAST_GRACE_S = 60.0
GRACE_SHARE = 0.1
CRON_GRACE_S = 300.0
"""The grace of a job that states none: a share of its period, and this with cron."""


def rhythm_of(options: Mapping[str, Any]) -> Rhythm:
    """The rhythm by a check's options, all lengths of which are seconds."""
    every, cron = options.get("every") or 0.0, options.get("cron") or ""
    usual = CRON_GRACE_S if cron else max(LEAST_GRACE_S, GRACE_SHARE * every)
    grace = usual if options.get("grace") in (None, "") else float(options["grace"])
    run = grace if options.get("run") in (None, "") else float(options["run"])
    after: Callable[[float], float] = (
        partial(next_due, cron, options.get("time_zone") or "UTC") if cron else lambda last: last + every
    )
    return Rhythm(after, grace, run)
