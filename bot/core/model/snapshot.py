"""All that is known of a service at one moment."""

from dataclasses import dataclass, field

from bot.core.model.discrepancy import Discrepancy
from bot.core.model.group import Correlation, NoticeGroup
from bot.core.model.incident import Incident
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.silence import Silence
from bot.core.model.statuspage import PageMention, PageStatus


@dataclass(frozen=True, slots=True)
class ComponentStatus:
    """The three voices on one component, side by side; `silence` where people asked for quiet, or work on it."""

    measured: Measurement
    heard: PageStatus = field(default_factory=PageStatus)
    reports: Reports = field(default_factory=Reports)
    silence: Silence | None = None


Subject = Incident | Discrepancy | NoticeGroup | Correlation
"""What a message can be about; None beside them: something we say of ourselves."""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a message needs; `about` is its subject, `reason` says why it is sent now.

    One of `discrepancy`, `incident`, `several` and `cause` is the subject, the first that is there; the others are what
    belongs to it. With none of them `reason` is what we say of ourselves, `over` that it has ended, and `lines` are
    (label, text) below it. `discrepancies` are all that a notice about one tells of.
    """

    at: float
    service: str
    service_name: str
    incident: Incident | None
    discrepancy: Discrepancy | None
    voices: tuple[ComponentStatus, ...]
    reason: str
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
    others: tuple[PageMention, ...] = ()
    over: bool = False
    lines: tuple[tuple[str, str], ...] = ()
    several: NoticeGroup | None = None
    cause: Correlation | None = None
    discrepancies: tuple[Discrepancy, ...] = ()

    @property
    def about(self) -> Subject | None:
        """The subject of the message; None for what we say of ourselves."""
        subjects = (self.discrepancy, self.incident, self.several, self.cause)
        return next((subject for subject in subjects if subject is not None), None)

    @property
    def agreed(self) -> bool:
        """Whether page and measurement agree now on all that a notice of discrepancies tells of."""
        every = self.discrepancies or ((self.discrepancy,) if self.discrepancy is not None else ())
        return all(record.closed_at is not None for record in every)
