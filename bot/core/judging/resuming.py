"""Open incidents that a detector does not know of, because its memory was lost, taken up again. Pure.

What stands as an incident must stand in the detector too, or nothing would ever end it. The episode begins again with
what the incident tells of it, and is closed by evidence as any other: its gaps are not known any more, so it takes as
long as one whose gaps are long.
"""

from collections.abc import Iterable

from bot.core.detection.disturbance import Disturbance
from bot.core.detection.episodes import Episodes
from bot.core.detection.latency import LatencyDetector
from bot.core.model.incident import Incident
from probes.model import State


def resume(now: Episodes, incidents: Iterable[Incident]) -> None:
    """Let each open incident stand in the detector where it does not yet."""
    for incident in incidents:
        if incident.kind == "reports":
            continue
        if incident.scope == "vantage":
            _vantage(now, incident)
            continue
        for component in incident.active:
            if incident.kind == "slowness":
                _slow(now, incident, component)
            elif component not in now.standing:
                now.standing[component] = now.groups[component] = incident.opened_at
                now.courses[component] = _course(incident)
                now.detector.settled.add(component)
                now.quiet = False


def _vantage(now: Episodes, incident: Incident) -> None:
    if incident.vantage and incident.vantage not in now.vantages:
        now.vantages[incident.vantage] = _course(incident)
        now.detector.mute(incident.vantage)
        now.quiet = False


def _slow(now: Episodes, incident: Incident, component: str) -> None:
    if component not in now.slowing:
        now.slowing[component] = incident.opened_at
        now.slow[component] = _course(incident)
        now.paces.setdefault(component, LatencyDetector())
        now.quiet = False


def _course(incident: Incident) -> Disturbance:
    course = Disturbance(incident.started_at, incident.opened_at, incident.opened_at)
    course.severity.level = 2 if incident.state is State.MAJOR else 1
    return course
