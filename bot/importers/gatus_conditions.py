"""Gatus's conditions as the options of our checks. Pure."""

import re
from typing import Any

from bot.importers.imported import seconds

CONDITION = re.compile(r"^\s*(.+?)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*$")
LOWEST, HIGHEST = 100, 599


class Conditions:
    """What the conditions of one endpoint come to: `http` options, days a certificate must last, and what is left."""

    def __init__(self, conditions: list[Any]) -> None:
        self.http: dict[str, Any] = {}
        self.fail_days: float | None = None
        self.left: list[tuple[str, str]] = []
        self._statuses: set[int] | None = None
        for condition in conditions:
            found = CONDITION.match(str(condition))
            why = self._taken(*found.groups()) if found else "not a condition"
            if why:
                self.left.append((str(condition), why))
        if self._statuses:
            self.http["expect_status"] = ranges(self._statuses)

    def _taken(self, what: str, sign: str, value: str) -> str:
        """Take one; why not, "" where it is taken."""
        match what:
            case "[STATUS]":
                return self._status(sign, value)
            case "[CONNECTED]" | "[DNS_RCODE]":
                return "" if (sign, value) in {("==", "true"), ("==", "NOERROR")} else "only success can be expected"
            case "[RESPONSE_TIME]" if sign in {"<", "<="} and value.isdecimal():
                self.http["slow_ms"] = int(value)
                return ""
            case "[CERTIFICATE_EXPIRATION]" if sign in {">", ">="}:
                self.fail_days = round(seconds(value, 0.0) / 86_400, 2) if _days(value) is None else _days(value)
                return ""
            case "[DOMAIN_EXPIRATION]":
                return "the end of a domain's registration is not checked"
        return self._body(what, sign, value)

    def _status(self, sign: str, value: str) -> str:
        several = re.fullmatch(r"any\((.*)\)", value)
        numbers = [part.strip() for part in (several[1] if several else value).split(",")]
        if not all(number.isdecimal() for number in numbers):
            return "expected numbers"
        number = int(numbers[0])
        every = range(LOWEST, HIGHEST + 1)
        meant = {
            "==": {int(n) for n in numbers},
            "!=": {n for n in every if n != number},
            "<": {n for n in every if n < number},
            "<=": {n for n in every if n <= number},
            ">": {n for n in every if n > number},
            ">=": {n for n in every if n >= number},
        }[sign]
        self._statuses = meant if self._statuses is None else self._statuses & meant
        return "" if self._statuses else "no status is left that would be fine"

    def _body(self, what: str, sign: str, value: str) -> str:
        has = re.fullmatch(r"has\(\[BODY\]\.?(.+)\)", what)
        if has and (sign, value) == ("==", "true"):
            return self._json(has[1], None)
        path = re.fullmatch(r"\[BODY\]\.?(.*)", what)
        if path is None or sign != "==":
            return "no option of ours says this"
        pattern = re.fullmatch(r"pat\((.*)\)", value)
        if value.startswith("any(") or (pattern and "*" in pattern[1].strip("*")):
            return "one text can be expected, not a pattern"
        if not path[1]:
            self.http["expect_text"] = pattern[1].strip("*") if pattern else value
            return ""
        if pattern:
            return (
                self._json(path[1], None) if not pattern[1].strip("*") else "a value can be equal, not like a pattern"
            )
        return self._json(path[1], plain(value))

    def _json(self, path: str, value: Any) -> str:
        if "json_path" in self.http:
            return "one place in JSON can be expected"
        self.http["json_path"] = re.sub(r"\[(\d+)\]", r".\1", path).strip(".")
        if value is not None:
            self.http["json_equals"] = value
        return ""


def plain(value: str) -> Any:
    """A word of a condition as JSON would have it."""
    if value in {"true", "false"}:
        return value == "true"
    if re.fullmatch(r"-?\d{1,15}", value):
        return int(value)
    return value.strip("\"'")


def ranges(numbers: set[int]) -> list[Any]:
    """Statuses as numbers and ranges."""
    found: list[list[int]] = []
    for number in sorted(numbers):
        if found and number == found[-1][1] + 1:
            found[-1][1] = number
        else:
            found.append([number, number])
    return [low if low == high else f"{low}-{high}" for low, high in found]


def _days(value: str) -> float | None:
    """Whole days of hours, which may be more than a check's longest interval."""
    hours = re.fullmatch(r"(\d+)h", value)
    return round(int(hours[1]) / 24, 2) if hours else None
