"""Pages of the documentation that are made from tables of the program: `python -m tests.docs.errors errors`."""

import sys
from pathlib import Path

from bot.explain.messages import table

ROOT = Path(__file__).parents[2]
PAGES = {"errors": (table.PATH, table.page)}


def main() -> int:
    """Write the pages that are named, all of them if none is."""
    for name in sys.argv[1:] or PAGES:
        path, page = PAGES[name]
        (ROOT / path).parent.mkdir(parents=True, exist_ok=True)
        (ROOT / path).write_text(page(), encoding="utf-8")
        sys.stdout.write(f"{path} written\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
