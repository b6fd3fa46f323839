"""The tips and recipes that ship with the program."""

from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from bot.core.tips.tip import Recipe, Tip, parse

SHELF = files("bot") / "tips"
RECIPES = files("bot") / "recipes"
ENDINGS: Mapping[str, str] = {"python": ".py", "typescript": ".ts", "curl": ".sh"}
"""The languages of recipes, by folder, with what their files' names end in."""


@cache
def tips() -> tuple[Tip, ...]:
    """All tips, by name.

    Raises:
        ValueError: a file cannot be read as a tip.
    """
    found = sorted((entry for entry in SHELF.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    return tuple(parse(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8")) for entry in found)


@cache
def recipes() -> tuple[Recipe, ...]:
    """All recipes, by language and name."""
    return tuple(
        Recipe(entry.name.removesuffix(ending), language, entry.name, entry.read_text(encoding="utf-8"))
        for language, ending in ENDINGS.items()
        for entry in sorted((RECIPES / language).iterdir(), key=lambda entry: entry.name)
        if entry.name.endswith(ending) and not entry.name.startswith("_")
    )
