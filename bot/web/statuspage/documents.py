"""The documents of a Statuspage, `/api/v2/*.json`, made from what we measure. Pure.

Paths and shapes are those of https://metastatuspage.com/api, so that whatever polls a Statuspage polls us unmodified;
each object has what the format has no field for under "groundtruth". Services are groups, components their members.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from bot.core.answers.status import headline_of
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.text.quoting import clean
from bot.core.text.symptoms import called, present
from bot.web.statuspage.words import INDICATORS, STATUSES, TOLD, Json, opened_state, stamp, status, unnamed, worst
from bot.web.statuspage.works import Work, work_document, works_of
from probes.model import State

NEWEST = 50
"""Incidents in one document, as on a Statuspage."""


@dataclass(frozen=True, slots=True)
class View:
    """What the documents are made from: the page's title and address, the services, incidents newest first.

    `as_of` is when all this was so, Unix seconds.
    """

    title: str
    url: str
    as_of: float
    standings: Sequence[ServiceStatus] = ()
    incidents: Sequence[Incident] = ()

    @property
    def voices(self) -> list[ComponentStatus]:
        """Every component."""
        return [voices for standing in self.standings for voices in standing.voices]


def _page(view: View) -> Json:
    return {
        "id": "groundtruth",
        "name": view.title,
        "url": view.url,
        "time_zone": "Etc/UTC",
        "updated_at": stamp(view.as_of),
    }


def components(view: View, now: float) -> list[Json]:
    """Each service as a group, followed by its components."""
    found: list[Json] = []
    for standing in view.standings:
        group = f"service.{standing.service}"
        states = [present(voices.measured, now) for voices in standing.voices]
        members = [voices.measured.component for voices in standing.voices]
        head = _component(group, standing.name, worst(states), len(found) + 1)
        found.append(head | {"group": True, "components": members})
        for voices, state in zip(standing.voices, states, strict=True):
            measured = voices.measured
            one = _component(measured.component, called(measured), state, len(found) + 1)
            one |= {"group_id": group, "updated_at": stamp(measured.since or measured.at)}
            one["groundtruth"] |= {"last_result_at": stamp(measured.at)}
            found.append(one)
    return found


def _component(name: str, title: str, state: State, position: int) -> Json:
    why = "No fresh measurement: the state is unknown" if state is State.UNKNOWN else None
    return {
        "id": name,
        "name": clean(title, 80),
        "status": state.value,
        "created_at": None,
        "updated_at": None,
        "position": position,
        "description": why,
        "showcase": False,
        "start_date": None,
        "group_id": None,
        "page_id": "groundtruth",
        "group": False,
        "only_show_if_degraded": False,
        "groundtruth": {"state": state.value, "known": state is not State.UNKNOWN},
    }


def _incident(view: View, incident: Incident, listed: Mapping[str, Json], now: float) -> Json:
    standing = next(s for s in view.standings if s.service == incident.service)
    impact = INDICATORS[opened_state(incident)]
    over = incident.status is IncidentStatus.RESOLVED
    quiet = [entry.at for entry in incident.in_order if entry.event == "monitoring"]
    updates = _updates(incident, listed)
    return {
        "id": incident.id,
        # What a reader sees has its colour in the impact.
        "name": headline_of(unnamed(incident), standing, now).partition(" ")[2],
        "status": STATUSES[incident.status],
        "created_at": stamp(incident.opened_at),
        "updated_at": updates[0]["created_at"] if updates else stamp(incident.opened_at),
        "monitoring_at": stamp(quiet[-1]) if quiet and incident.status is not IncidentStatus.OPEN else None,
        "resolved_at": stamp(incident.resolved_at) if over else None,
        "impact": impact if impact != "unknown" else "minor",
        "shortlink": f"{view.url}/i/{incident.id}" if view.url else None,
        "started_at": stamp(incident.started_at),
        "page_id": "groundtruth",
        "incident_updates": updates,
        "components": [listed[c] for c in (incident.components if over else incident.active) if c in listed],
        "reminder_intervals": None,
    }


def _updates(incident: Incident, listed: Mapping[str, Json]) -> list[Json]:
    """The timeline, newest first, as far as it is for everybody."""
    found: list[Json] = []
    for number, entry in enumerate(incident.in_order):
        said = TOLD.get(entry.event)
        if said is None or entry.to:
            continue
        by_hand = entry.event == "resolved" and incident.resolved_by is not None
        at, first = stamp(entry.at), entry.event == "opened"
        new = incident.state.value if entry.event != "resolved" else State.OPERATIONAL.value
        touched = [
            {"code": c, "name": listed[c]["name"], "old_status": State.OPERATIONAL.value, "new_status": new}
            for c in incident.components
            if (first or entry.event == "resolved") and c in listed
        ]
        found.append({
            "id": f"{incident.id}.{number}",
            "status": said,
            "body": "resolved by a responder" if by_hand else clean(entry.text, 500) or entry.event,
            "incident_id": incident.id,
            "created_at": at,
            "updated_at": at,
            "display_at": at,
            "affected_components": touched or None,
            "deliver_notifications": False,
            "custom_tweet": None,
            "tweet_id": None,
        })  # fmt: skip
    return found[::-1]


def _incidents(view: View, now: float, wanted: Callable[[Incident], bool]) -> list[Json]:
    listed = {one["id"]: one for one in components(view, now)}
    known = {standing.service for standing in view.standings}
    chosen = [i for i in view.incidents if i.service in known and i.scope != "vantage" and wanted(i)]
    return [_incident(view, one, listed, now) for one in chosen[:NEWEST]]


def _maintenances(view: View, now: float, wanted: Callable[[Work], bool]) -> list[Json]:
    listed = {one["id"]: one for one in components(view, now)}
    works = [work for standing in view.standings for work in works_of(standing)]
    return [work_document(work, listed, now) for work in works if work.until > now and wanted(work)]


def document(name: str, view: View, now: float) -> Json | None:
    """The document at `/api/v2/{name}.json`; None where there is none of that name."""
    made = DOCUMENTS.get(name)
    return None if made is None else {"page": _page(view), **made(view, now)}


def _summary(view: View, now: float) -> Json:
    return {
        "components": components(view, now),
        "incidents": _incidents(view, now, _open),
        "scheduled_maintenances": _maintenances(view, now, lambda _: True),
        "status": status(view.voices, now),
    }


def _open(incident: Incident) -> bool:
    return incident.status is not IncidentStatus.RESOLVED


DOCUMENTS: Mapping[str, Callable[[View, float], Json]] = {
    "summary": _summary,
    "status": lambda view, now: {"status": status(view.voices, now)},
    "components": lambda view, now: {"components": components(view, now)},
    "incidents": lambda view, now: {"incidents": _incidents(view, now, lambda _: True)},
    "incidents/unresolved": lambda view, now: {"incidents": _incidents(view, now, _open)},
    "scheduled-maintenances": lambda view, now: {"scheduled_maintenances": _maintenances(view, now, lambda _: True)},
    "scheduled-maintenances/upcoming": lambda view, now: {
        "scheduled_maintenances": _maintenances(view, now, lambda work: work.since > now)
    },
    "scheduled-maintenances/active": lambda view, now: {
        "scheduled_maintenances": _maintenances(view, now, lambda work: work.since <= now)
    },
}
