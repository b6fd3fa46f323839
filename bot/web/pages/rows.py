"""What a template shows of services, components and incidents: words and shapes, no rules. Pure."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.answers.history import share_up
from bot.core.answers.status import badness, headline_of
from bot.core.history.ranges import RangeHistory, uptime
from bot.core.model.incident import Incident
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.durations import clock, duration
from bot.core.text.people import hushed
from bot.core.text.quoting import clean, listed
from bot.web.pages.bars import Bar, bar_of, bar_of_all
from bot.web.pages.looks import (
    Look,
    Said,
    Voice,
    look_of,
    look_of_incident,
    look_of_service,
    name_of,
    said,
    voices_of,
)

Pasts = Mapping[str, RangeHistory]
"""The past of a service's components, by id."""


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One component: `bar` is None until its past was read; `quiet` says what work or silence it is under."""

    id: str
    name: str
    service: str
    look: Look
    voices: tuple[Voice, ...]
    bar: Bar | None
    uptime: str
    missing: str
    quiet: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service: the worst of its components speaks for it; `components` are those that are shown with it."""

    id: str
    name: str
    look: Look
    counts: str
    voices: tuple[Voice, ...]
    bar: Bar | None
    uptime: str
    page_url: str
    components: tuple[ComponentRow, ...]
    more: int


@dataclass(frozen=True, slots=True)
class IncidentRow:
    """One incident: its headline as in every channel, where it stands, and how long it has lasted."""

    id: str
    service: str
    look: Look
    headline: Said
    components: str
    began: float
    began_words: str
    ended: float | None
    lasted: str


def component_row(
    voices: ComponentStatus, standing: ServiceStatus, past: RangeHistory | None, now: float
) -> ComponentRow:
    """A component as its row shows it."""
    quiet = voices.silence
    return ComponentRow(
        id=voices.measured.component,
        name=name_of(voices),
        service=standing.service,
        look=look_of(voices, now),
        voices=voices_of(voices, standing, now),
        bar=bar_of(past) if past is not None and past.points else None,
        uptime=uptime_words(past),
        missing=missing_words(past),
        quiet=hushed(quiet, now) if quiet is not None and quiet.until > now else "",
    )


def service_row(standing: ServiceStatus, pasts: Pasts, now: float, most: int) -> ServiceRow:
    """A service with the first `most` of its components; beyond that those in trouble come first."""
    shown = standing.voices
    if len(shown) > most:
        shown = tuple(sorted(shown, key=lambda v: badness(v, now)))[:most]
    worst = min(standing.voices, key=lambda v: badness(v, now), default=None)
    bars = [pasts[v.measured.component] for v in standing.voices if v.measured.component in pasts]
    return ServiceRow(
        id=standing.service,
        name=clean(standing.name, 60),
        look=look_of_service(standing, now),
        counts=counts(standing, now),
        voices=voices_of(worst, standing, now) if worst is not None else (),
        bar=bar_of_all(bars) if bars else None,
        uptime=lowest_uptime(bars),
        page_url=standing.page_url,
        components=tuple(component_row(v, standing, pasts.get(v.measured.component), now) for v in shown),
        more=len(standing.voices) - len(shown),
    )


def incident_row(incident: Incident, standing: ServiceStatus, now: float) -> IncidentRow:
    """An incident in a list."""
    names = {v.measured.component: name_of(v) for v in standing.voices}
    end = incident.resolved_at
    lasted = duration((now if end is None else end) - incident.started_at)
    return IncidentRow(
        id=incident.id,
        service=clean(standing.name, 60),
        look=look_of_incident(incident),
        headline=said(headline_of(incident, standing, now)),
        components=listed(names.get(c, clean(c, 40)) for c in incident.components),
        began=incident.started_at,
        began_words=clock(incident.started_at, now),
        ended=end,
        lasted=lasted if end is not None else f"{lasted} so far",
    )


def counts(standing: ServiceStatus, now: float) -> str:
    """Its components by state: "4 operational, 1 down"."""
    found = Counter(look_of(v, now).word for v in standing.voices)
    return ", ".join(f"{n} {word}" for word, n in found.most_common())


def uptime_words(past: RangeHistory | None) -> str:
    """The uptime over a span, as the desk says it."""
    up = uptime(past.sums) if past is not None else None
    return share_up(up) if up is not None else "unknown"


def missing_words(past: RangeHistory | None) -> str:
    """How much of a span was not measured, "" where that is next to nothing."""
    if past is None or past.unknown_s < past.span.seconds / 1000:
        return ""
    return f"{duration(past.unknown_s)} of {duration(past.span.seconds)} not measured"


def lowest_uptime(pasts: list[RangeHistory]) -> str:
    """The lowest uptime of a service's components."""
    found = [up for past in pasts if (up := uptime(past.sums)) is not None]
    return share_up(min(found)) if found else "unknown"
