"""Our own Markdown as HTML: the headings, tables, lists and code spans that a postmortem is written in. Pure.

Everything is escaped first, and no mark that is not written by `bot.core.text.markdown` means anything here.
"""

import re
from collections.abc import Iterator
from html import escape

from markupsafe import Markup

_INLINE = re.compile(r"`([^`]*)`|\\([!-/:-@\[-`{-~])|\*\*([^*]+)\*\*")
_BOX = re.compile(r"\[[ x]\] ")


def html(text: str) -> Markup:
    """The text as HTML, its headings two levels down: the page has its own first ones."""
    return Markup("\n".join(_blocks(text.splitlines())))  # noqa: S704 - every word in it is escaped


def _blocks(lines: list[str]) -> Iterator[str]:
    place, tables, heading = 0, 0, ""
    while place < len(lines):
        line = lines[place]
        mark = line[:1]
        end = place + 1
        if line.startswith(("# ", "## ")):
            level, heading = 3 if line.startswith("# ") else 4, line.lstrip("#").strip()
            yield f"<h{level}>{_inline(heading)}</h{level}>"
        elif mark in {"|", "-"} and line.strip():
            while end < len(lines) and lines[end].startswith(mark):
                end += 1
            tables += mark == "|"
            yield from (
                _table(lines[place:end], f"{heading}, table {tables}") if mark == "|" else _list(lines[place:end])
            )
        elif line.strip():
            yield f"<p>{_inline(line)}</p>"
        place = end


def _table(lines: list[str], name: str) -> Iterator[str]:
    rows = [[cell.strip() for cell in line.strip().strip("|").split("|")] for line in lines]
    head, body = rows[0], [row for row in rows[1:] if set("".join(row)) - set("- ")]
    yield f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(name)}"><table><thead><tr>'
    yield "".join(f'<th scope="col">{_inline(cell)}</th>' if cell else "<td></td>" for cell in head)
    yield "</tr></thead><tbody>"
    for row in body:
        yield "<tr>" + "".join(f"<td>{_inline(cell)}</td>" for cell in row) + "</tr>"
    yield "</tbody></table></div>"


def _list(lines: list[str]) -> Iterator[str]:
    points = (_BOX.sub("", line[1:].strip()) for line in lines)
    yield "<ul>" + "".join(f"<li>{_inline(point)}</li>" for point in points) + "</ul>"


def _inline(text: str) -> str:
    """A line with its marks; what is no mark of ours stays as it is."""
    parts, end = [], 0
    for found in _INLINE.finditer(text):
        parts.append(escape(text[end : found.start()]))
        code, letter, strong = found.groups()
        if letter is not None:
            parts.append(escape(letter))
        elif strong is not None:
            parts.append(f"<strong>{escape(strong)}</strong>")
        else:
            parts.append("@" if code == "@" else f"<code>{escape(code)}</code>")
        end = found.end()
    return "".join([*parts, escape(text[end:])])
