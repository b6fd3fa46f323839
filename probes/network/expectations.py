"""What a check expects of an answer: statuses, a text, a place in JSON. Pure."""

import json
from collections.abc import Iterable
from typing import Any

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
