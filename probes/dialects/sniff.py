"""Which dialect a body looks like, to name a page that moved ("looks like incident.io now"). A guess, no reading."""

import re
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, looks_like_html, text
from probes.dialects.xml_feed import Feed, looks_like_xml, read_feed

_ULID = re.compile(r"[0-7][0-9A-HJKMNP-TV-Z]{25}")
_FOOTPRINTS = (
    (b"incident.io", "incident_io"),
    (b"betterstack.com", "betterstack"),
    (b"betteruptime.com", "betterstack"),
    (b"instatus.com", "instatus"),
    (b"openstatus.dev", "openstatus"),
    (b"rootly", "rootly"),
    (b"cachethq", "cachet"),
    (b"cstate", "cstate"),
    (b"statuspage.io", "atlassian"),
)
_HTML_READ = 200_000


def sniff(body: bytes) -> str:
    """The name of the dialect, or "" where nothing fits. Never raises."""
    if looks_like_html(body):
        start = body[:_HTML_READ].lower()
        return next((name for mark, name in _FOOTPRINTS if mark in start), "")
    try:
        if looks_like_xml(body):
            return _of_feed(read_feed(body))
        return _of_json(document(body), body)
    except NotUnderstoodError:
        return ""


def _of_feed(feed: Feed) -> str:
    if "azure" in feed.about:
        return "azure_rss"
    if "amazon" in feed.about or "aws" in feed.about.split():
        return "aws"
    if any(entry.title.endswith((" went down", " recovered")) for entry in feed.entries):
        return "betterstack"
    return "statuspage_feed" if "incident history" in feed.about and "incident.io" not in feed.about else "feed"


def _of_json(value: Any, body: bytes) -> str:
    if isinstance(value, list):
        return _of_list(value, body)
    if not isinstance(value, dict):
        return ""
    data, page = value.get("data"), value.get("page")
    signs = (
        ("cstate", "summaryStatus" in value),
        ("incident_io", "ongoing_incidents" in value or _has(value.get("summary"), "structure")),
        ("betterstack", isinstance(data, dict) and _has(data.get("attributes"), "aggregate_state")),
        ("instatus", "activeIncidents" in value or _has(page, "status") or _shouting(value.get("components"))),
        (_of_statuspage(page), isinstance(page, dict)),
        ("cachet", "data" in value),
        ("openstatus", value.keys() == {"status"} and isinstance(value["status"], str)),
    )
    return next((name for name, fits in signs if fits), "")


def _of_statuspage(page: Any) -> str:
    if not isinstance(page, dict):
        return ""
    key = text(page.get("id"), 40)
    if not key:
        return "rootly"
    return "incident_io" if _ULID.fullmatch(key) else "atlassian"


def _of_list(entries: list[Any], body: bytes) -> str:
    if not entries:
        return "aws" if body[:2] in {b"\xfe\xff", b"\xff\xfe"} else ""
    if _has(entries[0], "arn"):
        return "aws"
    return "google" if _has(entries[0], "external_desc") or _has(entries[0], "affected_products") else ""


def _shouting(components: Any) -> bool:
    """Instatus writes its states in capitals."""
    first = components[0] if isinstance(components, list) and components else None
    return isinstance(first, dict) and isinstance(first.get("status"), str) and first["status"].isupper()


def _has(value: Any, key: str) -> bool:
    return isinstance(value, dict) and key in value
