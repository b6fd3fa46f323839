"""How right our own alerts were: a verdict for each, what was missed, how late it was told. Pure.

A verdict comes from people's votes; without a majority, from the page, which can confirm an alert but by its silence
says nothing; without that, from our own results after the alert. Where none of them tells, it is unknown, and unknown
is never counted as right. A vantage's own trouble is said as such, and is no alert about the vendor.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.stats.intervals import median_between, wilson
from bot.core.stats.quantiles import quantile

SPAN_S = 90 * 86_400.0
USUAL_AT_MOST = 0.05
"""No target's usual failure rate is taken to be higher: failures above it after the alert are no accident."""
TELLING = 20
"""Results after the alert of which none failed: the trouble was over when it was told, if there was any."""
FAILURES = "failures"
"""The kind of incident whose results are counted by failures: a slow one's are not."""


class Verdict(StrEnum):
    """What an alert was, or that there should have been one."""

    RIGHT = "right"
    WRONG = "wrong"
    UNKNOWN = "unknown"
    MISSED = "missed"


class Judge(StrEnum):
    """Whose word decided; `NOBODY` where it is unknown."""

    PEOPLE = "people"
    PAGE = "page"
    RESULTS = "results"
    NOBODY = ""


@dataclass(frozen=True, slots=True)
class AlertCase:
    """One alert with its verdict, or one trouble that only the page told of (`MISSED`, with no incident of ours).

    `at` is when we alerted, or the page did; `delay_s` from the first failure to the alert; `lead_s` from the alert to
    the page's first word, below zero where the page was first; `failed` of `total` results after the alert.
    """

    service: str
    components: tuple[str, ...]
    at: float
    verdict: Verdict
    by: Judge
    incident: str = ""
    delay_s: float | None = None
    lead_s: float | None = None
    failed: int = 0
    total: int = 0


@dataclass(frozen=True, slots=True)
class Share:
    """`hits` of `n` with the 95% interval of the share (Wilson 1927); None where `n` is 0."""

    hits: int
    n: int
    share: float | None = None
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True, slots=True)
class AlertAccuracy:
    """Of the alerts of a span, newest first; delays in seconds from the first failure, of the alerts that were right.

    `precision` is right of right and wrong, `least` right of all alerts, `recall` right of right and missed.
    """

    cases: tuple[AlertCase, ...]
    unknown: int
    precision: Share
    least: Share
    recall: Share
    delays: int
    median_s: float | None
    median_between_s: tuple[float, float] | None
    p90_s: float | None


def accuracy(cases: Iterable[AlertCase]) -> AlertAccuracy:
    """The figures of these cases."""
    every = tuple(sorted(cases, key=lambda case: -case.at))
    count = {verdict: sum(case.verdict is verdict for case in every) for verdict in Verdict}
    right, wrong, unknown = count[Verdict.RIGHT], count[Verdict.WRONG], count[Verdict.UNKNOWN]
    delays = [c.delay_s for c in every if c.verdict is Verdict.RIGHT and c.delay_s is not None]
    return AlertAccuracy(
        cases=every,
        unknown=unknown,
        precision=share(right, right + wrong),
        least=share(right, right + wrong + unknown),
        recall=share(right, right + count[Verdict.MISSED]),
        delays=len(delays),
        median_s=quantile(delays, 0.5) if delays else None,
        median_between_s=median_between(delays),
        p90_s=quantile(delays, 0.9) if delays else None,
    )


def share(hits: int, n: int) -> Share:
    """The share with its interval."""
    return Share(hits, n, hits / n, *wilson(hits / n, n)) if n else Share(0, 0)


def is_alert(incident: Incident, since: float) -> bool:
    """Whether it is an alert about a vendor within the span."""
    return incident.scope != "vantage" and incident.opened_at >= since


def judged(incident: Incident, rows: Sequence[LedgerEntry], after: tuple[int, int]) -> AlertCase:
    """An alert with its verdict; `after` are (failed, total) of the results since the alert."""
    failed, total = after
    heard = [row.told_at for row in rows if _is_about(row, incident) and row.told_at is not None]
    heard += [at for at in (incident.page_first_at,) if at is not None]
    verdict, by = _verdict(incident, bool(heard), failed, total)
    return AlertCase(
        service=incident.service,
        components=incident.components,
        at=incident.opened_at,
        verdict=verdict,
        by=by,
        incident=incident.id,
        delay_s=max(0.0, incident.opened_at - incident.started_at),
        lead_s=min(heard) - incident.opened_at if heard else None,
        failed=failed,
        total=total,
    )


def missed(rows: Iterable[LedgerEntry], since: float) -> list[AlertCase]:
    """What the page told of while we watched, and no alert of ours did: each counts, though the page may be wrong."""
    return [
        AlertCase(row.service, row.components, row.told_at, Verdict.MISSED, Judge.PAGE)
        for row in rows
        if row.source is Source.MEASURED and row.alerted_at is None and row.told_at is not None and row.told_at >= since
    ]


def _verdict(incident: Incident, told: bool, failed: int, total: int) -> tuple[Verdict, Judge]:
    useful = sum(vote.right for vote in incident.verdict)
    useless = len(incident.verdict) - useful
    if useful != useless:
        return (Verdict.RIGHT if useful > useless else Verdict.WRONG), Judge.PEOPLE
    if told:
        return Verdict.RIGHT, Judge.PAGE
    if incident.kind == FAILURES and total:
        if wilson(failed / total, total)[0] > USUAL_AT_MOST:
            return Verdict.RIGHT, Judge.RESULTS
        if not failed and total >= TELLING and incident.status is IncidentStatus.RESOLVED:
            return Verdict.WRONG, Judge.RESULTS
    return Verdict.UNKNOWN, Judge.NOBODY


def _is_about(row: LedgerEntry, incident: Incident) -> bool:
    """Whether a row is of this incident: by its id, or, stated by the vendor, by its time and components."""
    if row.source is Source.MEASURED:
        return row.incident == incident.id
    if row.began_at is None or row.ended_at is None:
        return False
    ended = incident.ended_at if incident.ended_at is not None else incident.opened_at
    shared = not row.components or bool(set(row.components) & set(incident.components))
    return shared and row.began_at <= ended and row.ended_at >= incident.started_at
