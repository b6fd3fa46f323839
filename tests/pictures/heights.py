"""How tall messages are on a phone of 375 px: `python -m tests.pictures.heights` (needs Chromium)."""

import re
import sys
import tempfile
from pathlib import Path

from bot.channels.discord import embeds
from bot.channels.slack import blocks
from tests.pictures import chromium, discord, slack
from tests.words.pages import cards

SHOWN = (
    "intermittent", "acknowledged", "silenced_and_acknowledged", "three_components", "resolved", "group",
    "discrepancy_open",
)  # fmt: skip


def tall(page: str) -> int:
    """A page's height in CSS pixels. Raises ValueError where the browser does not tell it."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "page.html"
        file.write_text(page, encoding="utf-8")
        dumped = chromium._run(folder, f"--window-size=500,{chromium.TALLEST}", "--dump-dom", file.as_uri())
    found = re.search(r'<html[^>]* data-tall="(\d{1,4})"', dumped)
    if found is None:
        raise ValueError("the browser did not say how tall the page is")
    return int(found[1])


def main() -> None:
    """One line a message: Slack, Discord."""
    sys.stdout.write(f"{'px':28} Slack  Discord\n")
    for name in SHOWN:
        it = cards()[name]
        here = slack.show(slack.message(blocks.card(it, "m", it.at).arguments(), it.at, it.at), phone=True)
        there = discord.show(discord.message(embeds.root(it), it.at, it.at), phone=True)
        sys.stdout.write(f"{name:28} {tall(here):5}  {tall(there):7}\n")
        sys.stdout.flush()


if __name__ == "__main__":
    main()
