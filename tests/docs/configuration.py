"""Every key of the configuration, from the JSON Schema that editors read (`groundtruth config schema`)."""

from collections.abc import Iterator, Mapping
from typing import Any

from bot.cli.config import schema
from bot.fields import DURATION
from probes.registry import KIND_OPTIONS
from tests.docs.pages import table

HEAD = ("key", "value", "default", "meaning")
Shape = Mapping[str, Any]
DIGITS = "^[0-9]+$"
WORDS = {
    "array": "list", "object": "table", "boolean": "true or false", "integer": "whole number", "number": "number",
}  # fmt: skip
NAMED = {str: "text", int: "whole number", float: "number", bool: "true or false", list: "list", dict: "table"}


def keys() -> str:
    """One section a key at the top, one row for each below it; channels have a page of their own."""
    whole = schema()
    parts = []
    for name, shape in whole["properties"].items():
        rows = list(_rows(whole, name, shape, top=True))
        parts.append(f"### `{name}`\n\n{table(HEAD, rows)}")
    return "\n\n".join(parts)


def channels() -> str:
    """One section a kind of channel."""
    whole = schema()
    parts = []
    for kind in whole["$defs"]["ChannelPart"]["anyOf"]:
        rows = [
            row
            for key, shape in kind["properties"].items()
            if key not in {"kind", "enabled"}
            for row in _rows(whole, key, shape, required=key in kind["required"])
        ]
        parts.append(f"### `kind: {kind['title']}`\n\n{table(HEAD, rows) if rows else 'It has no keys of its own.'}")
    return "\n\n".join(parts)


def kinds() -> str:
    """One section a probe kind that has options."""
    parts = []
    for kind, options in KIND_OPTIONS.items():
        rows = [
            (f"`{name}`", " or ".join(_words(option.types)), _default(option.default), option.help)
            for name, option in options.items()
        ]
        parts.append(f"### `kind: {kind}`\n\n{table(HEAD, rows) if rows else 'It has no options.'}")
    return "\n\n".join(parts)


def _words(types: tuple[type, ...]) -> Iterator[str]:
    """Types in words; a whole number is a number."""
    yield from (NAMED[one] for one in types if not (one is int and float in types))


def undescribed() -> list[str]:
    """Keys that say nothing of themselves."""
    whole = schema()
    rows = [row for name, shape in whole["properties"].items() for row in _rows(whole, name, shape, top=True)]
    for kind in whole["$defs"]["ChannelPart"]["anyOf"]:
        for key, shape in kind["properties"].items():
            if key not in {"kind", "enabled"}:
                rows += [(f"{kind['title']}: {row[0]}", *row[1:]) for row in _rows(whole, key, shape)]
    return [row[0] for row in rows if not row[3]]


def _rows(
    whole: Shape, path: str, shape: Shape, *, required: bool = False, top: bool = False
) -> Iterator[tuple[str, ...]]:
    """The row of a key, and those of the keys below it."""
    said, inner, into = shape.get("description", ""), _plain(shape), path
    if inner.get("type") == "array" and "$ref" in (entry := _entry(inner["items"])):
        inner, into = entry, f"{path}[]"
    elif named := _named(inner):
        inner, into = named, f"{path}.<name>"
    part, seen = _part(whole, inner), inner.get("$ref", "")
    value = "table" if part else _value(_plain(shape))
    value = "list of tables" if part and into.endswith("[]") else value
    yield (f"`{path}`", value, "needed" if required else _default(_given(shape), bare=bool(part)), said)
    if part and not seen.endswith("ChannelPart") and not into.endswith((".options", ".routes[]")):
        for key, below in part["properties"].items():
            yield from _rows(whole, f"{into}.{key}", below, required=key in part.get("required", ()))


def _given(shape: Shape) -> Any:
    return shape.get("default")


def _plain(shape: Shape) -> Shape:
    """A shape without what stands for "not given", and the one table of a choice of values and a table."""
    choices = [one for one in shape.get("anyOf", ()) if one.get("type") not in {"null", "boolean"}]
    tables = [one for one in choices if "properties" in one]
    return (tables or choices)[0] if len(tables or choices) == 1 else shape


def _entry(shape: Shape) -> Shape:
    """What a list holds; of services, which may be named alone, the table."""
    return next((one for one in shape.get("anyOf", ()) if "$ref" in one), shape)


def _named(shape: Shape) -> Shape:
    """What a table of names holds, where that is a table."""
    for entry in shape.get("patternProperties", {}).values():
        found = _plain(entry)
        if "$ref" in found:
            return found
    return {}


def _part(whole: Shape, shape: Shape) -> Shape:
    """The keys of a table."""
    if "$ref" in shape:
        found: Shape = whole["$defs"][shape["$ref"].rpartition("/")[2]]
        return found if "properties" in found or "anyOf" in found else {}
    return shape if "properties" in shape else {}


def _value(shape: Shape) -> str:
    """What may stand there, in words."""
    if "$ref" in shape:
        shape = schema()["$defs"][shape["$ref"].rpartition("/")[2]]
    if "enum" in shape:
        return " or ".join(f"`{value}`" for value in shape["enum"])
    choices = [one for one in shape.get("anyOf", ()) if one.get("type") != "null" and one.get("pattern") != DIGITS]
    if any(one.get("pattern") == DURATION for one in choices):
        return "duration"
    if choices:
        return " or ".join(dict.fromkeys(map(_value, choices)))
    word = WORDS.get(shape.get("type", ""), "address" if shape.get("format") == "uri" else "text")
    least, most = shape.get("minimum"), shape.get("maximum")
    return word if least is None or most is None else f"{word}, {least:g} to {most:,}"


def _default(value: Any, *, bare: bool = False) -> str:
    if bare or value is None or value in ("", {}, [], ()):
        return ""
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    if isinstance(value, list | tuple):
        return ", ".join(f"`{one}`" for one in value)
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"
