"""What anybody may see of a service: no names of people, none of our vantages, no trouble that is only ours. Pure."""

import re
from dataclasses import replace

from bot.core.model.incident import Incident, TimelineEntry
from bot.core.model.measurement import Measurement
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus

SHOWN = frozenset(
    {"opened", "changed", "recovered", "monitoring", "resolved", "status page", "acknowledged by the vendor",
     "page red before", "mentioned"}
)  # fmt: skip
"""Events of a timeline that anybody may read; what people of ours do, and what is done to tell them, is not."""
CALLED_OVER = "called over by a person"
BLIND = "our own checks say nothing of it at the moment"


def outward(standing: ServiceStatus) -> ServiceStatus:
    """The service without what is nobody's business outside."""
    return replace(
        standing,
        voices=tuple(map(_voices, standing.voices)),
        incidents=tuple(outward_incident(i, standing) for i in standing.incidents if is_outward(i)),
        silences=tuple(replace(h, covers=()) for h in standing.silences if h.silence.announced),
        causes=(),
    )


def is_outward(incident: Incident) -> bool:
    """Whether an incident is the vendor's: trouble of one vantage is ours."""
    return incident.scope != "vantage"


def outward_incident(incident: Incident, standing: ServiceStatus) -> Incident:
    """The incident without who of us did what."""
    vantages = {name for voices in standing.voices for name in voices.measured.all_vantages}
    kept = tuple(
        TimelineEntry(entry.at, entry.event, _told(entry, incident, vantages))
        for entry in incident.timeline
        if entry.event in SHOWN and not entry.to
    )
    return replace(
        incident,
        timeline=kept,
        vantage="",
        why=_anonymous(incident.why, vantages),
        acknowledged_at=None,
        acknowledged_by=None,
        silence=incident.silence if incident.announced else None,
        resolved_by=None,
        verdict=(),
        courses=(),
    )


def _told(entry: TimelineEntry, incident: Incident, vantages: set[str]) -> str:
    by_hand = entry.event == "resolved" and incident.resolved_by is not None
    return CALLED_OVER if by_hand else _anonymous(entry.text, vantages)


def _voices(voices: ComponentStatus) -> ComponentStatus:
    quiet = voices.silence if voices.silence is not None and voices.silence.announced else None
    return replace(voices, measured=_measured(voices.measured), silence=quiet)


def _measured(measured: Measurement) -> Measurement:
    numbered = {name: f"vantage {n}" for n, name in enumerate(measured.all_vantages, 1)}
    return replace(
        measured,
        vantages=tuple(numbered.get(name, "one vantage") for name in measured.vantages),
        all_vantages=tuple(numbered.values()),
        request_ids=(),
        blind=BLIND if measured.blind else "",
        why=_anonymous(measured.why, set(numbered)),
    )


def _anonymous(text: str, vantages: set[str]) -> str:
    """The text with the names of vantages taken out."""
    for name in sorted(vantages, key=len, reverse=True):
        text = re.sub(rf"(?<![\w.-]){re.escape(name)}(?![\w.-])", "one vantage", text)
    return text
