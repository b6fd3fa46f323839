"""What a judgement keeps between two commits, and what one settling comes to: the values. Pure."""

from dataclasses import dataclass, field
from typing import Any

from bot.core.detection.assessment import Explanation
from bot.core.detection.plain_rule import Window
from bot.core.detection.reprobe import Plan
from bot.core.history.recent_counts import RecentCounts
from bot.core.history.recorder import Rolled
from bot.core.incidents.blindness import Unusable
from bot.core.incidents.evidence import EvidenceState
from bot.core.incidents.manual_resolve import ManualResolution
from bot.core.judging.edges import Fronts
from bot.core.model.action import ActionRecord
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident
from bot.core.model.ledger import LedgerEntry
from bot.core.model.measurement import Failure
from bot.core.model.silence import Silence
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.statuspage import PageMention, PageStatus
from bot.core.reports.surge import SurgeState
from bot.core.routing.notices import Notice, SentNotice
from bot.core.statuspage.comparison import Compared


@dataclass(frozen=True, slots=True)
class JudgementState:
    """The state of a judgement between two commits, JSON-able field by field; `counted` rows were taken in so far."""

    assessor: dict[str, Any] = field(default_factory=dict)
    heard: dict[str, PageStatus] = field(default_factory=dict)
    incidents: dict[str, Incident] = field(default_factory=dict)
    compared: Compared = field(default_factory=Compared)
    failures: dict[str, tuple[Failure, ...]] = field(default_factory=dict)
    fronts: Fronts = field(default_factory=dict)
    told: dict[str, SentNotice] = field(default_factory=dict)
    checks: RecentCounts = field(default_factory=dict)
    counted: int = 0
    ledger: dict[str, LedgerEntry] = field(default_factory=dict)
    others: dict[str, PageMention] = field(default_factory=dict)
    silences: tuple[Silence, ...] = ()
    asides: tuple[ManualResolution, ...] = ()
    rolled: Rolled = field(default_factory=Rolled)
    filed: EvidenceState = field(default_factory=EvidenceState)
    crowd: SurgeState = field(default_factory=SurgeState)
    counting: dict[str, Window] = field(default_factory=dict)
    certificates: dict[str, float] = field(default_factory=dict)
    blindness: dict[str, Unusable] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Decisions:
    """What one settling came to, to be written in one commit.

    Unless it was `whole`, components without a voice keep the one they had.
    """

    voices: dict[str, ComponentStatus]
    explanations: dict[str, Explanation]
    plans: dict[str, Plan]
    incidents: tuple[Incident, ...] = ()
    discrepancies: tuple[Discrepancy, ...] = ()
    notices: tuple[Notice, ...] = ()
    ledger: tuple[LedgerEntry, ...] = ()
    outcomes: tuple[ActionRecord, ...] = ()
    whole: bool = True

    @property
    def eventful(self) -> bool:
        """Whether anything was decided that others must learn now."""
        return bool(self.incidents or self.discrepancies or self.notices or self.ledger or self.outcomes)
