"""A long body in Markdown as sections of Slack's own markup. Pure.

Slack's `markdown` block would take it as it is, but what that does with `&lt;` is not documented; in mrkdwn it is.
"""

import re

from bot.channels.slack.mrkdwn import escape
from bot.core.text.truncation import fit, width

FENCE = "```"
_HEADING = re.compile(r"#{1,6}\s+(.*?)\s*#*")
_BOLD = re.compile(r"(\*\*|__)(?=\S)(.+?)(?<=\S)\1")
_LINK = re.compile(r"\[([^\[\]|]{1,300})\]\((https?://[^\s()<>|]{1,1000})\)")
_ITEM = re.compile(r"^(\s*)[-*+]\s+")
_ROW = re.compile(r"\s*\|.*\|\s*")
_RULE = re.compile(r"\s*\|(?:\s*:?-{2,}:?\s*\|)+\s*")
_CELLS = re.compile(r"(?<!\\)\|")
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ufeff]")


def sections(text: str, limit: int, total: int) -> list[str]:
    """Pieces of at most `limit` characters, `total` in all; code stays code across a cut; what is cut is counted."""
    lines = [line for line in _CONTROLS.sub("", text).split("\n") if not _RULE.fullmatch(line)]
    found: list[str] = []
    piece, fenced, used = "", False, 0
    for number, line in enumerate(lines):
        said = _line(fit(line, limit - 20, escape), fenced=fenced)
        if used + width(said) + 60 > total:
            left = len(lines) - number
            piece += (f"\n{FENCE}" if fenced else "") + f"\n… ({left} more lines)"
            return [*found, piece.strip("\n")]
        if width(piece) + width(said) + 10 > limit:
            found.append(piece.strip("\n") + (f"\n{FENCE}" if fenced else ""))
            piece = f"{FENCE}\n" if fenced else ""
        piece += f"{said}\n"
        used += width(said) + 1
        fenced ^= line.lstrip().startswith(FENCE)
    piece = piece.strip("\n")
    return [one for one in (*found, piece + (f"\n{FENCE}" if fenced and piece else "")) if one]


def _line(line: str, *, fenced: bool) -> str:
    """A line that is escaped already."""
    if line.lstrip().startswith(FENCE):
        return FENCE
    if fenced:
        return line
    if _ROW.fullmatch(line):
        # Slack's markup knows no tables.
        cells = [cell.strip().replace("\\|", "|") for cell in _CELLS.split(line.strip().strip("|"))]
        return "  ·  ".join(cell for cell in cells if cell)
    heading = _HEADING.fullmatch(line)
    if heading:
        return f"*{heading[1].replace('*', '')}*"
    said = _BOLD.sub(r"*\2*", _ITEM.sub(r"\1• ", line))
    return _LINK.sub(r"<\2|\1>", said)
