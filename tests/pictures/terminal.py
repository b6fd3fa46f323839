"""A terminal as HTML: what the program printed, letter by letter; the colours of the window are ours."""

import re
from collections.abc import Sequence
from pathlib import Path

from tests.pictures.page import Html, joined, page, tag

WIDTH = 840
RECORDED = Path(__file__).parents[2] / "deploy" / "docs" / "transcripts"
STYLE = """
body{background:#16191d;color:#c9d1d9;font:400 12px/18px "DejaVu Sans Mono",monospace,"Noto Color Emoji"}
.bar{background:#2a2f36;height:30px;padding:0 14px;display:flex;gap:8px;align-items:center}
.dot{width:11px;height:11px;border-radius:50%;background:#555c66}
.screen{padding:12px 16px 16px;white-space:pre-wrap;overflow-wrap:anywhere}
.line{min-height:18px}
.news{color:#fff;font-weight:700;margin-top:6px}
.story{color:#8b949e}
.command{color:#7ee787}
.result{color:#fff;font-weight:700}
"""
LOOKS = (
    (re.compile(r"\$ "), "command"),
    (re.compile(r"\d\d:\d\d:\d\d UTC "), "news"),
    (re.compile(r"\["), "story"),
    (re.compile(r"We (alerted|led) "), "result"),
    (re.compile(r".* WE ALERT"), "result"),
)
LEFT_OUT = "⋮"


def show(lines: Sequence[str]) -> str:
    """The page of these lines."""
    dots = joined(*(tag("span", look="dot") for _ in range(3)))
    return page(STYLE, joined(tag("div", dots, look="bar"), tag("div", *map(_line, lines), look="screen")), WIDTH)


def _line(text: str) -> Html:
    look = next((look for begins, look in LOOKS if begins.match(text)), "")
    return tag("div", text, look=f"line {look}".strip())


def demo() -> str:
    """`groundtruth demo`: its first alert, and how it sums the afternoon up."""
    lines = (RECORDED / "demo.txt").read_text().splitlines()
    first = next(n for n, line in enumerate(lines) if " UTC 🟠 " in line)
    after = next(n for n, line in enumerate(lines) if n > first and line.startswith("   Started")) + 1
    summary = next(n for n, line in enumerate(lines) if line.startswith("What happened"))
    begins = next(n for n, line in enumerate(lines) if line.startswith("["))
    return show([lines[0], *lines[begins:after], LEFT_OUT, *lines[summary:]])
