"""Incidents, discrepancies and what is known around them: the values that are kept, sent and shown. Pure.

An `Incident` is our own episode of trouble on one service. A `Discrepancy` is one component on which our assessment and
the vendor's claim disagree. A `Snapshot` is all a message needs, so that it is worded at the moment of delivery.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.flavour import Flavour
from bot.core.mention import Mention
from probes.model import State


class IncidentStatus(StrEnum):
    """Where an incident stands; `MONITORING` means quiet for a while, but not long enough to say it is over."""

    OPEN = "open"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


class DiscrepancyKind(StrEnum):
    """How our assessment and the page disagree."""

    UNACKNOWLEDGED = "unacknowledged"
    UNDERSTATED = "understated"
    OVERSTATED = "overstated"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of an incident's timeline: when, what happened in a word, and the sentence for people."""

    at: float
    event: str
    text: str


@dataclass(frozen=True, slots=True)
class Person:
    """Who did something: the platform, the workspace or guild there, the user's id and the name to show."""

    platform: str
    place: str
    user: str
    name: str


@dataclass(frozen=True, slots=True)
class Incident:
    """One episode of trouble on one service.

    `started_at` is the first failure that belongs to it, `opened_at` when we knew, both Unix seconds. `components` are
    those affected at any time, `active` those affected now; `peak_rate` the highest failure rate (0 to 1) seen on one
    of them; `worst` the highest state. `page_first_at` is when, by our clock, the page first admitted trouble on an
    affected component. `version` grows with each change.
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


@dataclass(frozen=True, slots=True)
class Discrepancy:
    """One component on which page and measurement disagree.

    `since` is when the disagreement began, `opened_at` when it had lasted long enough to be said, `closed_at` when they
    agreed again (or trouble ended unacknowledged). The page's own posted time is kept beside the time we first saw it,
    the end of our trouble (`resolved_at`) beside the reading on which the page was green again (`page_resolved_at`).
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
    mention: Mention | None = None
    reports: int = 0


@dataclass(frozen=True, slots=True)
class Heard:
    """The page's word on one component: its state, the vendor's words, when read, and since when it says so.

    `posted_at` and `started_at` are the page's own times of this trouble; `mention` an open incident that it marks on
    no component.
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


@dataclass(frozen=True, slots=True)
class Reports:
    """What people say of one component: affected and fine voices in the window, and how many are usual in it."""

    affected: int = 0
    works: int = 0
    window_s: float = 600.0
    usual: float = 0.0


@dataclass(frozen=True, slots=True)
class Measured:
    """What we measured of one component (the assessor's figures, flattened for people and for the store).

    `rate`, `low`, `high`: failure rate and its 95 % interval, 0 to 1; `failed` of `total` results in `window_s`;
    `since` when this state began; `at` the last result that carried evidence; `vantages` those that agree, of
    `all_vantages`; `layer` and `request_ids` the evidence for whose fault it is.
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


@dataclass(frozen=True, slots=True)
class Voices:
    """The three voices on one component, side by side."""

    measured: Measured
    heard: Heard = Heard()
    reports: Reports = Reports()


@dataclass(frozen=True, slots=True)
class Snapshot:
    """All that a message about an incident or a discrepancy needs; `reason` says why it is sent now."""

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


class Tone(StrEnum):
    """The colour of a card, always with its emoji and word."""

    GREEN = "green"
    YELLOW = "yellow"
    ORANGE = "orange"
    RED = "red"
    BLUE = "blue"
    GREY = "grey"


@dataclass(frozen=True, slots=True)
class Action:
    """A button: what it does (`verb`), its label, and the incident it belongs to."""

    verb: str
    label: str
    subject: str


@dataclass(frozen=True, slots=True)
class Card:
    """A message, ready for any channel to render: plain text throughout, upstream words quoted, nothing marked up.

    `headline` alone must suffice. `lines` are (label, text) in order; `actions` the buttons where there are any.
    """

    subject: str
    kind: str
    tone: Tone
    emoji: str
    headline: str
    lines: tuple[tuple[str, str], ...] = ()
    footer: str = ""
    actions: tuple[Action, ...] = ()
    links: tuple[tuple[str, str], ...] = ()
    closed: bool = False
    trail: tuple[Entry, ...] = ()
