"""Which changes are said, and when a standing message is due for fresher figures. Pure."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, field, replace

from bot.core.model import escalation
from bot.core.model.discrepancy import Discrepancy
from bot.core.model.incident import Incident, IncidentStatus, TimelineEntry
from bot.core.model.service import ServiceView
from bot.core.model.snapshot import ComponentStatus, Snapshot
from bot.core.routing import page_notices

RENEWED = 6
"""A discrepancy's figures change less than an incident's: so many of its refreshes are one here."""
REMEMBERED_S = 7 * 86_400.0
"""A message is edited this long after its end (feedback); stores keep where it stands for twice as long."""
UNSAID = frozenset({"opened", "feedback", "changed", "monitoring", "reopened"})
"""What the message itself says, not its trail: nobody needs to know it later."""

LEFT = frozenset({"silenced"})
"""What even a silenced incident's trail says: why nothing follows."""


@dataclass(frozen=True, slots=True)
class SentNotice:
    """The last edition of a subject's message and when it was made (Unix seconds).

    `to` are the targets it went to, each with the time until which quiet held it there; 0 where nothing did. `records`
    are the discrepancies that a notice of them tells of.
    """

    edition: int
    at: float
    to: Mapping[str, float] = field(default_factory=dict)
    records: tuple[Discrepancy, ...] = ()


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say: a subject's newest edition, urgent or only fresher figures, and new lines for its trail.

    `also` are targets beside those of the routes: whom an escalation has told; `told` those that earlier
    editions went to (as in `SentNotice`). One that is not `begins` comes after the end, and is said only where
    something was said before. `to` is for these targets alone, whatever the routes say.
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
            case Discrepancy():
                return self.snapshot.agreed
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

    def __init__(self, service: ServiceView, told: Mapping[str, SentNotice]) -> None:
        self._service = service
        self._told = dict(told)

    def state(self) -> dict[str, SentNotice]:
        """What must be written for another process to go on here."""
        return dict(self._told)

    def went(self, subject: str, to: Mapping[str, float]) -> None:
        """Keep to whom an edition went (as in `SentNotice`): a target once told stays told."""
        told = self._told.get(subject)
        if told is not None:
            self._told[subject] = replace(told, to=to)

    def reached(self, subject: str, now: float) -> frozenset[str]:
        """The targets that were told of a subject and are not waiting for the end of quiet hours at `now`."""
        return frozenset(target for target, held in self._to(subject).items() if held <= now)

    def after(
        self,
        touched: Mapping[str, tuple[Incident, tuple[TimelineEntry, ...]]],
        scene: Scene,
    ) -> tuple[Notice, ...]:
        """The notices that follow from what changed, and refreshed figures for what did not."""
        notices = [self._of_incident(i, trail, scene) for i, trail in touched.values() if self._may_say(i, scene)]
        notices += [
            self._of_incident(incident, (), scene, urgent=False)
            for incident in scene.standing.values()
            if incident.id not in touched and self._due(incident.id, scene.now) and self._may_say(incident, scene)
        ]
        return tuple(notices)

    def of_page(
        self, changed: Iterable[Discrepancy], standing: Iterable[Discrepancy], scene: Scene
    ) -> tuple[Notice, ...]:
        """The notices of discrepancies: one an incident, begun where it is news, edited in place, closed by itself."""
        fresh = {record.id: record for record in changed}
        latest = {record.id: record for record in standing} | fresh
        told = {s: t.records for s, t in self._told.items() if t.records}
        notices = [self._followed(s, records, latest, fresh.keys(), scene) for s, records in told.items()]
        known = {r.id for t in self._told.values() for r in t.records}
        for record in latest.values():
            incident = scene.standing.get(record.incident)
            begins = page_notices.is_news(record, incident, self._service.usual_lag_s, scene.now)
            if record.id in known or record.id in scene.silent or not begins:
                continue
            going = [r for r in latest.values() if r.closed_at is None and r.id not in scene.silent | known]
            every = (record, *page_notices.together(record, going))[: page_notices.MOST]
            known |= {r.id for r in every}
            notices.append(self._of_discrepancies(every, scene))
        return tuple(notice for notice in notices if notice is not None)

    def _followed(
        self,
        subject: str,
        records: tuple[Discrepancy, ...],
        latest: Mapping[str, Discrepancy],
        fresh: AbstractSet[str],
        scene: Scene,
    ) -> Notice | None:
        """The next edition of a notice of discrepancies, where something changed or its figures have grown old."""
        ids = {r.id for r in records}
        going = [r for r in latest.values() if r.id not in ids | scene.silent and r.closed_at is None]
        every = (*(latest.get(r.id, r) for r in records), *page_notices.together(records[0], going))
        every = every[: page_notices.MOST]
        ended = self._agreed(every, scene)
        news = len(every) > len(records) or bool(fresh & ids) or ended
        going_on = any(r.closed_at is None for r in every)
        if not news and not (going_on and self._due(subject, scene.now, RENEWED * self._service.refresh_s)):
            return None
        return replace(self._of_discrepancies(every, scene), urgent=news)

    @staticmethod
    def _agreed(every: tuple[Discrepancy, ...], scene: Scene) -> bool:
        """Whether nothing more can follow: page and measurement agree everywhere, and the incident is over."""
        over = not page_notices.goes_on(scene.standing.get(every[0].incident))
        return over and all(r.closed_at is not None for r in every)

    def _may_say(self, incident: Incident, scene: Scene) -> bool:
        """A silenced incident begins no message; one that was over before is spoken of for some days."""
        if incident.id in self._told or (incident.announced and incident.status is not IncidentStatus.RESOLVED):
            return True
        return incident.silence is None and scene.now - (incident.resolved_at or scene.now) < REMEMBERED_S

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
        lines = tuple(line for line in trail if line.event in LEFT or not (incident.mute or line.event in UNSAID))
        snapshot = self._snapshot(scene.now, reason, about, incident=incident)
        over = incident.status is IncidentStatus.RESOLVED
        begins = not over or incident.id in self._told or any(line.event == "opened" for line in trail)
        told, edition = self._to(incident.id), self._next(incident.id, scene.now, over=over)
        also = escalation.told(incident.courses)
        return Notice(incident.id, edition, snapshot, urgent, lines, also, told, begins)

    def _of_discrepancies(self, every: tuple[Discrepancy, ...], scene: Scene) -> Notice:
        """The notice of these; its subject is the first one. The root says what changes, so its thread has no line."""
        first, components = every[0], {r.component for r in every}
        about = tuple(v for c, v in scene.voices.items() if c in components) or tuple(scene.voices.values())
        incident = scene.standing.get(first.incident)
        snapshot = self._snapshot(scene.now, first.kind.value, about, incident=incident, discrepancy=first)
        snapshot = replace(snapshot, discrepancies=every)
        told, edition = self._to(first.id), self._next(first.id, scene.now, over=self._agreed(every, scene))
        if first.id in self._told:
            self._told[first.id] = replace(self._told[first.id], records=every)
        return Notice(first.id, edition, snapshot, urgent=True, told=told)

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
            records = self._told[subject].records if subject in self._told else ()
            self._told[subject] = SentNotice(edition, now, self._to(subject), records)
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
