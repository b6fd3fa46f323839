"""What a template shows of services, components and incidents: words and shapes, no rules. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from bot.core.answers.status import badness, headline_of
from bot.core.model.incident import Incident
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.durations import duration
from bot.core.text.inline import moment
from bot.core.text.quoting import clean, listed
from bot.core.text.silences import hushed
from bot.web.pages.bars import Bar, PastFigures
from bot.web.pages.state_labels import (
    ColouredText,
    SourceStatement,
    StateLabel,
    label_of,
    label_of_incident,
    label_of_service,
    name_of,
    said,
    voices_of,
)

FAILURES = ("failures", "failures lately")
"""How states end that are something a component has, not something it is."""
Pasts = Mapping[str, PastFigures]
"""The past of a service's components, by id."""


@dataclass(frozen=True, slots=True)
class ComponentRow:
    """One component: `bar` is None until its past was read; `quiet` says what work or silence it is under."""

    id: str
    name: str
    service: str
    look: StateLabel
    voices: tuple[SourceStatement, ...]
    bar: Bar | None
    uptime: str
    missing: str
    quiet: str


@dataclass(frozen=True, slots=True)
class ServiceRow:
    """One service: the worst of its components speaks for it; `components` are those that are shown with it."""

    id: str
    name: str
    look: StateLabel
    counts: str
    voices: tuple[SourceStatement, ...]
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
    look: StateLabel
    headline: ColouredText
    components: str
    began: float
    began_words: str
    ended: float | None
    lasted: str


def component_row(
    voices: ComponentStatus, standing: ServiceStatus, past: PastFigures | None, now: float
) -> ComponentRow:
    """A component as its row shows it."""
    quiet = voices.silence
    return ComponentRow(
        id=voices.measured.component,
        name=name_of(voices),
        service=standing.service,
        look=label_of(voices, now),
        voices=voices_of(voices, standing, now),
        bar=past.bar if past is not None else None,
        uptime=past.uptime if past is not None else "unknown",
        missing=past.missing if past is not None else "",
        quiet=hushed(quiet) if quiet is not None and quiet.until > now else "",
    )


def service_row(standing: ServiceStatus, pasts: Pasts, whole: Bar | None, now: float, most: int) -> ServiceRow:
    """A service with the first `most` of its components, beyond that the worst ones; `whole` is its own bar."""
    shown = standing.voices
    if len(shown) > most:
        shown = tuple(sorted(shown, key=lambda v: badness(v, now)))[:most]
    worst = min(standing.voices, key=lambda v: badness(v, now), default=None)
    return ServiceRow(
        id=standing.service,
        name=clean(standing.name, 60),
        look=label_of_service(standing, now),
        counts=counts(standing, now),
        voices=voices_of(worst, standing, now) if worst is not None else (),
        bar=whole,
        uptime=lowest_uptime(list(pasts.values())),
        page_url=standing.page_url,
        components=tuple(component_row(v, standing, pasts.get(v.measured.component), now) for v in shown),
        more=len(standing.voices) - len(shown),
    )


def incident_row(incident: Incident, standing: ServiceStatus, now: float) -> IncidentRow:
    """An incident in a list."""
    names = {v.measured.component: name_of(v) for v in standing.voices}
    end = incident.ended_at
    lasted = duration(incident.lasted_s(now))
    return IncidentRow(
        id=incident.id,
        service=clean(standing.name, 60),
        look=label_of_incident(incident),
        headline=said(headline_of(incident, standing, now)),
        components=listed(names.get(c, clean(c, 40)) for c in incident.components),
        began=incident.started_at,
        began_words=moment(incident.started_at),
        ended=end,
        lasted=lasted if end is not None else f"{lasted} so far",
    )


def counts(standing: ServiceStatus, now: float) -> str:
    """Its components by state: "4 operational, 1 with intermittent failures"."""
    found = Counter(label_of(v, now).word for v in standing.voices)
    return ", ".join(f"{n} {'with ' if word.endswith(FAILURES) else ''}{word}" for word, n in found.most_common())


def lowest_uptime(pasts: Sequence[PastFigures]) -> str:
    """The lowest uptime of a service's components."""
    known = [past for past in pasts if past.up is not None]
    return min(known, key=lambda past: past.up or 0.0).uptime if known else "unknown"
