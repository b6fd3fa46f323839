"""What one scrape shows, as values: how every service stands, its ledger, its queues. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from bot.core.ledger.accuracy import PageAccuracy
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.ledger import LedgerEntry, Source
from bot.core.model.status import ServiceStatus


@dataclass(frozen=True, slots=True)
class BudgetReading:
    """What paid checks have used of today's budget, and what it is."""

    usd: float
    tokens: int
    refused: int
    allowed_usd: float


@dataclass(frozen=True, slots=True)
class ServiceReading:
    """One service: `judged_at` (Unix seconds, None: never), standing discrepancies by component ("": the page).

    `lags` are seconds by quantile ("0.5") of the page's lateness, `lead_s` of the latest incident that both told;
    `unjudged` rows of its stream, `waiting` deliveries by channel, `undeliverable` those on record; None: not yet read.
    """

    standing: ServiceStatus
    judged_at: float | None = None
    discrepancies: Mapping[str, DiscrepancyKind] = field(default_factory=dict)
    lags: Mapping[str, float] = field(default_factory=dict)
    lead_s: float | None = None
    unjudged: int | None = None
    waiting: Mapping[str, int] = field(default_factory=dict)
    undeliverable: int | None = None
    spending: BudgetReading | None = None


@dataclass(frozen=True, slots=True)
class Reading:
    """All services as they were read at `read_at` (Unix seconds; 0: never); `up`: the store answered last time."""

    services: Sequence[ServiceReading] = ()
    read_at: float = 0.0
    up: bool = False


def lead(rows: Sequence[LedgerEntry]) -> float | None:
    """How long before the page we alerted on the latest measured trouble that both told; below zero: the page first."""
    both = [(r.alerted_at, r.told_at) for r in rows if r.source is Source.MEASURED and r.alerted_at and r.told_at]
    if not both:
        return None
    alerted, told = max(both)
    return told - alerted


def lags(accuracy: PageAccuracy) -> dict[str, float]:
    """Median and p90 of the page's lateness as measured; empty where nothing was."""
    of = accuracy.overall(Source.MEASURED)
    if of is None or of.ack.median is None or of.ack.p90 is None:
        return {}
    return {"0.5": of.ack.median, "0.9": of.ack.p90}
