"""When page and measurement differ: the rule, its hysteresis, and how a discrepancy ends. Pure.

Compared component by component, never by the page's overall indicator. A discrepancy is said only after it has stood
for several readings of the page, so that neither one reading nor a flapping page makes noise; it ends as soon as the
facts end it, and then carries both lags.
"""

from dataclasses import dataclass, field, replace

from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind, Flavour
from bot.core.model.ids import short_id
from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.severity import OUTAGE, SEVERITY
from bot.core.model.statuspage import PageStatus
from probes.model import State


def flavoured(*, after_ours: bool, troubled: bool, over: bool) -> Flavour:
    """The flavour as far as it is known.

    Args:
        after_ours: the page's red belongs to trouble of ours there that is over.
        troubled: we see trouble there now.
        over: page and measurement agree again.
    """
    if after_ours:
        return Flavour.LINGERING
    if troubled:
        return Flavour.EARLY
    return Flavour.ELSEWHERE if over else Flavour.UNKNOWN


READINGS = {
    DiscrepancyKind.UNACKNOWLEDGED: 2,
    DiscrepancyKind.UNDERSTATED: 2,
    DiscrepancyKind.OVERSTATED: 3,
    DiscrepancyKind.UNREADABLE: 3,
}
"""Readings of the page on which a discrepancy must stand before it is said."""

CROWD, CROWD_TIMES = 3, 3.0
"""As many people, and as many times the usual number of them, are a voice of their own."""

GREEN = frozenset({State.OPERATIONAL, State.MAINTENANCE})


@dataclass(frozen=True, slots=True)
class PendingDiscrepancy:
    """A discrepancy that is not yet said: since when it stands, and on how many readings."""

    kind: DiscrepancyKind
    since: float
    readings: int = 0
    last_read: float | None = None


@dataclass(frozen=True, slots=True)
class Case:
    """What is known of one component when page and measurement are compared."""

    component: str
    measured: Measurement
    heard: PageStatus
    incident: Incident | None
    """The open incident in which this component is active, if any."""

    failures_since: int = 0
    """Failures seen since the page says what it says now."""
    first_failure_at: float | None = None
    last_failure_at: float | None = None
    """When the failures began that make its incident, and the last of those that made one."""

    reports: Reports = field(default_factory=Reports)
    entry: LedgerEntry | None = None
    """The ledger's open entry of this component: when trouble began and ended on either side."""

    @property
    def crowd(self) -> bool:
        """Whether people say it fails for them, beyond the usual."""
        return self.reports.affected >= max(CROWD, CROWD_TIMES * self.reports.usual)

    @property
    def after_ours(self) -> bool:
        """Whether the page's red belongs to trouble of ours there that is over."""
        entry = self.entry
        return entry is not None and entry.resolved_at is not None and entry.page_seen_at is not None

    @property
    def troubled(self) -> bool:
        """Trouble stands that is worse than slowness, which pages rightly leave out."""
        return self.incident is not None and SEVERITY.get(self.incident.state, 0) >= SEVERITY[State.PARTIAL]


def disagreement(case: Case) -> DiscrepancyKind | None:
    """The kind of discrepancy, if there is one that both sides' knowledge supports."""
    claimed = case.heard.state
    if case.heard.unreadable or case.heard.read_at is None or claimed is State.UNKNOWN:
        return None
    if case.troubled:
        if claimed in GREEN:
            # A vendor that announced maintenance has said what we see; one that turned green after the last failure
            # may simply be first to know that it is over.
            if claimed is not State.OPERATIONAL or case.failures_since < 2:
                return None
            # An incident that marks no component is a word, but less than what we measure.
            return DiscrepancyKind.UNDERSTATED if case.heard.mention else DiscrepancyKind.UNACKNOWLEDGED
        ours = SEVERITY.get(case.measured.state, 0)
        return DiscrepancyKind.UNDERSTATED if ours - SEVERITY.get(claimed, ours) >= 2 else None
    # Where people report failures the page has a witness, and only our measurement stands against it.
    if case.measured.state is State.OPERATIONAL and claimed in OUTAGE and not case.crowd:
        return DiscrepancyKind.OVERSTATED
    return None


def readings(kind: DiscrepancyKind, case: Case) -> int:
    """Readings a discrepancy must stand on: one less where people say what we measure."""
    ours = kind in (DiscrepancyKind.UNACKNOWLEDGED, DiscrepancyKind.UNDERSTATED)
    return READINGS[kind] - (1 if ours and case.crowd else 0)


def doubt(
    before: PendingDiscrepancy | None, kind: DiscrepancyKind | None, heard: PageStatus, now: float
) -> PendingDiscrepancy | None:
    """Count one more reading of the page for or against a discrepancy."""
    if kind is None:
        return None
    if before is None or before.kind is not kind:
        before = PendingDiscrepancy(kind, now)
    if heard.read_at == before.last_read:
        return before
    return replace(before, readings=before.readings + 1, last_read=heard.read_at)


def opened(case: Case, standing: PendingDiscrepancy, service: str, now: float) -> Discrepancy:
    """The discrepancy has stood long enough: the record of it, from what both sides say now."""
    incident = case.incident
    entry = case.entry or LedgerEntry(service, (case.component,), Source.MEASURED)
    over = standing.kind is DiscrepancyKind.OVERSTATED
    return Discrepancy(
        id="D" + short_id(service, case.component, standing.kind, f"{standing.since:.3f}"),
        service=service,
        component=case.component,
        kind=standing.kind,
        since=standing.since,
        opened_at=now,
        incident=incident.id if incident else "",
        claimed=case.heard.state,
        claimed_words=case.heard.words,
        measured=case.measured.state,
        first_failure_at=incident.started_at if incident else entry.began_at,
        alerted_at=incident.opened_at if incident else entry.alerted_at,
        page_seen_at=case.heard.since if case.heard.state not in GREEN else None,
        page_posted_at=case.heard.posted_at,
        flavour=flavoured(after_ours=case.after_ours, troubled=False, over=False) if over else Flavour.UNKNOWN,
        page_started_at=case.heard.started_at,
        resolved_at=entry.resolved_at,
        ended_at=entry.ended_at,
        mention=case.heard.mention,
        reports=case.reports.affected,
    )


def amended(record: Discrepancy, case: Case) -> Discrepancy | None:
    """The record with the page's first word of an incident that marks no component, or None where that is no news."""
    if record.mention is not None or case.heard.mention is None or record.kind is DiscrepancyKind.OVERSTATED:
        return None
    return replace(record, version=record.version + 1, mention=case.heard.mention)


def closed(record: Discrepancy, case: Case, now: float) -> Discrepancy | None:
    """The record as it ends, or None while it goes on (or while one side cannot be known)."""
    if case.heard.unreadable or case.measured.state is State.UNKNOWN:
        return None
    match record.kind:
        case DiscrepancyKind.UNACKNOWLEDGED:
            outcome = _unacknowledged_ends(record, case)
        case DiscrepancyKind.UNDERSTATED:
            outcome = _understated_ends(record, case)
        case DiscrepancyKind.OVERSTATED:
            outcome = _overstated_ends(case)
        case DiscrepancyKind.UNREADABLE:
            outcome = "readable again"
    if not outcome:
        return None
    admitted = case.heard.state not in GREEN
    over = record.kind is DiscrepancyKind.OVERSTATED
    lingered = record.flavour is Flavour.LINGERING
    return replace(
        record,
        version=record.version + 1,
        closed_at=now,
        outcome=outcome,
        claimed=case.heard.state,
        claimed_words=case.heard.words,
        measured=case.measured.state,
        page_seen_at=case.heard.since if admitted and not over else record.page_seen_at,
        page_posted_at=case.heard.posted_at or record.page_posted_at,
        flavour=flavoured(after_ours=lingered, troubled=case.troubled, over=True) if over else record.flavour,
        page_started_at=case.heard.started_at or record.page_started_at,
        resolved_at=record.resolved_at or _ours_ended(record, case, now),
        page_resolved_at=case.heard.since if over and not admitted else None,
        failed=case.measured.failed,
    )


def _ours_ended(record: Discrepancy, case: Case, now: float) -> float | None:
    """When our own trouble ended, if there was any and it has."""
    if case.troubled or record.alerted_at is None:
        return None
    return (case.entry and case.entry.resolved_at) or now


def _unacknowledged_ends(record: Discrepancy, case: Case) -> str:
    if case.heard.state is State.MAINTENANCE:
        return "the page announces maintenance"
    if case.heard.state not in GREEN:
        return "page now agrees"
    if case.troubled:
        return ""
    return "admitted in words only" if record.mention else "never admitted"


def _understated_ends(record: Discrepancy, case: Case) -> str:
    if not case.troubled:
        return "admitted in words only" if record.page_seen_at is None else "trouble over"
    if case.heard.state is State.OPERATIONAL:
        return ""
    if disagreement(case) is DiscrepancyKind.UNDERSTATED:
        return ""
    return "we now measure less" if case.heard.state is record.claimed else "page now agrees"


def _overstated_ends(case: Case) -> str:
    if case.troubled:
        return "we see trouble too"
    return "page now agrees" if case.heard.state not in OUTAGE else ""
