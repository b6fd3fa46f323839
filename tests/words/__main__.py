"""Print all words that people see: `python -m tests.words [PLATFORM]`, a page each at 38 and at 80 columns."""

import sys

from tests.words.pages import PLATFORMS, WIDTHS, page


def main(wanted: str = "") -> int:
    """Every page, or those of the platforms whose name begins like that."""
    chosen = [name for name in PLATFORMS if name.casefold().startswith(wanted.casefold())]
    if not chosen:
        sys.stderr.write(f"{wanted!r} is no platform, expected one of {', '.join(PLATFORMS)}\n")
        return 2
    for name in chosen:
        for width in WIDTHS:
            sys.stdout.write(page(name, width) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:2]))
