"""The links of a page: where they lead, and which lead nowhere."""

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote

from tests.docs.measure import FENCED

TARGET = re.compile(r"""\[[^\]]*\]\(([^)\s]+)\)|<(?:img|a)\b[^>]*\b(?:src|href)=["']([^"']+)["']""")
ABROAD = ("http://", "https://", "mailto:")


def anchors(page: str) -> set[str]:
    """The anchors of a page's headings, as GitHub makes them."""
    found: set[str] = set()
    for line in FENCED.sub("", page).splitlines():
        heading = re.fullmatch(r"#{1,6} (.+)", line)
        if heading is None:
            continue
        plain = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading[1]).replace("`", "")
        name = re.sub(r"[^\w\- ]", "", plain.strip().lower()).replace(" ", "-")
        number = 0
        while (numbered := f"{name}-{number}" if number else name) in found:
            number += 1
        found.add(numbered)
    return found


def broken(path: Path) -> Iterator[str]:
    """Relative links of a page whose file or heading is not there."""
    for one in TARGET.finditer(FENCED.sub("", path.read_text())):
        target = unquote(one[1] or one[2])
        if target.startswith(ABROAD):
            continue
        name, _, anchor = target.partition("#")
        file = (path.parent / name).resolve() if name else path
        if not file.exists():
            yield f"{target}: no such file"
        elif anchor and (file.suffix != ".md" or anchor not in anchors(file.read_text())):
            yield f"{target}: no such heading"
