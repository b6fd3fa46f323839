"""Which edge network answers for each check, so that a failure without any answer still has one in front. Pure."""

from collections.abc import Iterable, Mapping

from bot.core.model.measurement import Failure
from probes.model import Observation

CHECKS = 50
"""Checks of one component whose edge is kept."""
Fronts = dict[str, dict[str, str]]
"""The last one that answered, by component and check."""


def noted(kept: Fronts, seen: Observation) -> str:
    """Keep the edge that answered, if one did; the one in front of this check as far as is known, "" if it is not."""
    checks = kept.setdefault(seen.component, {})
    if seen.edge and (seen.check in checks or len(checks) < CHECKS):
        checks[seen.check] = seen.edge
    return seen.edge or checks.get(seen.check, "")


def edges(checks: Mapping[str, str], failures: Iterable[Failure]) -> tuple[str, ...]:
    """Those in front of what failed, where something did; else of all that is checked."""
    failed = list(failures)
    return tuple(sorted({f.edge for f in failed} - {""} if failed else set(checks.values())))
