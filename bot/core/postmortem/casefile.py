"""All that a report after an incident is written from, and the same for machines. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

from bot.core.answers.incidents import Delivered
from bot.core.incidents.evidence import Evidence
from bot.core.model.discrepancy import Discrepancy, DiscrepancyKind
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.postmortem import timeline
from bot.core.text.quoting import clean

FOLLOW_UPS = (
    "What did our own users see, and how many of them?",
    "What did it cost us (failed jobs, retries, people's time)?",
    "Did our fallbacks and retries do what they should? Which were missing?",
    "Was the alert right, early enough, and in the right place?",
    "What was learned about the cause afterwards? (link)",
    "Actions, each with an owner and a date:",
)


@dataclass(frozen=True, slots=True)
class Casefile:
    """All that is on record of an incident.

    Its dossier (None where none was kept), discrepancies with the page in their last edition, deliveries, the page's
    usual lag (median, p90, in seconds), the steps that were offered meanwhile; `page`: it has a status page at all.
    """

    incident: Incident
    service: str
    names: Mapping[str, str]
    dossier: Evidence | None = None
    records: Sequence[Discrepancy] = ()
    deliveries: Sequence[Delivered] = ()
    usual_lag_s: tuple[float, float] | None = None
    workarounds: Sequence[str] = ()
    page: bool = True

    def ended(self, now: float) -> float:
        """The end of its trouble, or `now`; we resolve it later."""
        return self.incident.ended_at if self.incident.ended_at is not None else now

    def called(self, component: str) -> str:
        """A component's name."""
        return clean(self.names.get(component, component), 40)

    def never_admitted(self) -> list[str]:
        """Components whose trouble the page never admitted, by the discrepancies that are over."""
        never = []
        for component in self.incident.components:
            about = [r for r in self.records if r.component == component and r.kind is not DiscrepancyKind.OVERSTATED]
            if about and all(r.closed_at is not None and r.page_seen_at is None for r in about):
                never.append(component)
        return never


def data(case: Casefile, now: float) -> dict[str, object]:
    """The report for machines: JSON-able, times in Unix seconds, lags in seconds."""
    incident = case.incident
    page, taken = incident.page_first_at, incident.acknowledged_at
    records = [asdict(record) for record in case.records]
    return {
        "at": now,
        "incident": asdict(incident),
        "service": case.service,
        "draft": incident.status is not IncidentStatus.RESOLVED,
        "duration_s": incident.lasted_s(now),
        "detection_lag_s": incident.opened_at - incident.started_at,
        "page_lag_s": page - incident.started_at if page is not None else None,
        "page_behind_us_s": page - incident.opened_at if page is not None else None,
        "acknowledgement_lag_s": taken - incident.started_at if taken is not None else None,
        "never_admitted": case.never_admitted(),
        "evidence": asdict(case.dossier) if case.dossier else None,
        "discrepancies": records,
        "disagreements": records,  # the former name, written until 1.0
        "timeline": [asdict(line) for line in timeline.merged(incident, case.dossier, case.records, case.names)],
        "deliveries": [
            {
                "subject": r.subject,
                "channel": r.channel,
                "editions": r.version,
                "error": r.error,
                "given_up": bool(r.dead_at),
            }
            for r in case.deliveries
        ],
        "workarounds": list(case.workarounds),
        "follow_ups": list(FOLLOW_UPS),
    }
