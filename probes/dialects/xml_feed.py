"""RSS and Atom to entries, by expat alone: no document type, no entity of its own, bounded in every direction."""

import html
import re
from dataclasses import dataclass, field
from xml.parsers import expat

from probes.dialects import times
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.shapes import MAX_TEXT, link, looks_like_html, sized, text

MAX_XML_BYTES = 2 * 1024 * 1024
MAX_ELEMENTS = 50_000
MAX_ENTRIES = 1000
MAX_DEPTH = 64
MAX_CATEGORIES = 20
_MAX_FIELD = 40_000

_ENCODINGS = frozenset({"utf-8", "utf-16", "us-ascii", "iso-8859-1"})
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]{1,40})["']""")
_TAG = re.compile(r"<[^<>]{0,1000}>")
_ITEMS = frozenset({"item", "entry"})
_FIELDS = {
    "id": "id",
    "guid": "id",
    "title": "title",
    "link": "link",
    "description": "body",
    "summary": "summary",
    "content": "body",
    "encoded": "body",
    "pubdate": "published",
    "published": "published",
    "date": "published",
    "updated": "updated",
    "category": "category",
}


@dataclass(frozen=True, slots=True)
class Entry:
    """One item of a feed. `html` is the body as sent, `text` the same without tags; times are the feed's."""

    id: str
    title: str
    link: str
    html: str
    text: str
    published: float | None
    updated: float | None
    categories: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Feed:
    """A channel: `about` is what it says of itself (title, link, generator, id), in lower case.

    `built` is when it says it was last built (RSS's `lastBuildDate`), Unix seconds.
    """

    title: str
    about: str
    entries: tuple[Entry, ...]
    built: float | None = None


@dataclass(slots=True)
class _Reading:
    """What expat's callbacks gather."""

    path: list[str] = field(default_factory=list)
    about: list[str] = field(default_factory=list)
    title: str = ""
    built: float | None = None
    entries: list[Entry] = field(default_factory=list)
    item_depth: int = 0
    field_depth: int = 0
    fields: dict[str, list[str]] = field(default_factory=dict)
    gathered: list[str] = field(default_factory=list)
    size: int = 0
    elements: int = 0


def looks_like_xml(body: bytes) -> bool:
    """Whether the body begins as XML (and not HTML) does, in UTF-8 or UTF-16."""
    start = body[:200].replace(b"\x00", b"").lstrip(b"\xef\xbb\xbf\xfe\xff \t\r\n")
    return start.startswith(b"<") and not looks_like_html(start)


def read_feed(body: bytes) -> Feed:
    """The feed in `body`. Raises NotUnderstoodError for HTML, a document type, another root, broken XML."""
    _check(body)
    reading = _Reading()
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = lambda name, attributes: _start(reading, name, attributes)
    parser.EndElementHandler = lambda name: _end(reading, name)
    parser.CharacterDataHandler = lambda data: _data(reading, data)
    try:
        parser.Parse(body, True)
    except expat.ExpatError as error:
        raise NotUnderstoodError(f"not well-formed XML: {text(str(error), 120)}") from error
    return Feed(reading.title, " ".join(reading.about).lower(), tuple(reading.entries), reading.built)


def plain(markup: str) -> str:
    """The words of a piece of HTML."""
    return text(html.unescape(_TAG.sub(" ", markup)), 4000)


def _check(body: bytes) -> None:
    sized(body)
    if len(body) > MAX_XML_BYTES:
        raise NotUnderstoodError(f"a feed of {len(body)} bytes; the limit is {MAX_XML_BYTES}")
    if looks_like_html(body):
        raise NotUnderstoodError("an HTML page instead of a feed")
    if not looks_like_xml(body):
        raise NotUnderstoodError("not XML")
    declared = _DECLARED.search(body[:300])
    if declared and declared[1].decode("ascii").lower() not in _ENCODINGS:
        raise NotUnderstoodError("a feed in an unusual encoding")


def _refuse(*_: object) -> None:
    raise NotUnderstoodError("XML with a document type of its own")


def _start(reading: _Reading, name: str, attributes: dict[str, str]) -> None:
    local = name.rpartition(":")[2].lower()
    if not reading.path and local not in {"rss", "feed", "rdf"}:
        raise NotUnderstoodError(f"XML that is no feed: <{text(name, 60)}>")
    reading.path.append(local)
    reading.elements += 1
    if reading.elements > MAX_ELEMENTS:
        raise NotUnderstoodError(f"more than {MAX_ELEMENTS} elements")
    if len(reading.path) > MAX_DEPTH:
        raise NotUnderstoodError("XML nested too deeply")
    depth = len(reading.path)
    if local in _ITEMS and not reading.item_depth:
        if len(reading.entries) >= MAX_ENTRIES:
            raise NotUnderstoodError(f"more than {MAX_ENTRIES} items")
        reading.item_depth, reading.fields = depth, {}
    elif not reading.field_depth:
        reading.field_depth, reading.gathered, reading.size = _field_at(reading, depth), [], 0
        if reading.field_depth and local == "link" and attributes.get("rel", "alternate") == "alternate":
            reading.gathered.append(attributes.get("href", ""))
        if reading.field_depth and local == "category":
            reading.gathered.append(attributes.get("term", ""))


def _field_at(reading: _Reading, depth: int) -> int:
    """The depth itself where a field begins: a child of an item, or of the channel outside items."""
    if reading.item_depth:
        return depth if depth == reading.item_depth + 1 else 0
    return depth if depth in {2, 3} and reading.path[-1] != "channel" else 0


def _data(reading: _Reading, data: str) -> None:
    if reading.field_depth and reading.size < _MAX_FIELD:
        reading.gathered.append(data)
        reading.size += len(data)


def _end(reading: _Reading, name: str) -> None:
    local, depth = name.rpartition(":")[2].lower(), len(reading.path)
    reading.path.pop()
    if reading.field_depth == depth:
        reading.field_depth = 0
        _keep(reading, local, "".join(reading.gathered)[:_MAX_FIELD])
    if reading.item_depth == depth:
        reading.item_depth = 0
        reading.entries.append(_entry(reading.fields))


def _keep(reading: _Reading, local: str, value: str) -> None:
    if reading.item_depth:
        key = _FIELDS.get(local)
        kept = reading.fields.setdefault(key, []) if key else []
        if len(kept) < MAX_CATEGORIES:
            kept.append(value)
    elif local == "lastbuilddate":
        reading.built = reading.built or times.any_of(text(value, 60))
    elif local in {"title", "link", "generator", "id", "description", "subtitle"} and len(reading.about) < 10:
        reading.about.append(text(value))
        if local == "title":
            reading.title = reading.title or text(value)


def _entry(fields: dict[str, list[str]]) -> Entry:
    def first(key: str) -> str:
        return next((value for value in fields.get(key, []) if value.strip()), "")

    body = first("body") or first("summary")
    return Entry(
        id=text(first("id"), 300),
        title=plain(first("title"))[:MAX_TEXT],
        link=_address(text(first("link"), 1000)),
        html=body,
        text=plain(f"{first('summary')} {body}" if first("summary") != body else body),
        published=times.any_of(text(first("published"), 60)),
        updated=times.any_of(text(first("updated"), 60)),
        categories=tuple(word for value in fields.get("category", []) if (word := text(value, 100))),
    )


def _address(value: str) -> str:
    """A web address; one written without its scheme, as some pages do, gets https."""
    if re.match(r"[a-z0-9-]+(\.[a-z0-9-]+)+/", value):
        return f"https://{value}"
    return link(value)
