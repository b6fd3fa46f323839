"""Incidents as Atom and as JSON Feed: an entry an incident, whose `updated` moves with what happens."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import quote
from xml.sax.saxutils import escape, quoteattr

from aiohttp import web

from bot.core.answers.status import headline_of, snapshot
from bot.core.messages.compose import card
from bot.core.model.announcement import Announcement
from bot.core.model.incident import Incident
from bot.core.model.status import ServiceStatus
from bot.core.text.inline import utc
from bot.core.text.quoting import clean
from bot.web.pages.components import found_service
from bot.web.pages.renderer import PageRenderer
from bot.web.pages.state_labels import said
from bot.web.replies import Body, as_json, reply
from bot.web.routing import Call

ENTRIES = 50
ATOM, FEED = "application/atom+xml; charset=utf-8", "application/feed+json; charset=utf-8"
SINCE = "2026"
"""The year of this feed's tags (RFC 4151): ids stay whatever host the page has."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a feed; times in Unix seconds."""

    id: str
    title: str
    path: str
    published: float
    updated: float
    lines: tuple[tuple[str, str], ...]


def atom(renderer: PageRenderer) -> Any:
    """A handler: the feed as Atom (RFC 4287), of all services or of the one in the path."""

    async def handler(call: Call) -> web.StreamResponse:
        title, where, entries = await _feed(renderer, call)
        base, self_url = base_of(call), base_of(call) + call.request.path
        updated = max((e.updated for e in entries), default=0.0)
        parts = [
            '<?xml version="1.0" encoding="utf-8"?>\n<feed xmlns="http://www.w3.org/2005/Atom">',
            f"<id>tag:groundtruth,{SINCE}:feed:{_xml(where)}</id><title>{_xml(title)}</title>",
            f"<updated>{_moment(updated)}</updated><author><name>{_xml(title)}</name></author>",
            f'<link rel="self" href={quoteattr(self_url)}/><link href={quoteattr(base + "/")}/>',
            *(_atom_entry(entry, base) for entry in entries),
            "</feed>\n",
        ]
        return reply(call, Body("\n".join(parts).encode(), ATOM), cache="max-age=60")

    return handler


def json_feed(renderer: PageRenderer) -> Any:
    """A handler: the same as JSON Feed 1.1."""

    async def handler(call: Call) -> web.StreamResponse:
        title, _, entries = await _feed(renderer, call)
        base = base_of(call)
        feed = {
            "version": "https://jsonfeed.org/version/1.1",
            "title": title,
            "home_page_url": f"{base}/",
            "feed_url": base + call.request.path,
            "items": [_json_item(entry, base) for entry in entries],
        }
        body = as_json(feed)
        body.kind = FEED
        return reply(call, body, cache="max-age=60")

    return handler


def base_of(call: Call) -> str:
    """The address people know the page by: as configured, else as it was asked for."""
    settings = call.site.settings.web
    if settings is not None and settings.url:
        return settings.url
    return f"http://{quote(call.request.headers.get('Host', 'localhost')[:200], safe=':.[]-')}"


async def _feed(renderer: PageRenderer, call: Call) -> tuple[str, str, Sequence[Entry]]:
    settings = call.site.settings.web
    title = settings.title if settings is not None else ""
    if "service" in call.params:
        standing = found_service(call)
        standings: Mapping[str, ServiceStatus] = {standing.service: standing}
        title, where = f"{title}: {clean(standing.name, 60)}", standing.service
    else:
        standings, where = call.site.visible(call.visitor), ""
    entries = [_announced(one) for one in call.site.announcements if not where]
    for standing in standings.values():
        known = await renderer.pasts.incidents(standing, inside=call.visitor.inside)
        entries += [_incident(one, standing) for one in known[:ENTRIES]]
    entries.sort(key=lambda e: (-e.updated, e.id))
    return title, where, entries[:ENTRIES]


def _incident(one: Incident, standing: ServiceStatus) -> Entry:
    """The entry of an incident. Its words are as of its last change, so that they move only when it does."""
    updated = max([one.opened_at, one.resolved_at or 0.0, *(entry.at for entry in one.timeline)])
    made = card(snapshot(one, standing, updated), updated)
    return Entry(
        id=f"tag:groundtruth,{SINCE}:incident:{one.service}:{one.id}",
        title=said(headline_of(one, standing, updated)).text,
        path=f"/i/{quote(one.id)}",
        published=one.opened_at,
        updated=updated,
        lines=(
            *((label, utc(text, updated)) for label, text in made.lines),
            *((entry.event, entry.text) for entry in one.in_order),
        ),
    )


def _announced(one: Announcement) -> Entry:
    name = f"tag:groundtruth,{SINCE}:announcement:{one.id}"
    return Entry(name, one.text, "/", one.at, one.at, (("Announcement", one.text),))


def _atom_entry(entry: Entry, base: str) -> str:
    words = "\n".join(f"{label}: {text}" if label else text for label, text in entry.lines)
    return (
        f"<entry><id>{_xml(entry.id)}</id><title>{_xml(entry.title)}</title>"
        f"<link href={quoteattr(base + entry.path)}/>"
        f"<published>{_moment(entry.published)}</published><updated>{_moment(entry.updated)}</updated>"
        f'<content type="text">{_xml(words)}</content></entry>'
    )


def _json_item(entry: Entry, base: str) -> dict[str, str]:
    return {
        "id": entry.id,
        "url": base + entry.path,
        "title": clean(entry.title, 300),
        "content_text": "\n".join(f"{label}: {text}" if label else text for label, text in entry.lines),
        "date_published": _moment(entry.published),
        "date_modified": _moment(entry.updated),
    }


def _xml(text: str) -> str:
    return escape("\n".join(clean(line, 1_000) for line in text.split("\n")))


def _moment(at: float) -> str:
    return f"{datetime.fromtimestamp(at, UTC):%Y-%m-%dT%H:%M:%SZ}"
