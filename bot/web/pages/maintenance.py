"""Maintenance under way and ahead: what vendors and people announce, what comes again; and as a calendar."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from aiohttp import web

from bot.core.text.inline import between, moment
from bot.core.text.quoting import clean, listed
from bot.scheduling.cron import windows
from bot.web.pages.state_labels import name_of
from bot.web.replies import Body, reply
from bot.web.routing import Call

AGAIN = 5
"""Coming windows shown of maintenance that comes again."""
CALENDAR = "text/calendar; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Work:
    """One window: on what, what it says, who says so, from when until when (Unix seconds; None: no stated end)."""

    id: str
    service: str
    what: str
    title: str
    who: str
    since: float
    until: float | None
    now: bool
    when: str


async def maintenance(call: Call) -> dict[str, Any]:
    """What the page shows."""
    works = _works(call)
    return {"going": [w for w in works if w.now], "coming": [w for w in works if not w.now]}


async def calendar(call: Call) -> web.Response:
    """The same as iCalendar (RFC 5545), to subscribe to."""
    lines = ["BEGIN:VCALENDAR", "VERSION:2.0", "PRODID:-//Groundtruth//status//EN", "X-WR-CALNAME:Maintenance"]
    for work in _works(call):
        lines += [
            "BEGIN:VEVENT",
            f"UID:{_text(work.id)}@groundtruth",
            f"DTSTAMP:{_moment(call.now)}",
            f"DTSTART:{_moment(work.since)}",
            *([f"DTEND:{_moment(work.until)}"] if work.until is not None else []),
            f"SUMMARY:{_text(f'Maintenance: {work.what}')}",
            f"DESCRIPTION:{_text(f'{work.title} ({work.who})' if work.title else work.who)}",
            "TRANSP:TRANSPARENT",
            "END:VEVENT",
        ]
    text = "\r\n".join(part for line in [*lines, "END:VCALENDAR"] for part in _folded(line)) + "\r\n"
    return reply(call, Body(text.encode(), CALENDAR), cache="max-age=300")


def _works(call: Call) -> list[Work]:
    """All windows under way and to come, the next first."""
    found = [*_vendors(call), *_peoples(call), *(_recurring(call) if call.visitor.inside else ())]
    return sorted(found, key=lambda work: (work.since, work.what))


def _vendors(call: Call) -> Iterator[Work]:
    for standing in call.site.visible(call.visitor).values():
        windows_ = dict[tuple[str, str, float, float | None], list[str]]()
        for voices in standing.voices:
            for work in voices.heard.works:
                if work.until > call.now:
                    end = None if work.endless else work.until
                    names = windows_.setdefault((work.id, work.title, work.since, end), [])
                    names += [name_of(voices)] if work.named else []
        for (name, title, since, until), names in windows_.items():
            what = listed(names) or clean(standing.name, 40)
            yield _work(call, f"{standing.service}-{name}", standing.service, what, title, "status page", since, until)


def _peoples(call: Call) -> Iterator[Work]:
    for standing in call.site.visible(call.visitor).values():
        names = {v.measured.component: name_of(v) for v in standing.voices}
        for held in standing.silences:
            one = held.silence
            if one.work and not one.announced and one.until > call.now:
                what = clean(names.get(one.target, one.target) or standing.name, 60)
                name = f"{standing.service}-{one.id or one.target}-{one.since:.0f}"
                yield _work(call, name, standing.service, what, one.reason, "announced by us", one.since, one.until)


def _recurring(call: Call) -> Iterator[Work]:
    for place, planned in enumerate(call.site.settings.maintenance):
        for window in windows(planned, call.now, AGAIN):
            if window.begins > call.now:
                what = listed(planned.about)
                name = f"again-{place}-{window.begins:.0f}"
                yield _work(call, name, "", what, planned.reason, "comes again", window.begins, window.ends)


def _work(  # noqa: PLR0913, PLR0917 - a row of a table
    call: Call, name: str, service: str, what: str, title: str, who: str, since: float, until: float | None
) -> Work:
    ends = between(since, until) if until is not None else f"{moment(since)}, no end stated"
    return Work(name, service, what, clean(title, 200), who, since, until, since <= call.now, ends)


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y%m%dT%H%M%SZ}"


def _text(words: str) -> str:
    """A TEXT value: RFC 5545, 3.3.11."""
    plain = clean(words, 400)
    for mark in ("\\", ";", ","):
        plain = plain.replace(mark, f"\\{mark}")
    return plain


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of 75 octets at most (RFC 5545, 3.1)."""
    piece, first = "", True
    for letter in line:
        if len((piece + letter).encode()) > (75 if first else 74):
            yield piece if first else f" {piece}"
            piece, first = "", False
        piece += letter
    yield piece if first else f" {piece}"
