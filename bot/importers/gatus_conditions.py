"""Gatus's conditions as the options of our checks. Pure."""

import re
from ipaddress import ip_address
from typing import Any

from bot.importers.source_table import seconds, whole

CONDITION = re.compile(r"^\s*(.+?)\s*(==|!=|<=|>=|<|>)\s*(.*?)\s*$")
EVERY = range(100, 600)


class Conditions:
    """What the conditions of one endpoint come to: options of its check, days a certificate must last, what is left."""

    def __init__(self, conditions: list[Any], kind: str = "https") -> None:
        self.http: dict[str, Any] = {}
        self.dns: dict[str, Any] = {}
        self.fail_days: float | None = None
        self.left: list[tuple[str, str]] = []
        self.taken = 0
        self._kind = kind
        self._statuses: set[int] | None = None
        for condition in conditions:
            found = CONDITION.match(str(condition))
            why = self._taken(*found.groups()) if found else "not a condition"
            if why:
                self.left.append((str(condition), why))
            else:
                self.taken += 1
        if self._statuses:
            self.http["expect_status"] = ranges(self._statuses)

    def _taken(self, what: str, sign: str, value: str) -> str:
        """Take one; why not, "" where it is taken."""
        match what:
            case "[CONNECTED]" | "[DNS_RCODE]":
                return "" if (sign, value) in {("==", "true"), ("==", "NOERROR")} else "only success can be expected"
            case "[CERTIFICATE_EXPIRATION]" if sign in {">", ">="} and self._kind in {"https", "tls"}:
                return self._certificate(value)
            case "[DOMAIN_EXPIRATION]":
                return "the end of a domain's registration is not checked"
            case "[BODY]" if self._kind == "dns" and sign == "==":
                return self._addresses(value)
        if self._kind in {"http", "https"}:
            return self._answer(what, sign, value)
        return f"no option of a `{self._kind}` check says this"

    def _answer(self, what: str, sign: str, value: str) -> str:
        """Of an answer over HTTP."""
        if what == "[STATUS]":
            return self._status(sign, value)
        if what == "[RESPONSE_TIME]" and sign in {"<", "<="} and (slow := whole(value)) is not None:
            self.http["slow_ms"] = min(slow, self.http.get("slow_ms", slow))
            return ""
        return self._body(what, sign, value)

    def _certificate(self, value: str) -> str:
        lasting = seconds(value)
        if lasting is None:
            return "expected a duration"
        self.fail_days = max(round(lasting / 86_400, 2), self.fail_days or 0.0)
        return ""

    def _addresses(self, value: str) -> str:
        several = re.fullmatch(r"any\((.*)\)", value)
        wanted = [part.strip() for part in (several[1] if several else value).split(",")]
        if "expect" in self.dns or not all(map(_is_address, wanted)):
            return "addresses can be expected, once"
        self.dns["expect"] = wanted
        return ""

    def _status(self, sign: str, value: str) -> str:
        several = re.fullmatch(r"any\((.*)\)", value)
        parts = (several[1] if several else value).split(",")
        numbers = [number for number in map(whole, parts) if number is not None]
        if len(numbers) != len(parts) or (several and sign not in {"==", "!="}):
            return "expected numbers"
        number = numbers[0]
        meant = {
            "==": set(numbers),
            "!=": set(EVERY) - set(numbers),
            "<": {n for n in EVERY if n < number},
            "<=": {n for n in EVERY if n <= number},
            ">": {n for n in EVERY if n > number},
            ">=": {n for n in EVERY if n >= number},
        }[sign]
        both = meant if self._statuses is None else self._statuses & meant
        if not both:
            return "no status is left that would be fine"
        self._statuses = both
        return ""

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
            if pattern is None:
                self.left.append((f"{what} == {value}", "not as the whole body: the text must be in it (expect_text)"))
            return self._text(pattern[1].strip("*") if pattern else value)
        if pattern:
            return (
                self._json(path[1], None) if not pattern[1].strip("*") else "a value can be equal, not like a pattern"
            )
        return self._json(path[1], plain(value))

    def _text(self, text: str) -> str:
        if "expect_text" in self.http:
            return "one text can be expected"
        self.http["expect_text"] = text
        return ""

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


def _is_address(text: str) -> bool:
    try:
        ip_address(text)
    except ValueError:
        return False
    return True
