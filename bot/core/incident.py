"""Incidents and what is known around them: the values that are kept and sent. Pure.

An `Incident` is our own episode of trouble on one service. A `Snapshot` is all a message needs, so that it is worded at
the moment of delivery. Disagreements with the page are in `disagreement`, messages as they are shown in `card`.
"""

from dataclasses import dataclass, field
from enum import StrEnum

from bot.core.disagreement import Discrepancy
from bot.core.escalation import Course
from bot.core.mention import Mention
from bot.core.people import Reports
from bot.core.several import Cause, Several
from bot.core.work import Work
from probes.model import State


class IncidentStatus(StrEnum):
    """Where an incident stands; `MONITORING` means quiet for a while, but not long enough to say it is over."""

    OPEN = "open"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: when, what happened in a word, and the sentence for people.

    A line that is for some targets alone is said only `to` them.
    """

    at: float
    event: str
    text: str
    to: tuple[str, ...] = ()


PAGE = "page"
"""The platform of whoever speaks on a vendor's status page."""


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something: the platform, the workspace or guild there, the user's id and the name to show."""

    platform: str
    place: str
    user: str
    name: str


@dataclass(frozen=True, slots=True)
class Silence:
    """What is recorded but not spoken of, from `since` until `until` (Unix seconds), by whose wish and why.

    `target` is an incident's id, a component's, matchers as they are written, or "" for the whole service; `work`:
    maintenance was announced. `till_over`: it ends with the trouble it covers, at the latest at `until`. `id` names it
    on every service that it reaches; `where` is the target it was asked from, and no part of what it is.
    """

    target: str
    since: float
    until: float
    by: Person
    reason: str = ""
    work: bool = False
    till_over: bool = False
    id: str = ""
    where: str = field(default="", compare=False)

    @property
    def announced(self) -> bool:
        """Whether the vendor's own page announced this work: such trouble is told, but wakes nobody."""
        return self.work and self.by.platform == PAGE


@dataclass(frozen=True, slots=True)
class Vote:
    """One person's word, after the end, on whether the incident was right."""

    by: Person
    right: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """One episode of trouble on one service.

    `started_at` is the first failure that belongs to it, `opened_at` when we knew, both Unix seconds. `components` are
    those affected at any time, `active` those affected now; `peak_rate` the highest failure rate (0 to 1) seen on one
    of them; `worst` the highest state. `page_first_at` is when, by our clock, the page first admitted trouble on an
    affected component. `silence` is the one that holds its messages back, `resolved_by` who called it over before we
    did, `verdict` one vote a person, `courses` whom it goes to while nobody acknowledges it. `version` grows with each
    change.
    """

    id: str
    service: str
    kind: str
    status: IncidentStatus
    components: tuple[str, ...]
    state: State
    started_at: float
    opened_at: float
    active: tuple[str, ...] = ()
    version: int = 1
    scope: str = "service"
    vantage: str = ""
    worst: State = State.OPERATIONAL
    peak_rate: float = 0.0
    resolved_at: float | None = None
    acknowledged_at: float | None = None
    acknowledged_by: Person | None = None
    page_first_at: float | None = None
    page_resolved_at: float | None = None
    reports: int = 0
    why: str = ""
    timeline: tuple[Entry, ...] = ()
    silence: Silence | None = None
    resolved_by: Person | None = None
    verdict: tuple[Vote, ...] = ()
    courses: tuple[Course, ...] = ()

    @property
    def silenced_until(self) -> float | None:
        """Until when its messages are held back, Unix seconds."""
        return self.silence.until if self.silence else None

    @property
    def silenced_by(self) -> Person | None:
        """By whose wish."""
        return self.silence.by if self.silence else None

    @property
    def announced(self) -> bool:
        """Whether it began under work that the vendor's page announced, which goes on."""
        return self.silence is not None and self.silence.announced

    @property
    def mute(self) -> bool:
        """Whether nothing is added to what was said of it; a silence until it is over ends with its end."""
        if self.silence is None or self.silence.announced:
            return False
        return not (self.silence.till_over and self.status is IncidentStatus.RESOLVED)


@dataclass(frozen=True, slots=True)
class Heard:
    """The page's word on one component: its state, the vendor's words, when read, and since when it says so.

    `posted_at` and `started_at` are the page's own times of this trouble; `mention` an open incident that it marks on
    no component; `works` the windows of announced work, under way or to come.
    """

    state: State = State.UNKNOWN
    words: str = ""
    read_at: float | None = None
    since: float | None = None
    posted_at: float | None = None
    unreadable: str = ""
    url: str = ""
    started_at: float | None = None
    mention: Mention | None = None
    works: tuple[Work, ...] = ()


@dataclass(frozen=True, slots=True)
class Apart:
    """One check (by id) that fails far more often than the component's others: failed of total, and theirs."""

    check: str
    failed: int
    total: int
    others_failed: int
    others_total: int


@dataclass(frozen=True, slots=True)
class Measured:
    """What we measured of one component (the assessor's figures, flattened for people and for the store).

    `rate`, `low`, `high`: failure rate and its 95 % interval, 0 to 1; `failed` of `total` results in `window_s`;
    `since` when this state began; `at` the last result that carried evidence; `vantages` those that agree, of
    `all_vantages`; `layer` and `request_ids` the evidence for whose fault it is; `apart` a check that the pool hides;
    `edges` the networks in front of it, of what fails where something does.
    """

    component: str
    name: str
    state: State
    rate: float = 0.0
    low: float = 0.0
    high: float = 0.0
    failed: int = 0
    total: int = 0
    window_s: float = 0.0
    since: float | None = None
    at: float | None = None
    symptoms: tuple[tuple[str, int], ...] = ()
    layer: str = ""
    request_ids: tuple[str, ...] = ()
    vantages: tuple[str, ...] = ()
    all_vantages: tuple[str, ...] = ()
    why: str = ""
    latency_ms: float | None = None
    usual_latency_ms: float | None = None
    evidence: float = 0.0
    threshold: float = 0.0
    monitoring: bool = False
    slow: bool = False
    stale_after_s: float = 300.0
    apart: Apart | None = None
    edges: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Voices:
    """The three voices on one component, side by side; `silence` where people asked for quiet, or work on it."""

    measured: Measured
    heard: Heard = Heard()
    reports: Reports = field(default_factory=Reports)
    silence: Silence | None = None


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a message needs; `reason` says why it is sent now.

    Without incident and discrepancy it is about `several` of them, or `reason` is what we say of ourselves, `over` that
    it has ended, and `lines` are (label, text) below it. `cause`: what it has in common with others.
    """

    at: float
    service: str
    service_name: str
    incident: Incident | None
    discrepancy: Discrepancy | None
    voices: tuple[Voices, ...]
    reason: str
    page_url: str = ""
    usual_lag_s: tuple[float, float] | None = None
    others: tuple[Mention, ...] = ()
    over: bool = False
    lines: tuple[tuple[str, str], ...] = ()
    several: Several | None = None
    cause: Cause | None = None
