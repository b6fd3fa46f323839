"""The page's Atom and RSS feeds: incidents with their updates as HTML, newest first. Pure."""

from datetime import datetime
from email.utils import format_datetime
from typing import Any
from xml.sax.saxutils import escape

from bot.demo.page import Documents, Identity


def atom(page: Identity, documents: Documents) -> bytes:
    """`/history.atom`."""
    found = documents.incidents()
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<feed xml:lang="en-US" xmlns="http://www.w3.org/2005/Atom">'
        f"<id>tag:{_host(page)},2005:/history</id><title>{escape(page.name)} Status - Incident History</title>"
        f"<updated>{found['page']['updated_at']}</updated>"
    )
    entries = [
        f"<entry><id>tag:{_host(page)},2005:Incident/{i['id']}</id><published>{i['created_at']}</published>"
        f"<updated>{i['updated_at']}</updated><title>{escape(i['name'])}</title>"
        f'<link rel="alternate" type="text/html" href="{_link(page, i)}"/>'
        f'<content type="html">{escape(_content(i))}</content></entry>'
        for i in found["incidents"]
    ]
    return (head + "".join(entries) + "</feed>").encode()


def rss(page: Identity, documents: Documents) -> bytes:
    """`/history.rss`."""
    head = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{escape(page.name)} Status - Incident History</title><link>{escape(page.url)}</link>"
    )
    items = [
        f"<item><title>{escape(i['name'])}</title><description>{escape(_content(i))}</description>"
        f"<pubDate>{format_datetime(datetime.fromisoformat(i['created_at']))}</pubDate>"
        f"<link>{_link(page, i)}</link><guid>{_link(page, i)}</guid></item>"
        for i in documents.incidents()["incidents"]
    ]
    return (head + "".join(items) + "</channel></rss>").encode()


def _content(incident: dict[str, Any]) -> str:
    paragraphs = []
    for update in incident["incident_updates"]:
        shown = datetime.fromisoformat(update["display_at"])
        day, clock = f"<var data-var='date'>{shown.day}</var>", f"<var data-var='time'>{shown:%H:%M}</var>"
        when = f"<small>{shown:%b} {day}, {clock} UTC</small>"
        words = f"<strong>{update['status'].capitalize()}</strong> - {escape(update['body'])}"
        paragraphs.append(f"<p>{when}<br>{words}</p>")
    return "".join(paragraphs)


def _link(page: Identity, incident: dict[str, Any]) -> str:
    return escape(f"{page.url}/incidents/{incident['id']}")


def _host(page: Identity) -> str:
    return page.url.partition("://")[2]
