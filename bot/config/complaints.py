"""Complaints about a configuration: where, which key, what was expected. Never the value: it may be a secret."""

import difflib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

MOST = 100
LONGEST_KEY = 60


@dataclass(frozen=True, slots=True, order=True)
class Place:
    """A line of a file; line 0 stands for the whole (the environment has no lines)."""

    source: str
    line: int

    def __str__(self) -> str:
        return f"{self.source}:{self.line}" if self.line else self.source


@dataclass(frozen=True, slots=True)
class Complaint:
    """One thing that is wrong: `key` is the path to it, or a name from the environment, or "" for the whole file."""

    place: Place
    key: Sequence[str | int]
    expected: str

    def __str__(self) -> str:
        name = dotted(self.key)
        return f"{self.place}: {name}: {self.expected}" if name else f"{self.place}: {self.expected}"


def dotted(key: Sequence[str | int]) -> str:
    """A path as people write it: `services[0].page.url`. Text from the file is bounded and printable."""
    if isinstance(key, str):
        return key
    words = (f"[{step}]" if isinstance(step, int) else f".{printable(step)}" for step in key)
    return "".join(words).removeprefix(".")


def printable(text: str) -> str:
    """Text from a file, cut and without anything that could steer a terminal."""
    cut = text if len(text) <= LONGEST_KEY else f"{text[:LONGEST_KEY]}…"
    return cut if cut.isprintable() else ascii(cut)[1:-1]


def nearest(word: str, known: Iterable[str]) -> str:
    """The known word most like this one, "" where none is near."""
    found = difflib.get_close_matches(word[:LONGEST_KEY].lower(), list(known), n=1, cutoff=0.6)
    return found[0] if found else ""


def unknown(what: str, word: str, known: Iterable[str]) -> str:
    """What to say of an unknown word: the nearest known one, else all of them."""
    names = sorted(known)
    close = nearest(word, names)
    if close:
        return f"unknown {what}; did you mean {close}?"
    return f"unknown {what}; expected one of: {', '.join(names)}" if names else f"unknown {what}; none is expected here"


def lines(complaints: Iterable[Complaint]) -> list[str]:
    """The complaints in the order of the files' lines, each once, no more than a person reads."""
    ordered = sorted(complaints, key=lambda c: (c.place.source, c.place.line))
    texts = list(dict.fromkeys(map(str, ordered)))
    more = len(texts) - MOST
    return texts if more <= 0 else [*texts[:MOST], f"... and {more} more"]
