"""The small change of rows: bounded writing and distrustful reading of texts, numbers, words and lists."""

import math
from collections.abc import Callable, Iterable, Sequence
from enum import StrEnum
from typing import Any, TypeVar

WORD, LINE, TEXT = 100, 300, 600
"""Longest word (ids, symptoms), line (names, addresses) and text for people, in characters."""

E = TypeVar("E", bound=StrEnum)
T = TypeVar("T")


def cut(text: str, most: int = WORD) -> str:
    """At most so many characters."""
    return text if len(text) <= most else text[: most - 1] + "…"


def finite(number: float | None, digits: int) -> float | None:
    """A number rounded, a whole one without its `.0`; None for what is none."""
    if number is None or not math.isfinite(number):
        return None
    rounded = round(number, digits)
    return int(rounded) if rounded == int(rounded) else rounded


def word(member: StrEnum, default: StrEnum) -> str | None:
    """A word of an enumeration, None for the usual one."""
    return None if member is default else member.value


def short(items: list[Any]) -> list[Any]:
    """Without the empty tail."""
    while items and items[-1] is None:
        items.pop()
    return items


def text(value: object, most: int = WORD) -> str:
    """Text, "" where there is none. Raises TypeError, as all below do."""
    if value is None:
        return ""
    if not isinstance(value, str):
        raise TypeError("text expected")
    return cut(value, most)


def number(value: object) -> float:
    """A finite number."""
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise TypeError("number expected")
    return value


def maybe(read: Callable[[object], T], value: object) -> T | None:
    """What `read` makes of a value that may be missing."""
    return None if value is None else read(value)


def whole(value: object) -> int:
    """A whole number."""
    return int(number(value))


def member(kind: type[E], value: object, default: E, unknown: E) -> E:
    """A word of an enumeration; `unknown` for one that a newer version knows."""
    if value is None:
        return default
    return next((member for member in kind if member.value == value), unknown)


def pad(items: Sequence[Any], length: int) -> list[Any]:
    """Exactly so many."""
    return [*items[:length], *[None] * (length - len(items))]


def bounded(items: object, most: int) -> Iterable[Any]:
    """At most so many entries of a list."""
    if items is None:
        return ()
    if not isinstance(items, list):
        raise TypeError("list expected")
    return items[:most]
