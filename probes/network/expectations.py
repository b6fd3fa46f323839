"""What a check expects of an answer: statuses, a text, a place in JSON. Pure."""

import json
import re
from collections.abc import Iterable, Mapping
from typing import Any
from urllib.parse import urlsplit

_RANGE = 'statuses such as 200, "200-299" or a list of them'

MISSING = object()
"""What `at_path` gives where the path leads nowhere."""


def status_matches(status: int, expected: Iterable[int | str]) -> bool:
    """Whether a status is among the expected ones; each is a number or a range such as "200-299"."""
    return any(low <= status <= high for low, high in map(_bounds, expected))


def _bounds(entry: int | str) -> tuple[int, int]:
    low, _, high = str(entry).partition("-")
    return int(low), int(high or low)


def valid_statuses(value: Any) -> str:
    """What was expected instead, for an option; nothing where it is good."""
    entries = value if isinstance(value, list) else [value]
    try:
        good = all(100 <= low <= high <= 599 for low, high in map(_bounds, entries))
    except ValueError:
        good = False
    return "" if entries and good else _RANGE


def at_path(document: Any, path: str) -> Any:
    """The value at a dotted path such as "data.0.state" (numbers are places in lists), or MISSING."""
    for step in path.split("."):
        match document:
            case dict() if step in document:
                document = document[step]
            case list() if step.isdecimal() and int(step) < len(document):
                document = document[int(step)]
            case _:
                return MISSING
    return document


def unmet(body: bytes, text: str, path: str, value: Any) -> str:
    """What is missing in a body, in a few words; nothing where all is there.

    With a `path` and no `value` (None), anything at the path will do.
    """
    if text and text not in body.decode("utf-8", "replace"):
        return "the expected text is missing"
    if not path:
        return ""
    try:
        document = json.loads(body)
    except (ValueError, RecursionError):
        return "JSON was expected"
    found = at_path(document, path)
    if found is MISSING:
        return f"nothing at {path}"
    if value is not None and (found != value or isinstance(found, bool) != isinstance(value, bool)):
        return f"another value at {path}"
    return ""


ANYWHERE = ("https://*", "http://*")
"""Ends that only say whether the last answer came over TLS."""


def valid_end(value: str) -> str:
    """What was expected instead of a place where redirects end; nothing where it is good."""
    try:
        good = not value or value.startswith("/") or value in ANYWHERE or bool(_web(value).hostname)
    except ValueError:
        good = False
    return "" if good else "an http:// or https:// address or a path such as /app"


def ends_elsewhere(url: str, expected: str) -> str:
    """Where the answer came from instead, in a few words; nothing where it is the place expected.

    `expected` is an address or a path; a "*" at its end stands for any rest, and the query counts only where it names
    one. "https://*" is any address that is asked over TLS.
    """
    if not expected or (expected in ANYWHERE and url.startswith(expected.removesuffix("*"))):
        return ""
    wanted, any_rest = expected.removesuffix("*"), expected.endswith("*")
    found, there = _place(url, wanted), _place(wanted, wanted)
    if found == there or (any_rest and found.startswith(there)):
        return ""
    return f"the answer came from {_place(url, '')}"


def _place(url: str, like: str) -> str:
    """An address in one spelling; only its path, and without its query, where `like` is written so."""
    parts = urlsplit(url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query and "?" in like else "")
    if like.startswith("/"):
        return path
    usual = {"http": 80, "https": 443}.get(parts.scheme)
    port = f":{parts.port}" if parts.port and parts.port != usual else ""
    return f"{parts.scheme}://{parts.hostname}{port}{path}"


def _web(value: str) -> Any:
    parts = urlsplit(value)
    if parts.scheme not in ("http", "https") or parts.username is not None:
        raise ValueError
    return parts


def valid_headers(value: str | Mapping[Any, Any]) -> str:
    """What was expected instead of headers that an answer must have; nothing where it is good."""
    names = [value] if isinstance(value, str) else list(value)
    texts = [] if isinstance(value, str) else list(value.values())
    good = all(isinstance(n, str) and re.fullmatch(r"[A-Za-z0-9!#$%&'*+.^_`|~-]+", n) for n in names)
    return "" if good and all(isinstance(t, str) for t in texts) else "a header's name, or names with a text for each"


def headers_missing(headers: Mapping[str, str], expected: str | Mapping[str, str]) -> str:
    """The first header that is missing or says something else; nothing where all are there. Names in any case."""
    wanted = {expected: ""} if isinstance(expected, str) else expected
    given = {name.lower(): text for name, text in headers.items()}
    for name, text in wanted.items():
        if name.lower() not in given:
            return f"no header {name}"
        if text not in given[name.lower()]:
            return f"another value in header {name}"
    return ""
