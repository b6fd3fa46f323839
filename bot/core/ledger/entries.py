"""Following each trouble from its first sign to its last, ours and the page's, until its row can be written. Pure.

One entry a component is open from the first sign of trouble on either side. It is finished when ours is over and the
page is green again; where the page never spoke, only some hours later, because vendors do write afterwards.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.severity import SEVERITY, TROUBLE
from bot.core.model.statuspage import PageStatus
from bot.core.statuspage.discrepancy import Case
from probes.model import State

AFTERWARDS_S = 2 * 3600.0
"""How long after the end of our trouble a page may still speak of it: 5 of 39 posts of Claude's came after the end."""
UNHEARD_S = 24 * 3600.0
"""A page that cannot be read, or stays red, this long after our end is not waited for any longer."""


@dataclass(frozen=True, slots=True)
class LedgerTracker:
    """The open entries of one service by component; each step gives the next bookkeeping and the rows finished."""

    pending: Mapping[str, LedgerEntry]

    def step(self, service: str, cases: Iterable[Case], now: float) -> tuple["LedgerTracker", tuple[LedgerEntry, ...]]:
        """Take in what both sides say now of each component."""
        entries, finished = dict(self.pending), []
        for case in cases:
            before = entries.pop(case.component, None)
            entry = before
            if before is not None and _anew(before, case):
                finished.append(before)
                entry = None
            if entry is None and (case.troubled or _is_red(case.heard)):
                entry = LedgerEntry(service, (case.component,), Source.MEASURED)
            if entry is None:
                continue
            entry = _ours(_theirs(entry, case.heard), case, now)
            if _is_over(entry, case, now):
                finished.append(entry)
            else:
                entries[case.component] = entry
        return LedgerTracker(entries), tuple(finished)


def _anew(entry: LedgerEntry, case: Case) -> bool:
    """Whether trouble after an end of ours is another one: the page did not stay red in between."""
    return entry.resolved_at is not None and case.troubled and not _is_red(case.heard)


def _theirs(entry: LedgerEntry, heard: PageStatus) -> LedgerEntry:
    if heard.unreadable or heard.read_at is None:
        return entry
    if _is_red(heard):
        entry = replace(
            entry,
            page_seen_at=heard.since if entry.page_seen_at is None else entry.page_seen_at,
            page_posted_at=_first(entry.page_posted_at, heard.posted_at),
            page_started_at=_first(entry.page_started_at, heard.started_at),
            page_ended_at=None,
        )
    elif entry.page_seen_at is not None and entry.page_ended_at is None and heard.state is State.OPERATIONAL:
        entry = replace(entry, page_ended_at=heard.since)
    if heard.mention is not None and entry.mention_at is None:
        entry = replace(entry, mention_at=heard.mention.since, page_posted_at=heard.mention.posted_at)
    return entry


def _ours(entry: LedgerEntry, case: Case, now: float) -> LedgerEntry:
    if case.troubled and case.incident is not None:
        return replace(_named(entry, case.incident, case.first_failure_at), ended_at=None, resolved_at=None)
    if entry.alerted_at is not None and entry.resolved_at is None and case.measured.state is not State.UNKNOWN:
        last = case.last_failure_at if case.last_failure_at is not None else now
        return replace(entry, ended_at=last if last >= (entry.began_at or 0.0) else now, resolved_at=now)
    return entry


def _named(entry: LedgerEntry, incident: Incident, first_failure_at: float | None) -> LedgerEntry:
    if entry.alerted_at is not None:
        return entry
    worst = incident.worst if SEVERITY.get(incident.worst, 0) else incident.state
    return replace(
        entry,
        incident=incident.id,
        began_at=first_failure_at if first_failure_at is not None else incident.started_at,
        alerted_at=incident.opened_at,
        impact=worst.value,
    )


def _is_over(entry: LedgerEntry, case: Case, now: float) -> bool:
    if case.troubled or (entry.alerted_at is not None and entry.resolved_at is None):
        return False
    quiet_for = now - entry.resolved_at if entry.resolved_at is not None else 0.0
    if quiet_for >= UNHEARD_S:
        return True
    if case.heard.unreadable or _is_red(case.heard):
        return False
    return entry.page_ended_at is not None or quiet_for >= AFTERWARDS_S


def _is_red(heard: PageStatus) -> bool:
    return not heard.unreadable and heard.state in TROUBLE


def _first(one: float | None, other: float | None) -> float | None:
    return min((t for t in (one, other) if t is not None), default=None)
