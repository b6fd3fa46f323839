"""Tips: what helps meanwhile, one Markdown file a tip with its conditions on top, and which of them to show. Pure.

A file is front matter between two `---` lines, then the step as one line, then prose for whoever wants to know more.
Keys: `layers` (where it helps; absent: anywhere), `unless` (where it does not), `when` (part, all, slow), `rank` (lower
goes first), `source` (an https address, or "common practice") and `checked` (the day someone last held it to that).
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import TypeVar

from probes.model import Layer

FENCE = "---"
COMMON = "common practice"
NEEDED = ("when", "rank", "source", "checked")
KEYS = ("layers", "unless", *NEEDED)
FILE = 4000
"""Characters of a whole file."""
STEP = 120
"""Characters of a step: three of them, numbered, stay within a card's line."""
RANKS = range(1000)

Word = TypeVar("Word", bound=StrEnum)


class When(StrEnum):
    """How the requests fare: a part of them fails, (nearly) all of them fail, they are slow."""

    PART = "part"
    ALL = "all"
    SLOW = "slow"


@dataclass(frozen=True, slots=True)
class Tip:
    """One step and its conditions; no `layers` means any."""

    name: str
    text: str
    layers: frozenset[Layer]
    unless: frozenset[Layer]
    when: frozenset[When]
    rank: int
    source: str
    checked: date
    more: str = ""


def parse(name: str, text: str) -> Tip:
    """The tip a file says.

    Raises:
        ValueError: it cannot be read as a tip; the message has the file and what was expected.
    """
    try:
        return _tip(name, text)
    except ValueError as error:
        raise ValueError(f"tips/{name}.md: {error}") from None


def best(tips: Iterable[Tip], layer: str, when: When, most: int = 3) -> tuple[str, ...]:
    """The steps to show: of tips that name the layer first, then of general ones, by rank; none twice."""
    fits = [t for t in tips if when in t.when and layer not in t.unless and (not t.layers or layer in t.layers)]
    fits.sort(key=lambda t: (not t.layers, t.rank, t.name))
    return tuple(dict.fromkeys(t.text for t in fits))[:most]


def _tip(name: str, text: str) -> Tip:
    if len(text) > FILE:
        raise ValueError(f"{len(text)} characters, expected at most {FILE}")
    lines = text.split("\n")
    if lines[0].rstrip() != FENCE:
        raise ValueError(f"expected {FENCE} on the first line")
    ends = [n for n, line in enumerate(lines) if n and line.rstrip() == FENCE]
    if not ends:
        raise ValueError(f"expected {FENCE} after the conditions")
    said = _conditions(lines[1 : ends[0]])
    step, _, more = "\n".join(lines[ends[0] + 1 :]).strip().partition("\n")
    return Tip(
        name=name,
        text=_step(step.rstrip()),
        layers=_words(said, "layers", Layer),
        unless=_words(said, "unless", Layer),
        when=_words(said, "when", When),
        rank=_value(said, "rank", f"a whole number below {RANKS.stop}", _rank),
        source=_value(said, "source", f'an https address or "{COMMON}"', _source),
        checked=_value(said, "checked", "a day like 2026-11-22", _day),
        more=more.strip(),
    )


def _conditions(lines: Iterable[str]) -> Mapping[str, str]:
    said: dict[str, str] = {}
    for line in lines:
        key, colon, value = (part.strip() for part in line.partition(":"))
        if not colon or key not in KEYS:
            raise ValueError(f"{line[:40]!r}, expected a line `key: value` with a key of {', '.join(KEYS)}")
        if key in said:
            raise ValueError(f"{key} stands twice, expected once")
        said[key] = value
    for key in NEEDED:
        if key not in said:
            raise ValueError(f"no {key}, expected {', '.join(NEEDED)}")
    return said


def _step(step: str) -> str:
    if not step:
        raise ValueError("no text, expected the step as one line under the conditions")
    if len(step) > STEP:
        raise ValueError(f"the step has {len(step)} characters, expected at most {STEP}")
    if not step.isprintable():
        raise ValueError("the step has a character that cannot be printed, expected plain text")
    return step


def _words(said: Mapping[str, str], key: str, kind: type[Word]) -> frozenset[Word]:
    """A list of words with commas between; none if the key is absent."""
    if key not in said:
        return frozenset()
    known = {str(word): word for word in kind}
    found = [word.strip() for word in said[key].split(",")]
    for word in found:
        if word not in known:
            raise ValueError(f"{key}: {word[:40]!r}, expected some of {', '.join(known)}")
    return frozenset(known[word] for word in found)


Value = TypeVar("Value")


def _value(said: Mapping[str, str], key: str, expected: str, read: Callable[[str], Value]) -> Value:
    try:
        return read(said[key])
    except ValueError:
        raise ValueError(f"{key}: {said[key][:40]!r}, expected {expected}") from None


def _rank(text: str) -> int:
    if int(text) not in RANKS:
        raise ValueError(text)
    return int(text)


def _source(text: str) -> str:
    if text != COMMON and not (text.startswith("https://") and text.isprintable() and " " not in text):
        raise ValueError(text)
    return text


def _day(text: str) -> date:
    day = date.fromisoformat(text)
    if day.isoformat() != text:
        raise ValueError(text)
    return day
