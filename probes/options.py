"""The options of check kinds: what may be written in a configuration, and how a wrong one is answered."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_NAMES = {str: "text", int: "a whole number", float: "a number", bool: "true or false", list: "a list", dict: "a table"}


@dataclass(frozen=True, slots=True)
class Option:
    """One option: the types it may have, its default, a line for people.

    `valid` says what was expected instead, or nothing where the value is good.
    """

    types: tuple[type, ...]
    default: Any
    help: str
    valid: Callable[[Any], str] | None = None

    def complaint(self, value: Any) -> str:
        """What was expected, where the value is wrong; else nothing."""
        if isinstance(value, bool):  # a kind of int to Python, and to nobody else
            fits = bool in self.types
        else:
            fits = isinstance(value, self.types) or (isinstance(value, int) and float in self.types)
        if not fits:
            return " or ".join(_NAMES.get(kind, kind.__name__) for kind in self.types)
        return self.valid(value) if self.valid else ""


Options = Mapping[str, Option]


def complaints(options: Options, given: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of key and what was expected there; an unknown key gets an empty expectation."""
    found = []
    for key, value in given.items():
        said = options[key].complaint(value) if key in options else ""
        if said or key not in options:
            found.append((key, said))
    return found


def with_defaults(options: Options, given: Mapping[str, Any]) -> dict[str, Any]:
    """All options of a check, given or default."""
    return {name: given.get(name, option.default) for name, option in options.items()}


def at_least(least: float) -> Callable[[Any], str]:
    """A bound from below."""
    return lambda value: "" if value >= least else f"a number of at least {least:g}"


def within(least: float, most: float) -> Callable[[Any], str]:
    """Bounds from both sides."""
    return lambda value: "" if least <= value <= most else f"a number from {least:g} to {most:g}"


def texts(value: Any) -> str:
    """A list of texts."""
    return "" if all(isinstance(entry, str) for entry in value) else "a list of texts"


def one_of(*words: str) -> Callable[[Any], str]:
    """One of a few words."""
    return lambda value: "" if value in words else f"one of {', '.join(words)}"
