"""The Markdown people read: which files, and the parts of them that are written by a command.

A written part stands between `<!-- name -->` and `<!-- /name -->`; a printed transcript is a block marked `console`,
whose first line is the command.
"""

from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).parents[2]
README = ROOT / "README.md"
DOCS = ROOT / "deploy" / "docs"


def pages() -> list[Path]:
    """Every page of the project."""
    inside = (path for folder in ("deploy", "probes") for path in (ROOT / folder).rglob("*.md"))
    return [README, ROOT / "CHANGELOG.md", *sorted(inside)]


def replaced(page: str, name: str, block: str) -> str:
    """The page with this block in the place of that name. Raises ValueError where it has no such place."""
    begin, end = f"<!-- {name} -->", f"<!-- /{name} -->"
    before, found, rest = page.partition(begin)
    _, ended, after = rest.partition(end)
    if not found or not ended:
        raise ValueError(f"the page has no {begin} … {end}")
    return f"{before}{begin}\n\n{block.strip()}\n\n{end}{after}"


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    """A Markdown table."""
    lines = [head, tuple("---" for _ in head), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
