"""A table of another monitor's file that knows what was asked for: whatever never was is listed as not taken."""

import re
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any, NamedTuple, Self

NOTHING: Mapping[str, Any] = MappingProxyType({})
EMPTY: tuple[Any, ...] = (None, "", [], {})
NO_OPTION = "no option of ours says this"
UNITS = {
    "ns": 1e-9,
    "us": 1e-6,
    "µs": 1e-6,
    "ms": 0.001,
    "s": 1.0,
    "m": 60.0,
    "h": 3600.0,
    "d": 86_400.0,
    "w": 604_800.0,
}
WHOLE = re.compile(r"[+-]?[0-9]{1,15}(?:\.0+)?")
DURATION = re.compile(r"(\d+(?:\.\d+)?)(ns|us|µs|ms|s|m|h|d|w)?")


class Skipped(NamedTuple):
    """What was not taken and why; `where` names the check or section it belongs to, "" where it is one itself."""

    where: str
    what: str
    why: str


class Rules(NamedTuple):
    """How keys that are not read are reported: their usual values, which need no line, and why others are left.

    `dump`: a program writes every key, so that 0 and false say nothing.
    """

    usual: Mapping[str, tuple[Any, ...]] = NOTHING
    reasons: Mapping[str, str] = NOTHING
    otherwise: str = NO_OPTION
    dump: bool = False


PLAIN = Rules()


class SourceTable:
    """One table. Create the outermost with `Imported.given`, so that it is asked at the end what was never read."""

    def __init__(self, values: object, where: str, rules: Rules = PLAIN, prefix: str = "") -> None:
        self.where = where
        self.rules = rules
        self._values = values if isinstance(values, dict) else {}
        self._stray = values if not isinstance(values, dict) and values not in EMPTY else None
        self._prefix = prefix
        self._read: set[Any] = set()
        self._below: dict[tuple[Any, int], SourceTable] = {}
        self._left: list[Skipped] = []
        self._dropped = False

    def __contains__(self, key: str) -> bool:
        return self._values.get(key) not in EMPTY

    def __bool__(self) -> bool:
        return bool(self._values)

    def get(self, key: str, default: Any = None) -> Any:
        """The value of a key, which counts as taken from now on."""
        self._read.add(key)
        value = self._values.get(key)
        return default if value is None else value

    def text(self, key: str, default: str = "") -> str:
        """The same as text."""
        return str(self.get(key, default))

    def __iter__(self) -> Iterator[Any]:
        """Its keys, in the file's order. Asking for them takes none."""
        return iter(self._values)

    def table(self, key: str, rules: Rules = PLAIN) -> "SourceTable":
        """The table below a key. What is no table is listed."""
        self._read.add(key)
        if (key, 0) not in self._below:
            self._below[key, 0] = SourceTable(self._values.get(key), self.where, rules, f"{self._prefix}{key}.")
        return self._below[key, 0]

    def tables(
        self, key: str, rules: Rules = PLAIN, named: Callable[[Mapping[str, Any]], str] | None = None
    ) -> list["SourceTable"]:
        """The tables of the list below a key; `named`: the name of each, by its values."""
        self._read.add(key)
        value = self._values.get(key)
        for number, values in enumerate(value if isinstance(value, list) else [value] if value not in EMPTY else [], 1):
            if (key, number) not in self._below:
                where = named(values) if named and isinstance(values, dict) else self.where
                prefix = "" if named else f"{self._prefix}{key}."
                self._below[key, number] = SourceTable(values, where, rules, prefix)
        return [below for (of, number), below in self._below.items() if of == key and number]

    def seconds(self, key: str, default: float, least: float = 1.0, most: float = 86_400.0) -> float:
        """A duration; one that cannot be read, or is not within what a check may have, is said."""
        given = self.get(key)
        if given in EMPTY:
            return default
        value = seconds(given)
        if value is None:
            self.leave(f"{key} {given}", f"expected a duration; {short(default)} is written")
            return default
        within = min(most, max(least, value))
        if within != value:
            self.leave(
                f"{key} {given}", f"a check may have {short(least)} to {short(most)}; {short(within)} is written"
            )
        return within

    def number(self, key: str, default: int | None, least: int, most: int) -> int | None:
        """A whole number; what is none, or is not within what a check may have, is said. `default` None: its own."""
        given = self.get(key)
        if given in EMPTY:
            return default
        value = whole(given)
        if value is None:
            written = "the default counts" if default is None else f"{default} is written"
            self.leave(f"{key} {short_text(given)}", f"expected a number; {written}")
            return default
        within = min(most, max(least, value))
        if within != value:
            self.leave(f"{key} {short_text(given)}", f"expected {least} to {most}; {within} is written")
        return within

    def leave(self, what: str, why: str) -> None:
        """Say that something in it is not taken."""
        self._left.append(Skipped(self.where, f"{self._prefix}{what}", why))

    def drop(self, why: str) -> None:
        """Say that the whole of it is not taken; its keys need no line then."""
        self._dropped = True
        self._left = [Skipped("", self.where, why)]

    def cover(self) -> None:
        """Let what was said elsewhere stand for the whole of it."""
        self._dropped, self._left = True, []

    def skip(self, *keys: str) -> Self:
        """Take keys that configure nothing: numbers and dates that its program keeps for itself."""
        self._read.update(keys)
        return self

    def left(self) -> Iterator[Skipped]:
        """What was said, and every key that was never read."""
        yield from self._left
        if self._dropped:
            return
        if self._stray is not None:
            yield Skipped(
                self.where, self._prefix.rstrip(".") or "it", f"expected a table, not {str(self._stray)[:40]}"
            )
        for key, value in self._values.items():
            if key not in self._read and self._says(key, value):
                why = self.rules.reasons.get(key, self.rules.otherwise)
                yield Skipped(self.where, f"{self._prefix}{key}", why)
        for below in self._below.values():
            yield from below.left()

    def _says(self, key: Any, value: Any) -> bool:
        if value in self.rules.usual.get(key, ()) or value in EMPTY:
            return False
        return bool(value) or not self.rules.dump


def seconds(value: object) -> float | None:
    """A duration as Go, Prometheus and we write it ("1m30s", "500ms", 60), None where it is none."""
    text = str(value).strip().replace(" ", "")
    parts = DURATION.findall(text)
    if not parts or "".join(number + unit for number, unit in parts) != text:
        return None
    return sum(float(number) * UNITS[unit or "s"] for number, unit in parts)


def whole(value: object) -> int | None:
    """A whole number, also one in text, None where it is none."""
    text = short_text(value)
    return int(float(text)) if not isinstance(value, bool) and WHOLE.fullmatch(text) else None


def short_text(value: object) -> str:
    """The beginning of a value, for a sentence about it."""
    return str(value).strip()[:40]


def short(value: float) -> str:
    """Seconds as a file says them."""
    return f"{value:g}s" if value < 60 or value % 60 else f"{value / 60:g}m"
