"""Maintenance in Statuspage's shape: what people announced, and what vendors' pages announce. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from bot.core.incidents.silences import conditions_of, may_reach
from bot.core.model.ids import short_id
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean
from bot.web.statuspage.words import Json, stamp


@dataclass(frozen=True, slots=True)
class Work:
    """One window (Unix seconds) on some components. `vendor`: its page announces it."""

    id: str
    title: str
    since: float
    until: float
    components: tuple[str, ...]
    vendor: bool


def works_of(standing: ServiceStatus) -> list[Work]:
    """The windows of a service, each once, the earliest first."""
    names = [voices.measured.component for voices in standing.voices]
    found: dict[str, Work] = {}
    for held in standing.silences:
        one = held.silence
        if one.work:
            name = one.id or short_id(standing.service, one.target, f"{one.since:.0f}")
            title = clean(one.reason, 200) or f"Maintenance of {clean(standing.name, 60)}"
            found[name] = Work(name, title, one.since, one.until, _touched(one.target, standing.service, names), False)
    for voices in standing.voices:
        for work in voices.heard.works:
            name = short_id(standing.service, work.id, work.title)
            before = found.get(name)
            parts = (*(before.components if before else ()), voices.measured.component)
            title = clean(work.title, 200) or f"Maintenance of {clean(standing.name, 60)}"
            found[name] = Work(name, title, work.since, work.until, tuple(dict.fromkeys(parts)), True)
    return sorted(found.values(), key=lambda work: (work.since, work.id))


def _touched(target: str, service: str, names: list[str]) -> tuple[str, ...]:
    if conditions := conditions_of(target):
        return tuple(name for name in names if may_reach(conditions, service, [name]))
    return tuple(name for name in names if target in {"", service, name})


def work_document(work: Work, listed: Mapping[str, Json], now: float) -> Json:
    """The window as Statuspage lists it."""
    going = work.since <= now
    whose = "announced on the vendor's status page" if work.vendor else "announced here"
    return {
        "id": work.id,
        "name": work.title,
        "status": "in_progress" if going else "scheduled",
        "created_at": None,
        "updated_at": None,
        "monitoring_at": None,
        "resolved_at": None,
        "impact": "maintenance",
        "shortlink": None,
        "started_at": stamp(work.since) if going else None,
        "page_id": "groundtruth",
        "incident_updates": [],
        "components": [listed[name] for name in work.components if name in listed],
        "scheduled_for": stamp(work.since),
        "scheduled_until": stamp(work.until),
        "groundtruth": {"announced": whose},
    }
