"""Draws one SVG as PNG and ends: the process of its own that `bot.pictures.drawn` starts.

The renderer holds the interpreter's lock while it draws, so a thread would hold up everything else. Input: the SVG;
output: the PNG. The fonts of the system are read only where the shipped one (Latin, Greek, Cyrillic) lacks a letter.
"""

import sys
from pathlib import Path

import resvg_py

FONT = Path(__file__).with_name("NotoSans-Regular.ttf")
COVERED = 0x460
"""Letters below this are in the shipped font, and what ordinary punctuation there is above."""
MARKS = range(0x2010, 0x2028)
SCALE = 2


def main() -> None:
    """Draw what stands on the standard input."""
    text = sys.stdin.buffer.read().decode()
    covered = all(ord(letter) < COVERED or ord(letter) in MARKS for letter in text)
    drawn = resvg_py.svg_to_bytes(
        svg_string=text,
        zoom=SCALE,
        font_files=[str(FONT)],
        font_family="Noto Sans",
        sans_serif_family="Noto Sans",
        skip_system_fonts=covered,
    )
    sys.stdout.buffer.write(bytes(drawn))


if __name__ == "__main__":
    main()
