"""How a disagreement of page and measurement ended, in a sentence, and all its times in a line. Pure."""

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.severity import TROUBLE
from bot.core.text.durations import clock, duration, lag
from bot.core.text.states import WORDS
from probes.model import State

SAYS = {
    State.OPERATIONAL: "is operational",
    State.DEGRADED: "has degraded performance",
    State.PARTIAL: "has a partial outage",
    State.MAJOR: "has a major outage",
    State.MAINTENANCE: "is under maintenance",
    State.UNKNOWN: "is in a state it does not name",
}
"""What a page says of a component, after its name."""


def ended(record: Discrepancy, page: str, name: str, now: float) -> str:
    """The sentence of a closed record; `page` and `name` as people read them."""
    closed = record.closed_at if record.closed_at is not None else now
    match record.kind:
        case DiscrepancyKind.UNREADABLE:
            return f"{page} is readable again after {duration(closed - record.since)}"
        case DiscrepancyKind.OVERSTATED:
            return _overstated(record, page, name, closed)
    if record.page_seen_at is None or record.claimed not in TROUBLE:
        return _unmarked(record, page, name, closed, now)
    over = record.resolved_at is not None
    began = record.first_failure_at if record.first_failure_at is not None else record.since
    lasted = duration(closed - began)
    if record.kind is DiscrepancyKind.UNDERSTATED and over:
        return f"{page} said no more than {WORDS[record.claimed]} of {name} until the trouble ended after {lasted}"
    if record.outcome == "we now measure less":
        return f"{page} and we now agree on {name} ({WORDS[record.claimed]}): it became less, {lasted} after it began"
    posted = f" posted {clock(record.page_posted_at, now, seconds=True)}" if record.page_posted_at else ""
    return f"{page} now agrees on {name} ({WORDS[record.claimed]}{posted}): {_lags(record, closed)}"


def times(record: Discrepancy, now: float) -> str:
    """All times there are, by our clock unless they are the page's own words."""
    stamps = (
        ("first failure", record.first_failure_at),
        ("our alert", record.alerted_at),
        ("posted on the page", record.page_posted_at),
        ("first read by us", record.page_seen_at),
        ("our resolve", record.resolved_at),
        ("the page green again", record.page_resolved_at),
    )
    return " · ".join(f"{what} {clock(at, now, seconds=True)}" for what, at in stamps if at is not None)


def _unmarked(record: Discrepancy, page: str, name: str, closed: float, now: float) -> str:
    """The end of trouble that the page never marked."""
    if record.claimed is State.MAINTENANCE:
        return f"{page} now announces maintenance of {name}, {_lags(record, closed)}"
    lasted = duration(closed - (record.since if record.first_failure_at is None else record.first_failure_at))
    if record.mention is not None:
        said = clock(record.mention.since, now)
        return f"{page} never marked {name} in its incident of {said}; the trouble there ended after {lasted}"
    return f"{page} never acknowledged the trouble on {name}, which ended after {lasted}"


def _overstated(record: Discrepancy, page: str, name: str, closed: float) -> str:
    if record.flavour is Flavour.EARLY or record.claimed in TROUBLE:
        return f"we now see trouble on {name} too: {page} was ahead of us by {duration(closed - record.since)}"
    if record.flavour is Flavour.ELSEWHERE:
        fine = duration(closed - record.since)
        return f"{page} now says {name} {SAYS[record.claimed]}; we measured no trouble there for all of {fine}"
    seen = record.page_resolved_at if record.page_resolved_at is not None else closed
    over = record.resolved_at if record.resolved_at is not None else record.since
    return f"{page} now agrees that {name} {SAYS[record.claimed]}, {duration(seen - over)} after our measurements did"


def _lags(record: Discrepancy, closed: float) -> str:
    """Both lags: after the first failure and after our alert, by our clock."""
    seen_at = record.page_seen_at if record.page_seen_at is not None else closed
    parts = []
    if record.first_failure_at is not None:
        parts.append(lag(seen_at, record.first_failure_at, "the first failure"))
    if record.alerted_at is not None:
        parts.append(lag(seen_at, record.alerted_at, "our alert"))
    return ", ".join(parts) or f"after {duration(closed - record.since)}"
