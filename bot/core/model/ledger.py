"""The ledger: one row for each trouble on which a vendor's page and we can be compared afterwards. Pure.

Rows are of two sources that are never mixed: measured by us, or stated by the vendor itself afterwards. A vendor's
stated start may be late or missing, so lags from it are a lower bound, on the incidents that state one.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum


class Source(StrEnum):
    """Whose times a row has."""

    MEASURED = "measured"
    STATED = "stated"


@dataclass(frozen=True, slots=True)
class LedgerEntry:
    """The times of one trouble, Unix seconds, None where there is none.

    Measured: `incident` is ours, `began_at` the first failure, `alerted_at` our alert, `ended_at` the last failure,
    `resolved_at` our resolve, which waits until that is sure; `page_seen_at`, `page_ended_at` and `mention_at` are the
    readings on which we first saw the page red, green again, or with an incident that marks no component;
    `page_posted_at` and `page_started_at` are its own words.
    Stated: `incident` is the vendor's, `began_at` and `ended_at` the stated impact, `page_posted_at` its first post,
    `page_ended_at` its own end; `investigating_at`, `identified_at` and `monitoring_at` are the first update of each
    of its stages. `afterwards`: the vendor wrote of it only when it was over.
    """

    service: str
    components: tuple[str, ...]
    source: Source
    incident: str = ""
    began_at: float | None = None
    alerted_at: float | None = None
    ended_at: float | None = None
    resolved_at: float | None = None
    page_seen_at: float | None = None
    page_posted_at: float | None = None
    page_started_at: float | None = None
    page_ended_at: float | None = None
    mention_at: float | None = None
    impact: str = ""
    afterwards: bool = False
    investigating_at: float | None = None
    identified_at: float | None = None
    monitoring_at: float | None = None

    @property
    def at(self) -> float:
        """Where it stands in time."""
        times = (self.began_at, self.page_started_at, self.page_posted_at, self.page_seen_at, self.ended_at)
        return min((t for t in times if t is not None), default=0.0)

    @property
    def told_at(self) -> float | None:
        """When the page first spoke of it: by our clock if measured, by its own if stated."""
        if self.source is Source.STATED:
            return self.page_posted_at
        return min((t for t in (self.page_seen_at, self.mention_at) if t is not None), default=None)

    @property
    def ack_s(self) -> float | None:
        """From the beginning to the page's first word; below zero where the page was first."""
        return _apart(self.told_at, self.began_at)

    @property
    def closing_s(self) -> float | None:
        """From the end to the page's end; below zero where the page was first."""
        return _apart(self.page_ended_at, self.ended_at)

    @property
    def page_first(self) -> bool:
        """Whether the page spoke before we knew; of stated rows, before the stated start."""
        known = self.began_at if self.source is Source.STATED else self.alerted_at
        return self.told_at is not None and known is not None and self.told_at < known

    @property
    def late(self) -> bool:
        """Whether the page spoke only when it was over."""
        over = self.told_at is not None and self.ended_at is not None and self.told_at >= self.ended_at
        return self.afterwards or over


def quarter(at: float) -> str:
    """The quarter of a moment: "2026Q2"."""
    day = datetime.fromtimestamp(at, UTC)
    return f"{day.year}Q{(day.month + 2) // 3}"


def _apart(later: float | None, earlier: float | None) -> float | None:
    return None if later is None or earlier is None else later - earlier
