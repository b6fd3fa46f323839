"""What was taken from another monitor's configuration, and what was not and why."""

import base64
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

LONGEST_ID = 40
SECRET_HEADERS = re.compile(r"auth|cookie|token|key|secret|password", re.IGNORECASE)
VARIABLE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
FEWEST_S, MOST_S = 1.0, 86_400.0


def slug(name: str, otherwise: str = "service") -> str:
    """A name in the letters of an id."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-") or otherwise


@dataclass(slots=True)
class Imported:
    """Services with their components, channels, the secrets they need, and what was left out: (what, why)."""

    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    left: list[tuple[str, str]] = field(default_factory=list)
    components: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)

    def leave(self, what: str, why: str) -> None:
        """Say once that something was not taken."""
        if (what, why) not in self.left:
            self.left.append((what, why))

    def component(
        self, group: str, name: str, checks: Mapping[str, Any], labels: Mapping[str, str] | None = None
    ) -> None:
        """Add a component to the service of a group."""
        service = self.services.setdefault(slug(group), {"id": slug(group), "name": group[:100], "components": {}})
        wanted = slug(name, "check")
        known = unused(wanted, self.components)
        self.components.add(known)
        shown, number = name[:100], 1
        while shown.casefold() in self.names:
            number += 1
            shown = f"{name[:94]} ({number})"
        self.names.add(shown.casefold())
        service["components"][known] = {"name": shown, "checks": dict(checks)}
        if labels:
            service["components"][known]["labels"] = dict(labels)

    def channel(self, name: str, kind: str, **options: Any) -> None:
        """Add a channel; what is None or "" is left to its default."""
        named = unused(slug(name, kind), self.channels)
        self.channels[named] = {
            "kind": kind,
            **{key: value for key, value in options.items() if value is not None and value != ""},
        }

    def secret(self, name: str, value: object) -> str:
        """A reference to a secret, its value laid aside; a variable of the other monitor keeps its name."""
        text = str(value)
        variable = VARIABLE.fullmatch(text)
        if variable:
            self.secrets.setdefault(variable[1], "")
            return f"${{{variable[1]}}}"
        known = re.sub(r"[^A-Z0-9]+", "_", slug(name).upper()).strip("_") or "SECRET"
        number = 1
        while self.secrets.get(known, text) != text:
            number += 1
            known = f"{known.removesuffix(f'_{number - 1}')}_{number}"
        self.secrets[known] = text
        return f"${{{known}}}"

    def headers(self, name: str, given: Mapping[Any, Any]) -> dict[str, str]:
        """Request headers, with what looks secret as references."""
        found = {}
        for key, value in given.items():
            text = str(value)
            if SECRET_HEADERS.search(str(key)) or VARIABLE.search(text):
                found[str(key)] = self._hidden(f"{name} {key}", text)
            else:
                found[str(key)] = text
        return found

    def _hidden(self, name: str, text: str) -> str:
        scheme, space, rest = text.partition(" ")
        if space and scheme.lower() in {"bearer", "basic", "token"}:
            return f"{scheme} {self.secret(name, rest)}"
        return self.secret(name, text)

    def basic(self, name: str, user: object, password: object) -> dict[str, str]:
        """The header of a user and a password."""
        together = base64.b64encode(f"{user}:{password}".encode()).decode()
        return {"authorization": f"Basic {self.secret(f'{name} basic auth', together)}"}

    def document(self) -> dict[str, Any]:
        """The configuration that says the same."""
        found: dict[str, Any] = {"services": list(self.services.values())}
        if self.channels:
            found["channels"] = {"console": {"kind": "console"}, **self.channels}
        return found


def unused(name: str, known: Any) -> str:
    """The name, or with a number where it is taken."""
    number, found = 1, name
    while found in known:
        number += 1
        found = f"{name[: LONGEST_ID - 4]}-{number}"
    return found


def seconds(value: object, default: float) -> float:
    """A duration as Go and we write it ("1m30s", "500ms", 60), in seconds within what a check may have."""
    text = str(value if value is not None else default).strip().replace(" ", "")
    units = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0, "d": 86_400.0}
    parts = re.findall(r"(\d+(?:\.\d+)?)(ms|s|m|h|d)?", text)
    if not parts or "".join(a + b for a, b in parts) != text:
        return default
    return min(MOST_S, max(FEWEST_S, sum(float(number) * units[unit or "s"] for number, unit in parts)))


def short(value: float) -> str:
    """Seconds as a file says them."""
    return f"{value:g}s" if value < 60 or value % 60 else f"{value / 60:g}m"


def mapping(value: object) -> dict[str, Any]:
    """A table, empty where there is none."""
    return value if isinstance(value, dict) else {}


def listed(value: object) -> list[Any]:
    """A list; one thing alone is a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]
