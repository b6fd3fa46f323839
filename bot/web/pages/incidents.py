"""One incident from its first failure to its postmortem; and all of them by month."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.core.answers.answer import Answer
from bot.core.answers.status import headline_of, snapshot
from bot.core.incidents.evidence import Evidence
from bot.core.messages.compose import card
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.status import ServiceStatus
from bot.core.postmortem import timeline
from bot.core.postmortem.casefile import Casefile
from bot.core.postmortem.report import postmortem
from bot.core.text.durations import duration
from bot.core.text.inline import Style, moment
from bot.core.text.quoting import clean, counted
from bot.core.text.states import TONE, WORDS
from bot.core.text.symptoms import symptom
from bot.web.outward import is_outward, outward_incident
from bot.web.pages import charts
from bot.web.pages.markdown import html
from bot.web.pages.renderer import PageRenderer, missing
from bot.web.pages.rows import incident_row
from bot.web.pages.state_labels import said
from bot.web.replies import Body, reply
from bot.web.routing import Call

WITHIN = ("Messages sent", "To fill in")
"""Sections of a postmortem that are nobody's business outside."""
ROW_WITHIN = "| Acknowledged by a person |"
YEARS = 5


@dataclass(frozen=True, slots=True)
class TimelineRow:
    """One line of a timeline: when, who, what, and the words of others that belong to it."""

    at: str
    who: str
    what: str
    words: str


@dataclass(frozen=True, slots=True)
class PageStatusRow:
    """What the page said of a component from a moment on."""

    at: str
    component: str
    tone: str
    state: str
    words: str


async def found(renderer: PageRenderer, call: Call) -> tuple[Incident, ServiceStatus]:
    """The incident of that id, if this visitor may see it. Raises HttpError."""
    name = clean(call.params["incident"], 40).upper()
    for standing in call.site.visible(call.visitor).values():
        one = await renderer.site.reader.incident(standing.service, name)
        if one is not None and (call.visitor.inside or is_outward(one)):
            return (one if call.visitor.inside else outward_incident(one, standing)), standing
    raise missing("incident")


def incident(renderer: PageRenderer) -> Any:
    """The page of an incident."""

    async def filled(call: Call) -> dict[str, Any]:
        one, standing = await found(renderer, call)
        case, told = await _told(renderer, call, one)
        made = card(snapshot(one, standing, call.now), call.now)
        return {
            "row": incident_row(one, standing, call.now),
            "headline": said(headline_of(one, standing, call.now)),
            "lines": list(made.lines),
            "footer": made.footer,
            "timeline": _timeline(one, case),
            "said": _said(case),
            "facts": _facts(case.dossier, case.names),
            "chart": charts.course(case.dossier, call.now),
            "postmortem": html(told.text),
            "draft": one.status is not IncidentStatus.RESOLVED,
            "service": standing,
        }

    return filled


def report(renderer: PageRenderer) -> Any:
    """The postmortem as Markdown, to be filed."""

    async def handler(call: Call) -> web.StreamResponse:
        one, _ = await found(renderer, call)
        _, told = await _told(renderer, call, one)
        name = {"Content-Disposition": f'inline; filename="postmortem-{one.id}.md"'}
        return reply(call, Body(told.text.encode(), "text/markdown; charset=utf-8"), headers=name)

    return handler


def history(renderer: PageRenderer) -> Any:
    """The incidents of a month, day by day."""

    async def filled(call: Call) -> dict[str, Any]:
        month = _month(call.query("month"), call.now)
        rows = []
        for standing in call.site.visible(call.visitor).values():
            known = await renderer.pasts.incidents(standing, inside=call.visitor.inside)
            rows += [(one, standing) for one in known if _month_of(one.started_at) == month]
        rows.sort(key=lambda pair: -pair[0].started_at)
        days: dict[str, list[Any]] = {}
        for one, standing in rows:
            at = datetime.fromtimestamp(one.started_at, UTC)
            days.setdefault(f"{at:%A}, {at.day} {at:%B}", []).append(incident_row(one, standing, call.now))
        return {
            "month": f"{datetime(month[0], month[1], 1, tzinfo=UTC):%B %Y}",
            "days": days,
            "count": len(rows),
            "before": _named(month, -1),
            "after": _named(month, 1) if _shifted(month, 1) <= _month_of(call.now) else "",
        }

    return filled


async def _told(renderer: PageRenderer, call: Call, one: Incident) -> tuple[Casefile, Answer]:
    """All that is on record of it, and its postmortem; without what is ours where anybody reads it."""
    case = await renderer.site.reader.casefile(one.service, one)
    if call.visitor.inside:
        return case, postmortem(case, call.now)
    evidence = replace(case.dossier, ids=()) if case.dossier else None
    case = replace(case, deliveries=(), dossier=evidence)
    told = postmortem(case, call.now)
    return case, replace(told, text=_without(told.text))


def _without(text: str) -> str:
    """The Markdown without the sections and rows that are ours."""
    head, *sections = text.split("\n## ")
    kept = "\n## ".join([head, *(s for s in sections if not s.startswith(WITHIN))]).rstrip()
    return "\n".join(line for line in kept.split("\n") if not line.startswith(ROW_WITHIN)) + "\n"


def _timeline(one: Incident, case: Casefile) -> list[TimelineRow]:
    return [
        TimelineRow(moment(line.at, Style.SECONDS), line.who, clean(line.what, 400), clean(line.words, 300))
        for line in timeline.merged(one, case.dossier, case.records, case.names)
    ]


def _said(case: Casefile) -> list[PageStatusRow]:
    """What the page said of it, and when."""
    return [
        PageStatusRow(
            moment(one.at, Style.SECONDS),
            case.called(one.component),
            TONE[one.state].value,
            WORDS[one.state],
            clean(one.words, 300),
        )
        for one in (case.dossier.said if case.dossier else ())
    ]


def _facts(dossier: Evidence | None, names: Mapping[str, str]) -> list[tuple[str, str]]:
    """What the failures looked like."""
    if dossier is None:
        return []
    kinds = sorted(((symptom(word), n) for word, n in dossier.symptoms.items()), key=lambda pair: -pair[1])
    where = sorted(
        ((clean(names.get(c, c), 40), n) for c, n in (dossier.components or {}).items()), key=lambda p: -p[1]
    )
    worst = dossier.worst
    facts = [("Symptoms", counted(kinds, 6)), ("By component", counted(where, 8))]
    if worst is not None:
        length = duration(worst.minutes * 60)
        facts.append(("Worst", f"{worst.failed} of {worst.total} checks failed in {length}"))
    return [(label, text) for label, text in facts if text]


def _month(text: str, now: float) -> tuple[int, int]:
    """The month asked for, else the present one."""
    year, _, month = text.partition("-")
    present = _month_of(now)
    if len(text) != 7 or not (year + month).isdecimal() or not 1 <= int(month) <= 12:
        return present
    asked = int(year), int(month)
    return asked if (present[0] - YEARS, present[1]) <= asked <= present else present


def _month_of(at: float) -> tuple[int, int]:
    then = datetime.fromtimestamp(at, UTC)
    return then.year, then.month


def _shifted(month: tuple[int, int], by: int) -> tuple[int, int]:
    number = month[0] * 12 + month[1] - 1 + by
    return number // 12, number % 12 + 1


def _named(month: tuple[int, int], by: int) -> str:
    year, number = _shifted(month, by)
    return f"{year}-{number:02d}"
