"""The fields of every dataclass that is kept in the store, as they stand in tests/data/stores/fields.json.

`python -m tests.support.stored_fields` writes that file anew.
"""

import dataclasses
import importlib
import json
import pkgutil
import typing
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from pydantic import BaseModel

import bot
from bot.core.detection import serialization
from bot.store.codec import Codec

FILE = Path(__file__).parent.parent / "data" / "stores" / "fields.json"


def stored_fields() -> dict[str, list[str]]:
    """Each class by module and name, its fields in order; one with a default is marked by "="."""
    for found in pkgutil.walk_packages(bot.__path__, "bot."):
        if not found.name.endswith("__main__"):
            importlib.import_module(found.name)
    kept = {one.of for one in Codec.every} | set(serialization.KEPT.values())
    classes = {one for root in kept for one in _classes(root, set())}
    return dict(sorted((f"{one.__module__}.{one.__qualname__}", _fields(one)) for one in classes))


def _fields(kind: Any) -> list[str]:
    if issubclass(kind, BaseModel):
        return [name + ("" if field.is_required() else "=") for name, field in kind.model_fields.items()]
    missing = dataclasses.MISSING
    return [
        f.name + ("" if f.default is missing and f.default_factory is missing else "=")
        for f in dataclasses.fields(kind)
    ]


def _classes(kind: Any, seen: set[Any]) -> Iterator[Any]:
    """All classes with fields that are reached from a type."""
    if kind in seen:
        return
    seen.add(kind)
    for inner in typing.get_args(kind):
        if not isinstance(inner, str):
            yield from _classes(inner, seen)
    if isinstance(kind, type) and (dataclasses.is_dataclass(kind) or issubclass(kind, BaseModel)):
        yield kind
        for hint in typing.get_type_hints(kind).values():
            yield from _classes(hint, seen)


def main() -> None:
    """Write the file."""
    FILE.write_text(json.dumps(stored_fields(), indent=1) + "\n")


if __name__ == "__main__":
    main()
