"""What was taken from another monitor's configuration, and what was not and why."""

import base64
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import Any
from uuid import NAMESPACE_URL, uuid4, uuid5

from bot.importers.source_table import PLAIN, Rules, Skipped, SourceTable

LONGEST_ID = 40
MOST_LABELS, LONGEST_LABEL, LONGEST_KEY = 20, 100, 60
RESERVED = frozenset({"service", "component", "state", "fault", "kind", "vantage"})
"""Names of labels that everything has by itself."""
SECRET_NAME = re.compile(r"auth|cookie|token|key|secret|password|passwd", re.IGNORECASE)
BRACED = re.compile(r"\$\{([A-Za-z_][A-Za-z0-9_]*)\}")
BARE = re.compile(r"\$\{?([A-Za-z_][A-Za-z0-9_]*)\}?")
IN_TEXT = re.compile(r"\$\{[^}]*\}?|\{\{.*?\}\}")
IN_ADDRESS = re.compile(r"\$\{[^}]*\}?|\{\{.*?\}\}|<[A-Za-z][\w .-]*>|##\w+##")
"""What stands for a value that is filled in elsewhere: by a shell, a template, or by hand."""


def slug(name: str, otherwise: str = "service") -> str:
    """A name in the letters of an id."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode().lower()
    return re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:LONGEST_ID].strip("-") or otherwise


@dataclass(slots=True)
class Imported:
    """Services with their components, channels, the secrets they need, and what was left out.

    `variables`: values for the variables of a monitor that reads its environment; secrets are never filled in.
    `variable`: how that monitor writes one.
    """

    variables: Mapping[str, str] = field(default_factory=dict)
    variable: re.Pattern[str] = BRACED
    services: dict[str, dict[str, Any]] = field(default_factory=dict)
    channels: dict[str, dict[str, Any]] = field(default_factory=dict)
    secrets: dict[str, str] = field(default_factory=dict)
    left: list[Skipped] = field(default_factory=list)
    components: set[str] = field(default_factory=set)
    names: set[str] = field(default_factory=set)
    tables: list[SourceTable] = field(default_factory=list)
    reporting: bool = False

    def given(self, values: object, where: str, rules: Rules = PLAIN) -> SourceTable:
        """A table to read from: what is not read by the end is listed."""
        self.tables.append(SourceTable(values, where, rules))
        return self.tables[-1]

    def finish(self) -> None:
        """List what was never read."""
        for table in self.tables:
            for one in table.left():
                self._add(one)
        if self.reporting:
            self.leave("where pings come in", "`web.listen` is 127.0.0.1:8080: set the address that jobs can reach")

    def leave(self, what: str, why: str, where: str = "") -> None:
        """Say once that something was not taken."""
        self._add(Skipped(where, what, why))

    def _add(self, one: Skipped) -> None:
        if one not in self.left:
            self.left.append(one)

    def component(
        self, group: str, name: str, checks: Mapping[str, Any], labels: Mapping[str, str] | None = None
    ) -> None:
        """Add a component to the service of a group; one with a placeholder in it is left."""
        group, name, checks = self._filled(group), self._filled(name), self._filled(dict(checks))
        if why := self.stands({"name": name, "group": group, **checks}):
            self.leave(name, why)
            return
        service = self.services.setdefault(slug(group), {"id": slug(group), "name": group[:100], "components": {}})
        known = unused(slug(name, "check"), self.components)
        self.components.add(known)
        shown, number = name[:100], 1
        while shown.casefold() in self.names:
            number += 1
            shown = f"{name[:94]} ({number})"
        self.names.add(shown.casefold())
        service["components"][known] = {"name": shown, "checks": dict(checks)}
        if labels:
            service["components"][known]["labels"] = dict(labels)

    def heartbeat(self, name: str, token: str, every: str, grace: str = "") -> dict[str, Any]:
        """A check that a job reports to; its address follows from the other monitor's own secret, so it stays."""
        self.reporting = True
        target = str(uuid5(NAMESPACE_URL, f"{name}/{token}") if token else uuid4())
        self.leave("push address", f"its job reports to /ping/{target} from now on", name)
        return {
            "kind": "heartbeat",
            "target": target,
            "options": {"every": every, **({"grace": grace} if grace else {})},
        }

    def labels(self, given: Mapping[str, str], where: str) -> dict[str, str]:
        """Labels as a component may have them; a name that means something else here gets another."""
        kept: dict[str, str] = {}
        for name, value in given.items():
            key = re.sub(r"[^A-Za-z0-9_]+", "_", name).strip("_")
            key = f"label_{key}" if key in RESERVED or not key[:1].isalpha() else key
            if not value or not key.isascii():
                continue
            if len(kept) >= MOST_LABELS or len(value) > LONGEST_LABEL or len(key) > LONGEST_KEY:
                self.leave(f"label {name}", "expected at most 20 labels of at most 100 characters", where)
            else:
                kept[key] = value
        return kept

    def channel(self, name: str, kind: str, **options: Any) -> None:
        """Add a channel; what is None or "" is left to its default."""
        taken = {key: value for key, value in options.items() if value is not None and value != ""}
        if why := self.stands({"target": taken}):
            self.leave(f"channel {name}", why)
            return
        self.channels[unused(slug(name, kind), self.channels)] = {"kind": kind, **taken}

    def stands(self, value: Any) -> str:
        """Why a value cannot be taken: something in it stands for what is filled in elsewhere; "" where it can."""
        found = next(self._placeholders(self._filled(value)), "")
        return f"{found} stands for a value that is not in the file: write it out and import again" if found else ""

    def _placeholders(self, value: Any, *, address: bool = False) -> Iterator[str]:
        match value:
            case dict():
                for key, child in value.items():
                    yield from self._placeholders(child, address=address or key == "target")
            case list():
                for child in value:
                    yield from self._placeholders(child, address=address)
            case str():
                rest = BRACED.sub(lambda found: "" if found[1] in self.secrets else found[0], value)
                if stands := (IN_ADDRESS if address else IN_TEXT).search(rest):
                    yield stands[0][:60]

    def _filled(self, value: Any) -> Any:
        """With the variables that the environment has; those of secrets stay."""
        match value:
            case dict():
                return {key: child if key == "headers" else self._filled(child) for key, child in value.items()}
            case list():
                return [self._filled(child) for child in value]
            case str():
                return self.variable.sub(self._value, value)
        return value

    def _value(self, found: re.Match[str]) -> str:
        name = found[1]
        known = name in self.variables and name not in self.secrets and not SECRET_NAME.search(name)
        return self.variables[name] if known else f"${{{name}}}" if self.variable is BARE else found[0]

    def secret(self, name: str, value: object) -> str:
        """A reference to a secret, its value laid aside; a variable of the other monitor keeps its name."""
        text = str(value)
        if self.variable.search(text):
            for variable in self.variable.findall(text):
                self.secrets.setdefault(variable, "")
            return self.variable.sub(r"${\1}", text)
        text = "" if IN_ADDRESS.search(text) else text
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
            secret = SECRET_NAME.search(str(key)) or self.variable.search(text)
            found[str(key)] = self._hidden(f"{name} {key}", text) if secret else text
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
        if self.reporting:
            found["web"] = {"listen": "127.0.0.1:8080"}
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


def resolver(text: str) -> str | None:
    """A DNS server as a check names it, from "9.9.9.9", "udp://9.9.9.9:53", "[::1]:5353"; None where it is a name."""
    place = text.partition("://")[2] or text
    host, colon, port = place.rpartition(":") if place.count(":") == 1 or "]:" in place else (place, "", "")
    try:
        ip_address(host.strip("[]"))
    except ValueError:
        return None
    return host.strip("[]") if not colon or port == "53" else place if port.isdecimal() else None


def listed(value: object) -> list[Any]:
    """A list; one thing alone is a list of it."""
    return value if isinstance(value, list) else [] if value is None else [value]
