"""The tips: the Markdown files that come with the package."""

from functools import cache
from importlib.resources import files

from bot.core.words.tips import Tip, parse

SHELF = files("bot") / "tips"


@cache
def tips() -> tuple[Tip, ...]:
    """All tips, by name.

    Raises:
        ValueError: a file cannot be read as a tip.
    """
    found = sorted((entry for entry in SHELF.iterdir() if entry.name.endswith(".md")), key=lambda entry: entry.name)
    return tuple(parse(entry.name.removesuffix(".md"), entry.read_text(encoding="utf-8")) for entry in found)
