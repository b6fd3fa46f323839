"""Which changes are said, and when a standing message is due for fresher figures. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from bot.core.incident import Discrepancy, Entry, Incident, IncidentStatus, Snapshot, Voices
from bot.core.service import ServiceView

RENEWED = 6
"""A disagreement's figures change less than an incident's: so many of its refreshes are one here."""


@dataclass(frozen=True, slots=True)
class Told:
    """The last edition of a subject's message and when it was made."""

    edition: int
    at: float


@dataclass(frozen=True, slots=True)
class Notice:
    """Something to say: a subject's newest edition, urgent or only fresher figures, and new lines for its trail."""

    subject: str
    edition: int
    snapshot: Snapshot
    urgent: bool
    trail: tuple[Entry, ...] = ()


class Notices:
    """Keeps count of the editions of each subject's message."""

    def __init__(self, service: ServiceView, told: Mapping[str, Told]) -> None:
        self._service = service
        self._told = dict(told)

    def state(self) -> dict[str, Told]:
        """What must be written for another process to go on here."""
        return dict(self._told)

    def after(
        self,
        touched: Mapping[str, tuple[Incident, tuple[Entry, ...]]],
        said: Iterable[tuple[Discrepancy, Entry | None]],
        standing: Mapping[str, Incident],
        voices: Mapping[str, Voices],
        now: float,
    ) -> tuple[Notice, ...]:
        """The notices that follow from what changed, and refreshed figures for what did not."""
        notices = [self._of_incident(i, trail, voices, now) for i, trail in touched.values()]
        notices += [self._of_discrepancy(record, line, standing, voices, now) for record, line in said]
        notices += [
            self._of_incident(incident, (), voices, now, urgent=False)
            for incident in standing.values()
            if incident.id not in touched and self._due(incident.id, now)
        ]
        return tuple(notices)

    def renewed(
        self, records: Iterable[Discrepancy], standing: Mapping[str, Incident], voices: Mapping[str, Voices], now: float
    ) -> tuple[Notice, ...]:
        """Standing disagreements whose figures and "so far" have grown old."""
        return tuple(
            replace(self._of_discrepancy(record, None, standing, voices, now), urgent=False)
            for record in records
            if self._due(record.id, now, RENEWED * self._service.refresh_s)
        )

    def _due(self, subject: str, now: float, every_s: float | None = None) -> bool:
        told = self._told.get(subject)
        # A clock that was set back must not silence a standing message.
        return told is None or not 0 <= now - told.at < (every_s or self._service.refresh_s)

    def _of_incident(
        self,
        incident: Incident,
        trail: tuple[Entry, ...],
        voices: Mapping[str, Voices],
        now: float,
        *,
        urgent: bool = True,
    ) -> Notice:
        about = tuple(voices[c] for c in incident.components if c in voices)
        reason = trail[-1].event if trail else "fresher figures"
        lines = tuple(line for line in trail if line.event != "opened")
        snapshot = self._snapshot(now, reason, about, incident=incident)
        over = incident.status is IncidentStatus.RESOLVED
        return Notice(incident.id, self._next(incident.id, now, over=over), snapshot, urgent, lines)

    def _of_discrepancy(
        self,
        record: Discrepancy,
        line: Entry | None,
        standing: Mapping[str, Incident],
        voices: Mapping[str, Voices],
        now: float,
    ) -> Notice:
        about = (voices[record.component],) if record.component in voices else tuple(voices.values())
        snapshot = self._snapshot(
            now, record.kind.value, about, incident=standing.get(record.incident), discrepancy=record
        )
        edition = self._next(record.id, now, over=record.closed_at is not None)
        return Notice(record.id, edition, snapshot, urgent=True, trail=(line,) if line else ())

    def _next(self, subject: str, now: float, *, over: bool) -> int:
        edition = self._told[subject].edition + 1 if subject in self._told else 1
        if over:
            self._told.pop(subject, None)
        else:
            self._told[subject] = Told(edition, now)
        return edition

    def _snapshot(
        self,
        now: float,
        reason: str,
        voices: tuple[Voices, ...],
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
