"""Reading a JSON body of unknown goodwill: bounded, typed, in the vendor's words."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from probes.dialects.errors import NotUnderstoodError

MAX_BYTES = 8 * 1024 * 1024
"""Google's incidents.json is megabytes; nothing else comes near."""
MAX_BRACKETS = 300_000
MAX_COMMAS = 1_000_000
"""Together they bound the time and memory of parsing: Google's largest page has not a quarter of either."""
MAX_ITEMS = 5000
"""More components or incidents than this is not a status page."""
MAX_TEXT = 300
MAX_TOUCHED = 200
"""Components one incident may touch."""
MAX_ID = 300
MAX_DEPTH = 64

_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]+")
_HTML = re.compile(rb"\s*<(!doctype html|html|head|body)\b", re.IGNORECASE)


def document(body: bytes) -> Any:
    """The JSON value in `body` (UTF-8, -16 or -32, with or without a BOM).

    Raises NotUnderstoodError for anything else: empty, too large, HTML, cut off, too deep.
    """
    sized(body)
    if looks_like_html(body):
        raise NotUnderstoodError("an HTML page instead of JSON")
    if body.count(b"{") + body.count(b"[") > MAX_BRACKETS or body.count(b",") > MAX_COMMAS:
        raise NotUnderstoodError("JSON of too many values")
    try:
        value = json.loads(body, parse_constant=_no_constant)
    except UnicodeDecodeError as error:
        raise NotUnderstoodError("the text is in no encoding of JSON") from error
    except RecursionError as error:
        raise NotUnderstoodError("JSON nested too deeply") from error
    except ValueError as error:
        raise NotUnderstoodError(f"not JSON: {text(str(error), 120)}") from error
    _shallow(value)
    return value


def sized(body: bytes) -> None:
    """Refuse what is empty or too large before looking into it. Raises NotUnderstoodError."""
    if not body.strip(b" \t\r\n"):
        raise NotUnderstoodError("an empty body")
    if len(body) > MAX_BYTES:
        raise NotUnderstoodError(f"a body of {len(body)} bytes; the limit is {MAX_BYTES}")


def looks_like_html(body: bytes) -> bool:
    """Whether the body begins as an HTML page does."""
    return _HTML.match(body[:300].removeprefix(b"\xef\xbb\xbf")) is not None


def mapping(value: Any, what: str) -> Mapping[str, Any]:
    """The value as an object. Raises NotUnderstoodError naming `what`."""
    if not isinstance(value, dict):
        raise NotUnderstoodError(f"{what} is not an object")
    return value


def listing(value: Any, what: str) -> list[Mapping[str, Any]]:
    """The value as a bounded list of objects. Raises NotUnderstoodError naming `what`."""
    if not isinstance(value, list):
        raise NotUnderstoodError(f"{what} is not a list")
    if len(value) > MAX_ITEMS:
        raise NotUnderstoodError(f"{what} has {len(value)} entries; the limit is {MAX_ITEMS}")
    return [mapping(entry, f"an entry of {what}") for entry in value]


def maybe(owner: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    """The list at `key`, empty where the page leaves it out. Raises NotUnderstoodError if it is something else."""
    value = owner.get(key)
    return [] if value is None else listing(value, key)


def ident(value: Any, what: str) -> str:
    """An identifier: text or whole number, never cut (a cut key could meet another). Raises NotUnderstoodError."""
    if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 10**18:
        return str(value)
    found = text(value, MAX_ID + 1)
    if not found or len(found) > MAX_ID:
        raise NotUnderstoodError(f"{what} has no usable id")
    return found


def ids(entries: Iterable[Mapping[str, Any]], *keys: str) -> tuple[str, ...]:
    """The ids of what an incident touches, each once, at the first of `keys` there is; those without are left out."""
    found: dict[str, None] = {}
    for entry in entries:
        value = next((entry[key] for key in keys if entry.get(key)), None)
        known = str(value) if isinstance(value, int) and not isinstance(value, bool) else text(value, MAX_ID + 1)
        if 0 < len(known) <= MAX_ID and len(found) < MAX_TOUCHED:
            found[known] = None
    return tuple(found)


def text(value: Any, limit: int = MAX_TEXT) -> str:
    """Printable text of at most `limit` characters; anything that is not text is empty."""
    if not isinstance(value, str):
        return ""
    return " ".join(_UNPRINTABLE.sub(" ", value[: limit * 4]).split())[:limit]


def link(value: Any) -> str:
    """A web address, or nothing: no other scheme is ever passed on."""
    found = text(value, 1000)
    return found if found.startswith(("https://", "http://")) else ""


def word(value: Any) -> str:
    """An enumeration's word in one form: lower case, joined by underscores."""
    return re.sub(r"[\s_-]+", "_", text(value, 60).lower())


def _no_constant(name: str) -> NoReturn:
    raise NotUnderstoodError(f"{name} is not JSON")


def _shallow(value: Any) -> None:
    level: list[Any] = [value]
    for _ in range(MAX_DEPTH):
        level = [
            inner
            for outer in level
            if isinstance(outer, dict | list)
            for inner in (outer.values() if isinstance(outer, dict) else outer)
        ]
        if not level:
            return
    raise NotUnderstoodError("JSON nested too deeply")
