"""A body opened once, so that every dialect can say whether it is its own: JSON, a feed, HTML or an event stream."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import document, looks_like_html
from probes.dialects.xml_feed import Feed, looks_like_xml, read_feed

HTML_READ = 400_000
"""Bytes of an HTML page that are looked at."""
NOTHING: Mapping[str, Any] = MappingProxyType({})


@dataclass(frozen=True, slots=True)
class Content:
    """What a body is: at most one of `json`, `feed`, `html` (its beginning, in lower case) and `events` is set.

    `table` and `entries` are the JSON document as an object and as a list of objects, empty where it is neither.
    """

    start: bytes = b""
    json: Any = None
    feed: Feed | None = None
    html: bytes = b""
    events: bytes = b""
    table: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    entries: tuple[Mapping[str, Any], ...] = ()

    def inner(self, key: str) -> Mapping[str, Any]:
        """The object at `key` of the document, empty where there is none."""
        return as_table(self.table.get(key))


def opened(body: bytes) -> Content:
    """The body, opened. Never raises: what is none of these is an empty content."""
    start = body[:64]
    if looks_like_html(body):
        return Content(start, html=body[:HTML_READ].lower())
    if body.lstrip()[:7].lower() in (b"event: ", b"data: {") or body.lstrip().startswith(b"event:"):
        return Content(start, events=body)
    try:
        if looks_like_xml(body):
            return Content(start, feed=read_feed(body))
        value = document(body)
    except NotUnderstoodError:
        return Content(start)
    entries = tuple(entry for entry in value if isinstance(entry, dict)) if isinstance(value, list) else ()
    return Content(start, json=value, table=as_table(value), entries=entries)


def as_table(value: Any) -> Mapping[str, Any]:
    """The object, or an empty one."""
    return value if isinstance(value, dict) else NOTHING


def first(value: Any) -> Mapping[str, Any]:
    """The first object of a list, or an empty one."""
    return as_table(value[0]) if isinstance(value, list) and value else NOTHING
