"""What addressing one notice costs with 1,000 routes: `python -m tests.bench.routes`. No store, one process.

A notice is addressed to the last of so many branches, none of which takes it before; and to so many subscriptions.
"""

import statistics
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from functools import partial

from bot.core.routing.matchers import matchers
from bot.core.routing.tree import ActiveRoutes, Route, Subscription, SubscriptionFilter, Tree, addressed
from tests.support.situations import INCIDENT, told, voices

ROUTES, ROUNDS, GOAL_MS = 1000, 30, 5.0
KINDS = {
    "by service": 'service="vendor-{n}"',
    "by pattern": 'service=~"vendor-{n}|partner-{n}.*"',
    "by three matchers": 'kind="incident", team="team-{n}", state=~"major.*|partial.*"',
}


def milliseconds(once: Callable[[], object]) -> tuple[float, float]:
    """Median and worst of `ROUNDS`."""
    took = []
    for _ in range(ROUNDS):
        began = time.perf_counter()
        once()
        took.append((time.perf_counter() - began) * 1000)
    return statistics.median(took), max(took)


def main() -> int:
    """Print a line a kind; 1 if one is beyond the goal."""
    snapshot = told(replace(INCIDENT, service="claude"), voices())
    labels = {"": {"team": "core"}}
    tables = {
        name: ActiveRoutes(
            Tree((*(Route(f"{n}", matchers(text.replace("{n}", str(n))), (f"c{n}",)) for n in range(ROUTES)),))
        )
        for name, text in KINDS.items()
    }
    tables["all of them hear"] = ActiveRoutes(
        Tree(tuple(Route(f"{n}", to=(f"c{n}",), continue_=True) for n in range(ROUTES)))
    )
    about = SubscriptionFilter(("claude-api",))
    tables["subscriptions"] = ActiveRoutes(subscribed=tuple(Subscription(f"c{n}", about) for n in range(ROUTES)))
    slow = 0
    for name, table in tables.items():
        median, worst = milliseconds(partial(addressed, snapshot, table, labels, 0.0))
        slow += median > GOAL_MS
        print(f"{ROUTES} routes, {name}: {median:.2f} ms a notice (worst {worst:.2f})")
    return int(bool(slow))


if __name__ == "__main__":
    sys.exit(main())
