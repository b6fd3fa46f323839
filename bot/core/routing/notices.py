"""Which changes are said, and when a standing message is due for fresher figures. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from bot.core.model import escalation
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.service import ServiceView
from bot.core.model.snapshot import ComponentStatus, Snapshot

RENEWED = 6
"""A discrepancy's figures change less than an incident's: so many of its refreshes are one here."""
REMEMBERED_S = 7 * 86_400.0
"""A message is edited this long after its end (feedback); stores keep where it stands for twice as long."""
UNSAID = frozenset({"opened", "feedback", "changed", "monitoring", "reopened"})
"""What the message itself says, not its trail: nobody needs to know it later."""


@dataclass(frozen=True, slots=True)
class Told:
    """The last edition of a subject's message and when it was made (Unix seconds).

    `to` are the targets it went to, each with the time until which quiet held it there; 0 where nothing did.
    """

    edition: int
    at: float
    to: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say: a subject's newest edition, urgent or only fresher figures, and new lines for its trail.

    `also` are targets beside those of the routes: whom an escalation has told; `told` those that earlier editions went
    to (as in `Told`). One that is not `begins` comes after the end, and is said only where something was said before.
    `to` is for these targets alone, whatever the routes say.
    """

    subject: str
    edition: int
    snapshot: Snapshot
    urgent: bool
    trail: tuple[TimelineEntry, ...] = ()
    also: tuple[str, ...] = ()
    told: Mapping[str, float] = field(default_factory=dict)
    begins: bool = True
    to: tuple[str, ...] = ()

    @property
    def over(self) -> bool:
        """Whether it says that its subject is over."""
        match self.snapshot.about:
            case Discrepancy(closed_at=closed_at):
                return closed_at is not None
            case Incident(status=status):
                return status is IncidentStatus.RESOLVED
            case _:
                return False


@dataclass(frozen=True, slots=True)
class Scene:
    """What stands at `now` (Unix seconds) around the changes: incidents, voices, and the discrepancies held back."""

    now: float
    standing: Mapping[str, Incident]
    voices: Mapping[str, ComponentStatus]
    silent: frozenset[str] = frozenset()


class Notices:
    """Keeps count of the editions of each subject's message.

    What is silenced begins no message and gets no line in its trail; a message that stands already is edited.
    """

    def __init__(self, service: ServiceView, told: Mapping[str, Told]) -> None:
        self._service = service
        self._told = dict(told)

    def state(self) -> dict[str, Told]:
        """What must be written for another process to go on here."""
        return dict(self._told)

    def went(self, subject: str, to: Mapping[str, float]) -> None:
        """Keep to whom an edition went (as in `Told`): a target once told stays told."""
        told = self._told.get(subject)
        if told is not None:
            self._told[subject] = replace(told, to=to)

    def reached(self, subject: str, now: float) -> frozenset[str]:
        """The targets that were told of a subject and are not waiting for the end of quiet hours at `now`."""
        return frozenset(target for target, held in self._to(subject).items() if held <= now)

    def after(
        self,
        touched: Mapping[str, tuple[Incident, tuple[TimelineEntry, ...]]],
        said: Iterable[tuple[Discrepancy, TimelineEntry | None]],
        scene: Scene,
    ) -> tuple[Notice, ...]:
        """The notices that follow from what changed, and refreshed figures for what did not."""
        notices = [self._of_incident(i, trail, scene) for i, trail in touched.values() if self._may_say(i, scene)]
        notices += [self._of_discrepancy(r, line, scene) for r, line in said if self._may_dispute(r, scene)]
        notices += [
            self._of_incident(incident, (), scene, urgent=False)
            for incident in scene.standing.values()
            if incident.id not in touched and self._due(incident.id, scene.now) and self._may_say(incident, scene)
        ]
        return tuple(notices)

    def renewed(self, records: Iterable[Discrepancy], scene: Scene) -> tuple[Notice, ...]:
        """Standing discrepancies whose figures and "so far" have grown old."""
        return tuple(
            replace(self._of_discrepancy(record, None, scene), urgent=False)
            for record in records
            if self._due(record.id, scene.now, RENEWED * self._service.refresh_s) and self._may_dispute(record, scene)
        )

    def _may_say(self, incident: Incident, scene: Scene) -> bool:
        """A silenced incident begins no message; one that was over before is spoken of for some days."""
        if incident.id in self._told or (incident.announced and incident.status is not IncidentStatus.RESOLVED):
            return True
        return incident.silence is None and scene.now - (incident.resolved_at or scene.now) < REMEMBERED_S

    def _may_dispute(self, record: Discrepancy, scene: Scene) -> bool:
        return record.id in self._told or (record.id not in scene.silent and record.closed_at is None)

    def _due(self, subject: str, now: float, every_s: float | None = None) -> bool:
        told = self._told.get(subject)
        # A clock that was set back must not silence a standing message.
        return told is None or not 0 <= now - told.at < (every_s or self._service.refresh_s)

    def _of_incident(
        self,
        incident: Incident,
        trail: tuple[TimelineEntry, ...],
        scene: Scene,
        *,
        urgent: bool = True,
    ) -> Notice:
        about = tuple(scene.voices[c] for c in incident.components if c in scene.voices)
        reason = trail[-1].event if trail else "fresher figures"
        lines = () if incident.mute else tuple(line for line in trail if line.event not in UNSAID)
        snapshot = self._snapshot(scene.now, reason, about, incident=incident)
        over = incident.status is IncidentStatus.RESOLVED
        begins = not over or incident.id in self._told or any(line.event == "opened" for line in trail)
        told, edition = self._to(incident.id), self._next(incident.id, scene.now, over=over)
        also = escalation.told(incident.courses)
        return Notice(incident.id, edition, snapshot, urgent, lines, also, told, begins)

    def _of_discrepancy(
        self,
        record: Discrepancy,
        line: TimelineEntry | None,
        scene: Scene,
    ) -> Notice:
        voices = scene.voices
        about = (voices[record.component],) if record.component in voices else tuple(voices.values())
        incident = scene.standing.get(record.incident)
        snapshot = self._snapshot(scene.now, record.kind.value, about, incident=incident, discrepancy=record)
        told, edition = self._to(record.id), self._next(record.id, scene.now, over=record.closed_at is not None)
        trail = (line,) if line and record.id not in scene.silent else ()
        return Notice(record.id, edition, snapshot, urgent=True, trail=trail, told=told)

    def _to(self, subject: str) -> Mapping[str, float]:
        return self._told[subject].to if subject in self._told else {}

    def _next(self, subject: str, now: float, *, over: bool) -> int:
        edition = self._told[subject].edition + 1 if subject in self._told else 1
        if over and edition == 1:
            # Its count is no longer kept: the time, in tenths, is above any count.
            edition = int(now * 10)
        if over:
            self._told.pop(subject, None)
        else:
            self._told[subject] = Told(edition, now, self._to(subject))
        return edition

    def _snapshot(
        self,
        now: float,
        reason: str,
        voices: tuple[ComponentStatus, ...],
        incident: Incident | None = None,
        discrepancy: Discrepancy | None = None,
    ) -> Snapshot:
        return Snapshot(
            at=now,
            service=self._service.id,
            service_name=self._service.name,
            incident=incident,
            discrepancy=discrepancy,
            voices=voices,
            reason=reason,
            page_url=self._service.page_url,
            usual_lag_s=self._service.usual_lag_s,
        )
