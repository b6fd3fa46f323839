"""A Groundtruth that counts its tasks: `python -m tests.support.counted ...` as `groundtruth ...`, into $TASKS_FILE."""

import asyncio
import os
import sys
import threading
import time
from pathlib import Path

from bot.cli.main import main

LOOPS: list[asyncio.AbstractEventLoop] = []
_new = asyncio.events.new_event_loop


def _recorded() -> asyncio.AbstractEventLoop:
    LOOPS.append(_new())
    return LOOPS[-1]


def _count(file: Path) -> None:
    while True:
        fresh = file.with_suffix(".fresh")
        fresh.write_text(str(sum(len(asyncio.all_tasks(loop)) for loop in LOOPS)))
        fresh.replace(file)
        time.sleep(1)


if __name__ == "__main__":
    asyncio.events.new_event_loop = _recorded
    threading.Thread(target=_count, args=(Path(os.environ["TASKS_FILE"]),), daemon=True).start()
    sys.exit(main())
