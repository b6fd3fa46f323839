"""What one configuration says differently from another, key by key; values of secrets are never shown. Pure."""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from bot.config.load import Effective
from bot.settings import Settings
from probes.redaction import without_secrets

LONGEST = 100
"""Characters of one value."""
ABSENT = object()


@dataclass(frozen=True, slots=True)
class Change:
    """A key and what it held before and holds after, None where there was or is nothing."""

    key: str
    before: str | None
    after: str | None

    def __str__(self) -> str:
        if self.before is None:
            return f"+ {self.key}: {self.after}"
        if self.after is None:
            return f"- {self.key}: {self.before}"
        return f"~ {self.key}: {self.before} → {self.after}"


def changes(old: Effective, new: Effective) -> list[Change]:
    """Every key that differs, in the order of the new configuration; then secrets with another value."""
    before, after = (_plain(one) for one in (old, new))
    found = list(_between(before, after, ""))
    secrets = [name for name in (old.secrets.keys() | new.secrets.keys()) if _other_value(old, new, name)]
    found += [Change(f"secret {name}", *_shown_secret(old, new, name)) for name in sorted(secrets)]
    return found or list(_from_outside(old.settings, new.settings))


def _plain(one: Effective) -> dict[str, Any]:
    plain: dict[str, Any] = one.configuration.model_dump(mode="json", exclude_none=True)
    return plain


def _between(before: Any, after: Any, key: str) -> Iterator[Change]:
    """The differences below a key; lists of mappings are compared entry by entry."""
    olds, news = _entries(before), _entries(after)
    if olds is None or news is None:
        if before != after:
            yield Change(key, _shown(before), _shown(after))
        return
    for name in (*news, *(name for name in olds if name not in news)):
        step = f"{key}{name}" if name.startswith("[") or not key else f"{key}.{name}"
        old, new = olds.get(name, ABSENT), news.get(name, ABSENT)
        if old is ABSENT or new is ABSENT:
            yield Change(step, None if old is ABSENT else _shown(old), None if new is ABSENT else _shown(new))
        else:
            yield from _between(old, new, step)


def _entries(value: Any) -> Mapping[str, Any] | None:
    """The parts of a value by name: keys, or what the entries of a list are called; None for what is one value."""
    match value:
        case dict():
            return value
        case list() if value and all(isinstance(entry, dict) for entry in value):
            names = [str(entry.get("id") or entry.get("name") or f"[{n}]") for n, entry in enumerate(value)]
            unique = len(set(names)) == len(names)
            return {name if unique else f"[{n}]": value[n] for n, name in enumerate(names)}
    return None


def _shown(value: Any) -> str:
    """A value in one short line."""
    if isinstance(value, dict) and isinstance(value.get("name") or value.get("kind"), str):
        text = str(value.get("name") or value.get("kind"))
    else:
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    text = without_secrets(text)
    return text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…"


def _other_value(old: Effective, new: Effective, name: str) -> bool:
    return old.secrets.get(name) != new.secrets.get(name)


def _shown_secret(old: Effective, new: Effective, name: str) -> tuple[str | None, str | None]:
    return ("another value" if name in old.secrets else None), ("a new value" if name in new.secrets else None)


def _from_outside(old: Settings, new: Settings) -> Iterator[Change]:
    """What the environment says besides secrets."""
    outside: Sequence[tuple[str, str, str]] = [
        ("vantage.name", old.vantage, new.vantage),
        ("state_dir", str(old.state_dir), str(new.state_dir)),
        ("network", _hidden(old), _hidden(new)),
    ]
    yield from (Change(key, before, after) for key, before, after in outside if before != after)
    if old.transport != new.transport and _hidden(old) == _hidden(new):
        yield Change("network", "the proxies before", "other proxies")


def _hidden(settings: Settings) -> str:
    return settings.transport.ca_file or "the usual certificates"
