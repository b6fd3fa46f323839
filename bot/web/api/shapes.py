"""What the store keeps as the API's models: the same figures as the desk's answers. Pure."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from bot.core.answers.status import headline_of, we_see
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.measurement import Measurement
from bot.core.model.report import Reports
from bot.core.model.severity import SEVERITY
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import utc
from bot.core.text.people import person
from bot.core.text.quoting import clean
from bot.core.text.symptoms import called, present, quieted, suspected
from bot.web.api import models
from bot.web.metrics.collector import page_state
from bot.web.statuspage.words import TOLD, unnamed, worst
from probes.model import State

LEAST = {"operational": 0, "degraded": 1, "partial": 2}
"""The words of `at_least`: how severe a state may be at most."""


def component(standing: ServiceStatus, voices: ComponentStatus, now: float, *, inside: bool) -> models.Component:
    """One component."""
    measured, reports = voices.measured, voices.reports
    state = present(measured, now)
    counted = state is not State.UNKNOWN and measured.total > 0
    going = next((i.id for i in standing.incidents if measured.component in i.active), None)
    return models.Component(
        id=measured.component,
        service=standing.service,
        name=called(measured),
        state=state,
        # Colour is for those who see it; the word stands behind it.
        summary=utc(we_see(measured, now), now).partition(" ")[2],
        since=measured.since,
        last_result_at=measured.at,
        suspicious=state is not State.UNKNOWN and suspected(measured),
        quiet=quieted(measured, now),
        failure=_ratio(measured) if counted and not measured.slow else None,
        slow=_ratio(measured) if counted and measured.slow else None,
        latency_ms=measured.latency_ms if state is not State.UNKNOWN else None,
        usual_latency_ms=measured.usual_latency_ms,
        page=_page(voices, now) if standing.page_url else None,
        reports=_reports(reports),
        incident=going,
        vantages=measured.all_vantages if inside else None,
    )


def _ratio(measured: Measurement) -> models.Ratio:
    return models.Ratio(
        ratio=measured.rate,
        low=measured.low,
        high=measured.high,
        failed=measured.failed,
        total=measured.total,
        window_s=measured.window_s,
    )


def _reports(reports: Reports) -> models.Voices:
    apps = models.AppCounts(**asdict(reports.apps)) if reports.apps is not None else None
    return models.Voices(
        affected=reports.affected, works=reports.works, usual=reports.usual, window_s=reports.window_s, apps=apps
    )


def _page(voices: ComponentStatus, now: float) -> models.PageWord:
    heard = voices.heard
    return models.PageWord(
        state=page_state(heard, now),
        words=clean(heard.words, 300),
        read_at=heard.read_at,
        unreadable=clean(heard.unreadable, 200),
    )


def at_least(state: State, word: str) -> bool:
    """Whether a state is no worse than the word says; what is unknown or under maintenance never is."""
    severity = SEVERITY.get(state)
    return severity is not None and severity <= LEAST[word]


def service(standing: ServiceStatus, now: float) -> models.Service:
    """One service."""
    return models.Service(
        id=standing.service,
        name=standing.name,
        state=worst(present(voices.measured, now) for voices in standing.voices),
        components=tuple(voices.measured.component for voices in standing.voices),
        incidents=tuple(incident.id for incident in standing.incidents),
        page_url=standing.page_url,
        usual_lag_s=standing.usual_lag_s,
    )


def incident(one: Incident, standing: ServiceStatus, now: float, *, inside: bool) -> models.IncidentSummary:
    """One incident; what people did to it is for those inside."""
    shown = one if inside else unnamed(one)
    by = one.acknowledged_by
    return models.IncidentSummary(
        id=one.id,
        service=one.service,
        kind=one.kind,
        status=one.status,
        state=one.state if one.status is not IncidentStatus.RESOLVED else State.OPERATIONAL,
        worst=one.worst,
        headline=headline_of(shown, standing, now).partition(" ")[2],
        components=one.components,
        active=one.active,
        scope=one.scope,
        started_at=one.started_at,
        opened_at=one.opened_at,
        ended_at=one.ended_at,
        resolved_at=one.resolved_at,
        peak_failure_ratio=one.peak_rate,
        page_first_at=one.page_first_at,
        reports=one.reports,
        acknowledged=one.acknowledged_at is not None if inside else None,
        acknowledged_by=person(by) if inside and by else None,
        silenced_until=one.silenced_until if inside else None,
    )


def timeline(one: Incident, *, inside: bool) -> tuple[models.TimelineLine, ...]:
    """The lines by time; for anybody those that are not about people."""
    lines = []
    for entry in one.in_order:
        if not inside and (entry.to or entry.event not in TOLD):
            continue
        by_hand = not inside and entry.event == "resolved" and one.resolved_by is not None
        text = "resolved by a responder" if by_hand else clean(entry.text, 500)
        lines.append(models.TimelineLine(at=entry.at, event=entry.event, text=text))
    return tuple(lines)


def history(data: Mapping[str, Any]) -> models.History:
    """One component's past, from the data behind the desk's answer."""
    incidents = tuple(incident["id"] for incident in data["incidents"])
    return models.History.model_validate({**data, "incidents": incidents})


def silences(standing: ServiceStatus) -> list[models.SilenceRow]:
    """The silences and windows of a service."""
    return [
        models.SilenceRow(
            id=held.silence.id,
            service=standing.service,
            what=held.silence.target,
            since=held.silence.since,
            until=held.silence.until,
            by=person(held.silence.by),
            reason=clean(held.silence.reason, 200),
            maintenance=held.silence.work,
            covers=held.covers,
        )
        for held in standing.silences
    ]
