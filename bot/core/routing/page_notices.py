"""When a discrepancy is worth a message of its own: once an incident, for all its components, and only as news. Pure.

The incident's message says from its first minute what the status page says. A notice beside it is news only where the
page is later than it usually is, turned green again while we still measure trouble, is red where we measure none, or
cannot be read. Red that only outlasts our incident is news once the page has had `LATE_S` to close its own.
"""

from collections.abc import Iterable

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.incident import Incident, IncidentStatus

LATE_S = 15 * 60.0
"""A page counts as late after this: in admitting where it is not known how late it usually is, and in closing."""
MOST = 12
"""Components in one notice."""
OURS = frozenset({DiscrepancyKind.UNACKNOWLEDGED, DiscrepancyKind.UNDERSTATED})
"""We measure more than the page says."""


def is_news(
    record: Discrepancy, incident: Incident | None, usual_lag_s: tuple[float, float] | None, now: float
) -> bool:
    """Whether a discrepancy that stands is told by itself now; `usual_lag_s` are the page's median and p90."""
    if record.closed_at is not None:
        return False
    if record.flavour is Flavour.LINGERING:
        return now - record.since > LATE_S
    if record.kind not in OURS:
        return True
    if not goes_on(incident):
        return False
    admitted = incident is not None and incident.page_first_at is not None
    if admitted and record.kind is DiscrepancyKind.UNACKNOWLEDGED:
        return True
    began = record.since if record.first_failure_at is None else record.first_failure_at
    return now - began > (usual_lag_s[1] if usual_lag_s is not None else LATE_S)


def goes_on(incident: Incident | None) -> bool:
    """Whether the incident is open."""
    return incident is not None and incident.status is not IncidentStatus.RESOLVED


def together(first: Discrepancy, others: Iterable[Discrepancy]) -> list[Discrepancy]:
    """Those that belong to the same notice as the first: of one incident, or of one kind where there is none."""
    if first.kind in OURS:
        return [r for r in others if r.kind in OURS and r.incident == first.incident and r.id != first.id]
    return [r for r in others if r.kind is first.kind and r.component and r.id != first.id and not r.incident]
