"""`groundtruth statusline` from a cached file: printed before anything else of the program is imported.

The file is Unix seconds of this machine's clock in its first line, then the text form of
`bot.core.answers.status_line`. `deploy/claude-code/bin/groundtruth-line` reads the same file.
"""

import os
import sys
import time
from collections.abc import Sequence

DEFAULT = "claude-api"
HEAD = "groundtruth-line 1"
REFRESH_S = 15
"""What is older is read again, behind the line that is printed."""
STALE_S = 90
"""What is older is not told: it would be of the past."""
LETTERS = frozenset("abcdefghijklmnopqrstuvwxyz0123456789-_.")


def place(component: str) -> str:
    """The file of a component. An id has no other letters."""
    return os.path.expanduser(f"~/.cache/groundtruth/line-{component}")  # noqa: PTH111 - pathlib takes longer to import than all of this


def shown(argv: Sequence[str]) -> int | None:
    """Print the line that is cached and read it again behind it; None where the whole program is needed."""
    if len(argv) > 1 or (argv and not LETTERS.issuperset(argv[0])):
        return None
    component = argv[0] if argv else DEFAULT
    if component.startswith("-") or (sys.stdout.encoding or "").lower() not in {"utf-8", "utf8"}:
        return None
    found, age = read(component)
    if found is None:
        return None
    if not 0 <= age < REFRESH_S:
        _behind(component)
    sys.stdout.write(said(found, age) + "\n")
    return 0


def read(component: str) -> tuple[dict[str, str] | None, float]:
    """The cached keys, None without them, and their age in seconds."""
    try:
        with open(place(component), encoding="utf-8") as file:  # noqa: PTH123
            written, head, *lines = file.read(8192).split("\n")
        age = time.time() - float(written)
    except (OSError, ValueError):
        return None, 0.0
    pairs = dict(line.split(" ", 1) for line in lines if " " in line)
    return (pairs, age) if head == HEAD and "line" in pairs else (None, 0.0)


def said(found: dict[str, str], age: float) -> str:
    """The line, grey where it is of the past: it is never green then. A clock that was set back makes it old, too."""
    if 0 <= age < STALE_S:
        return found["line"]
    return f"⚪ {found.get('name', '?')} unknown"


def _behind(component: str) -> None:
    """Start the program that reads it again, and do not wait."""
    asked = place(component) + ".asked"
    try:
        if 0 <= time.time() - os.stat(asked).st_mtime < REFRESH_S:  # noqa: PTH116
            return
    except OSError:
        pass
    try:
        with open(asked, "w", encoding="utf-8"):  # noqa: PTH123
            pass
        sys.stdout.flush()
        if os.fork():
            return
    except OSError:
        return
    try:
        os.setsid()
        nowhere = os.open(os.devnull, os.O_RDWR)
        for stream in (0, 1, 2):
            os.dup2(nowhere, stream)
        os.execv(sys.executable, [sys.executable, "-m", "bot", "statusline", "--refresh", component])  # noqa: S606 - ourselves
    finally:
        os._exit(1)
