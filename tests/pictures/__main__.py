"""The pictures of the README and the docs, from the real messages: `python -m tests.pictures` (needs Chromium).

Lato, Noto Sans and Noto Color Emoji should be installed (Debian: fonts-lato, fonts-noto-core, fonts-noto-color-emoji).
With a folder as argument the pages go there as HTML instead, for a look with other tools.
"""

import sys
from pathlib import Path

from tests.pictures import status_page
from tests.pictures.chromium import shoot
from tests.pictures.shots import SHOTS

ROOT = Path(__file__).parents[2]
MOST = 150_000
"""Bytes of a picture: people read the README on telephones."""


def main(folder: str = "") -> int:
    """Make them all; 1 if one is too large."""
    large = []
    for name, (page, width) in SHOTS.items():
        if folder:
            file = Path(folder) / name.replace("/", "_").replace(".png", ".html")
            file.write_text(page(), encoding="utf-8")
        else:
            file = ROOT / name
            shoot(page(), width, file)
            large += [name] if file.stat().st_size > MOST else []
        sys.stdout.write(f"{file.stat().st_size / 1000:6.1f} kB  {name}\n")
    for file in () if folder else status_page.shoot(ROOT):
        large += [file.name] if file.stat().st_size > MOST else []
        sys.stdout.write(f"{file.stat().st_size / 1000:6.1f} kB  {file.relative_to(ROOT)}\n")
    if large:
        sys.stderr.write(f"larger than {MOST / 1000:.0f} kB: {', '.join(large)}\n")
    return int(bool(large))


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
