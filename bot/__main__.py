"""`python -m bot`, and the `groundtruth` script."""

import importlib
import sys

from bot.cli import cached_line


def main() -> int:
    """Run the program. A cached status line is printed before the rest is imported: it is asked for all the time."""
    code = cached_line.shown(sys.argv[2:]) if sys.argv[1:2] == ["statusline"] else None
    if code is None:
        code = int(importlib.import_module("bot.cli.main").main())
    return code


if __name__ == "__main__":
    sys.exit(main())
