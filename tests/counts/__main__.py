"""Messages of an outage on Slack and Discord: `python -m tests.counts` (half a minute; `-v` shows what was said)."""

import asyncio
import sys
import tempfile
from pathlib import Path

from bot.store.connect import open_store
from tests.counts.played import OUTAGES, Counted, Outage, played

HEAD = "| outage | channel | roots | groups | page notices | thread lines | broadcasts | edits |"


def row(outage: Outage, platform: str, told: Counted) -> str:
    """One line of the table."""
    numbers = (
        len(told.roots), len(told.groups), len(told.notices), len(told.lines), len(told.broadcasts), told.edits,
    )  # fmt: skip
    return f"| {outage.title} | {platform} | {' | '.join(map(str, numbers))} |"


async def main() -> None:
    """The table, as Markdown."""
    sys.stdout.write(f"{HEAD}\n|{'---|' * HEAD.count(' | ')}---|\n")
    for outage in OUTAGES:
        with tempfile.TemporaryDirectory() as folder:
            async with open_store(None, Path(folder)) as store, played(store, outage) as told:
                for platform, counted in told.items():
                    sys.stdout.write(row(outage, platform, counted) + "\n")
                    if "-v" in sys.argv:
                        sys.stdout.write(f"{counted}\n")


if __name__ == "__main__":
    asyncio.run(main())
