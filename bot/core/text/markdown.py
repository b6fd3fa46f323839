"""Markdown that says exactly what was meant: nothing in somebody's words can format, link, mention or embed. Pure."""

import re
from collections.abc import Iterable, Sequence

from bot.core.text.quoting import clean

_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|~!&$^=])")
_OPENING = re.compile(r"^([-+]|\d+(?=[.)]))")
_LINKS = re.compile(r"(?i)(://|\bwww\.|@)")


def plain(text: str, limit: int = 400) -> str:
    """Words on one line, every mark in them literal; no address becomes a link, no name a mention."""
    words = _SPECIAL.sub(r"\\\1", clean(text, limit))
    words = _LINKS.sub(lambda found: {"://": "\\://", "@": "`@`"}.get(found[1], found[1][:-1] + "\\."), words)
    begun = _OPENING.match(words)
    if begun is None:
        return words
    return f"\\{words}" if begun[1] in "-+" else f"{begun[1]}\\{words[begun.end() :]}"


def code(text: str, limit: int = 200) -> str:
    """Somebody else's words in a code span, which they cannot end, in a table neither."""
    words = clean(text, limit).replace("`", "'").replace("|", "¦")
    return f"`{words}`" if words else "(nothing)"


def table(head: Sequence[str], rows: Iterable[Sequence[str]]) -> list[str]:
    """A table; cells are Markdown already."""
    lines = [f"| {' | '.join(head)} |", f"|{'---|' * len(head)}"]
    return lines + [f"| {' | '.join(cell or ' ' for cell in row)} |" for row in rows]


def bullets(points: Iterable[str]) -> list[str]:
    """A list; its points are Markdown already."""
    return [f"- {point}" for point in points]
