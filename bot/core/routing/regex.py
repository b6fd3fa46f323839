r"""Regular expressions of a whole value in time that no pattern can blow up. Pure.

Python's own engine tries one way after the other, so that a short pattern can hold a program for hours. Here all ways
go forward together: each part of a pattern turns the set of places it may begin at into the set of places it may end
at. What is known: characters, `.`, `[a-z]`, `[^a-z]`, `\d`, `\w`, `\s`, escaped marks, `( )`, `|`, `*`, `+`, `?`.
"""

import string
from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

LONGEST = 200
"""Characters of a pattern, and of a value that is checked."""
DEEPEST = 10
"""Parentheses within each other."""
KNOWN = 4_000
"""Patterns kept as read: the routes of a configuration are 1,000, asked of every notice in turn."""

Ends = Callable[[str, frozenset[int]], frozenset[int]]
"""From a text and the places where a part may begin to the places where it may end."""
Fits = Callable[[str], bool]
"""Whether one character is meant."""

MARKS = frozenset("\\.[](){}|*+?^$")
SPACE = frozenset(string.whitespace)
CLASSES: dict[str, Fits] = {
    "d": str.isdigit,
    "w": lambda c: c.isalnum() or c == "_",
    "s": SPACE.__contains__,
}


@lru_cache(maxsize=KNOWN)
def pattern(text: str) -> Callable[[str], bool]:
    """Whether a whole value is what a pattern describes.

    Raises:
        ValueError: one sentence on what cannot be read.
    """
    if len(text) > LONGEST:
        raise ValueError(f"a pattern has at most {LONGEST} characters")
    reader = _Reader(text)
    ends = reader.either(0)
    if reader.at < len(text):
        raise ValueError(f"the pattern {text!r} closes a parenthesis that it does not open")
    return lambda value: len(value) <= LONGEST and len(value) in ends(value, frozenset({0}))


@dataclass(slots=True)
class _Reader:
    """Reads a pattern from `at`, part by part."""

    text: str
    at: int = 0

    def either(self, depth: int) -> Ends:
        """Alternatives, to the end or to the parenthesis that closes them."""
        if depth > DEEPEST:
            raise ValueError(f"the pattern {self.text!r} nests more than {DEEPEST} parentheses")
        ways = [self._row(depth)]
        while self._peek() == "|":
            self.at += 1
            ways.append(self._row(depth))
        return ways[0] if len(ways) == 1 else lambda text, starts: frozenset().union(*(w(text, starts) for w in ways))

    def _row(self, depth: int) -> Ends:
        parts = list[Ends]()
        while self._peek() not in ("", "|", ")"):
            parts.append(self._times(self._part(depth)))
        return lambda text, starts: _in_turn(parts, text, starts)

    def _times(self, part: Ends) -> Ends:
        mark = self._peek()
        if mark not in ("*", "+", "?"):
            return part
        self.at += 1
        if self._peek() in ("*", "+", "?"):
            raise ValueError(f"the pattern {self.text!r} repeats a repetition: one of *, + and ? is enough")
        if mark == "?":
            return lambda text, starts: starts | part(text, starts)
        if mark == "*":
            return lambda text, starts: starts | _again(part, text, starts)
        return lambda text, starts: _again(part, text, starts)

    def _part(self, depth: int) -> Ends:
        char = self._next()
        if char == "(":
            if self.text.startswith("?:", self.at):
                self.at += 2
            inner = self.either(depth + 1)
            if self._next() != ")":
                raise ValueError(f"the pattern {self.text!r} opens a parenthesis that it does not close")
            return inner
        if char == ".":
            return _one(lambda _: True)
        if char == "[":
            return _one(self._set())
        if char == "\\":
            return _one(self._escaped())
        if char in MARKS:
            why = "it is about the whole value already" if char in "^$" else f"write \\{char} for the character itself"
            raise ValueError(f"the pattern {self.text!r} has a {char} that means nothing here: {why}")
        return _one(char.__eq__)

    def _set(self) -> Fits:
        without = self._peek() == "^"
        self.at += without
        fits = list[Fits]()
        while (char := self._next()) != "]" or not fits:
            if not char:
                raise ValueError(f"the pattern {self.text!r} opens a [ that it does not close")
            if char == "\\":
                fits.append(self._escaped())
            elif self._peek() == "-" and self.text[self.at + 1 : self.at + 2] not in ("", "]"):
                self.at += 1
                fits.append(_between(char, self._next(), self.text))
            else:
                fits.append(char.__eq__)
        return lambda c: any(fit(c) for fit in fits) is not without

    def _escaped(self) -> Fits:
        char = self._next()
        if (char.isalnum() and char not in CLASSES) or not char:
            raise ValueError(f"the pattern {self.text!r} has \\{char}, of which only \\d, \\w and \\s are known")
        return CLASSES.get(char, char.__eq__)

    def _peek(self) -> str:
        return self.text[self.at : self.at + 1]

    def _next(self) -> str:
        char = self._peek()
        self.at += 1
        return char


def _one(fits: Fits) -> Ends:
    return lambda text, starts: frozenset(i + 1 for i in starts if i < len(text) and fits(text[i]))


def _between(low: str, high: str, text: str) -> Fits:
    if low > high or high == "\\":
        raise ValueError(f"the pattern {text!r} has a range from {low} to {high}")
    return lambda c: low <= c <= high


def _in_turn(parts: list[Ends], text: str, starts: frozenset[int]) -> frozenset[int]:
    for part in parts:
        if not starts:
            # Most patterns of many routes are over at their first character.
            return starts
        starts = part(text, starts)
    return starts


def _again(part: Ends, text: str, starts: frozenset[int]) -> frozenset[int]:
    """Once or more: only places not reached before go on, so that it ends after as many rounds as there are places."""
    reached = fresh = part(text, starts)
    while fresh:
        fresh = part(text, fresh) - reached
        reached |= fresh
    return reached
