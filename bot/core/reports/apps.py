"""What apps say by counts of their own requests: how many failed, of each app in the window. Pure.

Each app is one vantage. Its counts weigh at most as much as those of all others together, so no app, however busy or
false, is most of the figure where another speaks; and apps say that it fails only where at least `LEAST` of them do,
each by its own counts (`bot.core.reports.outcomes`). So no single one can raise that, and none can hide it: a voice
that says it works takes no other back.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.model.report import Apps
from bot.core.reports.outcomes import voice

WINDOW_S = 900.0
LEAST = 2
MOST, POINTS = 100, 30
"""Apps remembered of one component, and counts of each: those that come closer together are added up."""
LARGEST = 10**9


@dataclass(frozen=True, slots=True)
class AppRequests:
    """Requests of one app until `at` (Unix seconds)."""

    at: float
    failed: int
    total: int


Counts = Mapping[str, tuple[AppRequests, ...]]
"""By app, in order of time."""


def taken(counts: Counts, app: str, one: AppRequests) -> Counts:
    """With one more report; what cannot be is left out, and of too many apps the new one."""
    if not 0 <= one.failed <= one.total <= LARGEST or not one.total or (app not in counts and len(counts) >= MOST):
        return counts
    known = sorted((*counts.get(app, ()), one), key=lambda each: each.at)
    return {**counts, app: tuple(_thinned([each for each in known if each.at > known[-1].at - WINDOW_S]))}


def settled(counts: Counts, now: float) -> Counts:
    """Without what is older than the window."""
    rest = {app: tuple(each for each in said if each.at > now - WINDOW_S) for app, said in counts.items()}
    return {app: said for app, said in rest.items() if said}


def sums(counts: Counts, app: str) -> tuple[int, int]:
    """Failed and all requests of one app."""
    said = counts.get(app, ())
    return sum(each.failed for each in said), sum(each.total for each in said)


def apps_say(counts: Counts) -> Apps | None:
    """All of them together; None where none has counted anything."""
    each = [sums(counts, app) for app in counts]
    each = [(failed, total) for failed, total in each if total]
    if not each:
        return None
    whole = sum(total for _, total in each)
    failed = counted = 0.0
    for bad, total in each:
        others = whole - total
        weight = min(1.0, others / total) if others else 1.0
        failed, counted = failed + bad * weight, counted + total * weight
    failing = sum(voice(bad, total) is False for bad, total in each)
    return Apps(len(each), round(failed), round(counted), failing, failing >= LEAST)


def _thinned(said: list[AppRequests]) -> list[AppRequests]:
    """At most `POINTS`: of too many the two that are closest in time become one, as late as the later."""
    while len(said) > POINTS:
        place = min(range(len(said) - 1), key=lambda n: said[n + 1].at - said[n].at)
        first, second = said[place : place + 2]
        merged = AppRequests(second.at, first.failed + second.failed, first.total + second.total)
        said[place : place + 2] = [merged]
    return said
