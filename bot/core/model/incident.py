"""Incidents and what is known around them: the values that are kept and sent. Pure.

An `Incident` is our own episode of trouble on one service. A `Snapshot` is all a message needs, so that it is worded at
the moment of delivery. Discrepancies with the page are in `discrepancy`, messages as they are shown in `card`.
"""

from dataclasses import dataclass
from enum import StrEnum

from bot.core.model.escalation import EscalationProgress
from bot.core.model.person import Person
from bot.core.model.silence import Silence
from probes.model import State


class IncidentStatus(StrEnum):
    """Where an incident stands; `MONITORING` means quiet for a while, but not long enough to say it is over."""

    OPEN = "open"
    MONITORING = "monitoring"
    RESOLVED = "resolved"


@dataclass(frozen=True, slots=True)
class TimelineEntry:
    """One line of an incident's timeline: when, what happened in a word, and the sentence for people.

    A line that is for some targets alone is said only `to` them. `said` is what a thread says of it, without figures
    ("": the event and the text).
    """

    at: float
    event: str
    text: str
    to: tuple[str, ...] = ()
    said: str = ""


@dataclass(frozen=True, slots=True)
class Feedback:
    """One person's word, after the end, on whether the incident was right."""

    by: Person
    right: bool


@dataclass(frozen=True, slots=True)
class Incident:
    """One episode of trouble on one service.

    `started_at` is the first failure that belongs to it, `opened_at` when we knew, both Unix seconds. `components` are
    those affected at any time, `active` those affected now; `peak_rate` the highest failure rate (0 to 1) seen on one
    of them; `worst` the highest state. `page_first_at` is when, by our clock, the page first admitted trouble on an
    affected component; `page_red_since`, where it was red there long before we saw a failure, since when: whether that
    is the same trouble nobody can tell, so it is no admission. `silence` is the one that holds its messages back,
    `resolved_by` who called it over before we did, `verdict` one vote a person, `courses` whom it goes to while nobody
    acknowledges it. `shade` is the state whose colour messages have (`UNKNOWN`: that of `state`), `shade_against` since
    when the measured state has been another one; `failed_at` the last failure (or slow answer) of the components that
    are over, and of all while nothing fails. `version` grows with each change.
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
    timeline: tuple[TimelineEntry, ...] = ()
    silence: Silence | None = None
    resolved_by: Person | None = None
    verdict: tuple[Feedback, ...] = ()
    courses: tuple[EscalationProgress, ...] = ()
    page_red_since: float | None = None
    shade: State = State.UNKNOWN
    shade_against: float | None = None
    failed_at: float | None = None

    @property
    def ended_at(self) -> float | None:
        """When the trouble ended, None while it is open: with its last failure before it was resolved.

        We resolve it later than that, once we are sure; a person may call over what still fails.
        """
        if self.resolved_at is None or self.failed_at is None:
            return self.resolved_at
        return min(max(self.failed_at, self.started_at), self.resolved_at)

    def lasted_s(self, now: float) -> float:
        """How long it has lasted: up to its last failure where it is over or nothing fails any more, else up to now."""
        until = self.ended_at
        if until is None and self.status is IncidentStatus.MONITORING:
            until = self.failed_at
        return max(0.0, (now if until is None else until) - self.started_at)

    @property
    def over_after_s(self) -> float:
        """After how long it recovered, or a person called it over; 0 while it is open."""
        over = self.resolved_at if self.resolved_by is not None else self.ended_at
        return over - self.started_at if over is not None else 0.0

    @property
    def in_order(self) -> tuple[TimelineEntry, ...]:
        """The timeline by the time of what happened; what was learnt late stands where it belongs."""
        return tuple(sorted(self.timeline, key=lambda entry: entry.at))

    @property
    def silenced_until(self) -> float | None:
        """Until when its messages are held back, Unix seconds."""
        return self.silence.until if self.silence else None

    @property
    def silenced_by(self) -> Person | None:
        """Who silenced it."""
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
