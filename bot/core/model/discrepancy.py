"""A discrepancy of page and measurement, as the value that is kept, sent and shown. Its rules are in `discrepancy`."""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.statuspage import PageMention
from probes.model import State


class DiscrepancyKind(StrEnum):
    """How our assessment and the page disagree."""

    UNACKNOWLEDGED = "unacknowledged"
    UNDERSTATED = "understated"
    OVERSTATED = "overstated"
    UNREADABLE = "unreadable"


class Flavour(StrEnum):
    """How it turned out; `UNKNOWN` while it may still be early news or about what we do not measure."""

    UNKNOWN = ""
    EARLY = "early"
    LINGERING = "lingering"
    ELSEWHERE = "elsewhere"


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One component on which page and measurement differ.

    `since` is when the discrepancy began, `opened_at` when it had lasted long enough to be said, `closed_at` when they
    agreed again (or trouble ended unacknowledged). The page's own posted time is kept beside the time we first saw it,
    our resolve (`resolved_at`) and the last failure before it (`ended_at`) beside the reading on which the page was
    green again (`page_resolved_at`). `failed` are the failures that we counted there when it ended.
    """

    id: str
    service: str
    component: str
    kind: DiscrepancyKind
    since: float
    opened_at: float
    version: int = 1
    incident: str = ""
    claimed: State = State.UNKNOWN
    claimed_words: str = ""
    measured: State = State.UNKNOWN
    first_failure_at: float | None = None
    alerted_at: float | None = None
    page_seen_at: float | None = None
    page_posted_at: float | None = None
    closed_at: float | None = None
    outcome: str = ""
    flavour: Flavour = Flavour.UNKNOWN
    page_started_at: float | None = None
    resolved_at: float | None = None
    page_resolved_at: float | None = None
    mention: PageMention | None = None
    reports: int = 0
    failed: int = 0
    ended_at: float | None = None
