"""Reads stories and pages from the YAML files beside this module: their times and rates are data."""

from collections.abc import Iterator, Mapping
from dataclasses import fields
from datetime import UTC, datetime
from difflib import get_close_matches
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Any

import yaml

from bot.demo.page import Component, Identity
from bot.demo.scenario import Behaviour, Kind, Post, Step, Story
from bot.errors import UserError
from probes.model import State

BEHAVIOUR_KEYS = frozenset(f.name for f in fields(Behaviour))


def names() -> list[str]:
    """The stories there are."""
    return sorted(
        path.name.removesuffix(".yaml") for path in _folder("stories").iterdir() if path.name.endswith(".yaml")
    )


def load(name: str) -> Story:
    """The story of that name. Raises UserError for a name that is none."""
    if name not in names():
        near = get_close_matches(name, names(), 1) or names()
        raise UserError(f"there is no story {name!r}; did you mean {near[0]!r}? (stories: {', '.join(names())})")
    return parse(_read("stories", name))


def identity(name: str = "claude") -> Identity:
    """The page of that name: its id, words and components."""
    raw = _read("pages", name)
    components = tuple(
        Component(c["key"], c["id"], c["name"], c["created_at"], c["start_date"]) for c in raw["components"]
    )
    return Identity(raw["id"], raw["name"], raw["url"], components)


def parse(raw: Mapping[str, Any]) -> Story:
    """A story from its YAML mapping. Raises KeyError or ValueError for a wrong one: these files are ours."""
    day = datetime.fromisoformat(f"{raw['date']}T00:00:00").replace(tzinfo=UTC).timestamp()
    frame = Story(raw["name"], raw["title"], day, day, 1.0)
    begins = frame.time(raw["begins"])
    frame = Story(raw["name"], raw["title"], begins, begins, 1.0)
    ends = frame.time(raw["ends"])
    return Story(
        name=raw["name"],
        title=raw["title"],
        begins=begins,
        ends=ends,
        speed=float(raw["speed"]),
        steps=tuple(sorted((_step(frame, step) for step in raw["timeline"]), key=lambda s: s.at)),
        posts=tuple(sorted(_posts(frame, raw.get("incidents", ())), key=lambda p: p.at)),
        narration=tuple((frame.time(line["at"]), line["says"]) for line in raw.get("narration", ())),
    )


def behaviour(raw: Mapping[str, Any], *, over: Behaviour | None = None) -> Behaviour:
    """A behaviour from plain words: kinds as a name, several names, or names with weights. Raises ValueError."""
    unknown = set(raw) - BEHAVIOUR_KEYS
    if unknown:
        raise ValueError(f"a behaviour has no {sorted(unknown)}, only {sorted(BEHAVIOUR_KEYS)}")
    values = {name: getattr(over or Behaviour(), name) for name in BEHAVIOUR_KEYS} | dict(raw)
    values["kinds"] = _kinds(values["kinds"])
    for name in ("paths", "models"):
        values[name] = (values[name],) if isinstance(values[name], str) else tuple(values[name])
    return Behaviour(**values)


def _kinds(raw: Any) -> tuple[tuple[Kind, float], ...]:
    if isinstance(raw, str):
        return ((Kind(raw), 1.0),)
    if isinstance(raw, Mapping):
        return tuple((Kind(name), float(weight)) for name, weight in raw.items())
    return tuple((Kind(k), 1.0) if isinstance(k, str) else (Kind(k[0]), float(k[1])) for k in raw)


def _step(frame: Story, raw: Mapping[str, Any]) -> Step:
    rest = {key: value for key, value in raw.items() if key not in {"at", "components"}}
    return Step(frame.time(raw["at"]), tuple(raw["components"]), behaviour(rest))


def _posts(frame: Story, incidents: Any) -> Iterator[Post]:
    ids = {c.key: c.id for c in identity().components}

    def when(raw: Mapping[str, Any], key: str) -> float | None:
        return frame.time(raw[key]) if key in raw else None

    for incident in incidents:
        for update in incident["updates"]:
            yield Post(
                at=frame.time(update["at"]),
                states={ids[key]: State(state) for key, state in update.get("states", {}).items()},
                incident=incident["id"],
                name=incident["name"],
                status=update["status"],
                impact=incident["impact"],
                body=update["body"],
                id=update["id"],
                display_at=when(update, "display_at"),
                opened_at=when(incident, "opened_at"),
                started_at=when(incident, "started_at"),
                shortlink=incident.get("shortlink", ""),
                tells=update.get("tells", True),
            )


def _folder(kind: str) -> Traversable:
    return files("bot.demo") / kind


def _read(kind: str, name: str) -> Any:
    return yaml.safe_load((_folder(kind) / f"{name}.yaml").read_text(encoding="utf-8"))
