"""The messages of the pictures, as the program posted them: `python -m tests.pictures.recording` (a minute).

It plays the outage of 13 April 2026 against Slack and Discord of our own on loopback: `recorded.json` holds what stood
there, with the time of the story at which it was read. Anna acknowledges on Slack.
"""

import asyncio
import copy
import io
import json
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from bot.app import Terminal, running
from bot.demo.clock import StoryClock
from bot.demo.scenario_files import load
from bot.demo.vendor import Vendor
from tests.fakes.discord.server import discord
from tests.fakes.discord.world import Message as Embedded
from tests.fakes.slack.server import slack
from tests.fakes.slack.workspace import Message
from tests.support.platforms import Platforms, title, trail, until

FILE = Path(__file__).parent / "recorded.json"
STORY, SEED = "april-13", 13
ANNA = "U0ANNA123"
MIN = 60.0
WITHIN_S = 90.0
Shown = Mapping[str, Any]


class Recording:
    """What stands on both platforms at some moments of the story."""

    def __init__(self, both: Platforms, clock: StoryClock) -> None:
        self.both, self.clock = both, clock
        self.slack: dict[str, Shown] = {}
        self.discord: dict[str, Shown] = {}
        self.posted: dict[str, float] = {}

    @property
    def here(self) -> Message:
        """The incident's message on Slack."""
        return self.both.slack_roots("C1")[0]

    @property
    def there(self) -> Embedded:
        """The same on Discord."""
        return self.both.discord_roots()[0]

    def notice(self) -> tuple[Message, Embedded] | None:
        """The notice of the discrepancy on both, once it stands."""
        on_slack = [m for m in self.both.slack.workspace.standing("C1") if "⚖" in m.headline]
        on_discord = [m for m in self.both.discord.roots(self.both.alerts.id) if "⚖" in title(m)]
        return (on_slack[0], on_discord[0]) if on_slack and on_discord else None

    def keep(self, name: str, here: Message, there: Embedded) -> None:
        """Both as they stand now."""
        at, now = self.posted.setdefault(here.ts, self.clock()), self.clock()
        said = {key: here.said[key] for key in ("text", "blocks", "attachments") if here.said.get(key)}
        # A chart stands in the thread too; the pictures show what is said.
        lines = [line.said["text"] for line in self.both.slack.workspace.thread(here) if not line.blocks]
        self.slack[name] = copy.deepcopy({"at": at, "now": now, "said": said, "thread": lines})
        sent = {"content": there.content, "embeds": list(map(_seen, there.embeds)), "components": there.components}
        under = [line.content for line in trail(self.both.discord, there) if not line.embeds and not line.files]
        thread = self.both.discord.world.channels.get(there.id)
        called = thread.name if thread else ""
        self.discord[name] = copy.deepcopy({"at": at, "now": now, "said": sent, "thread": under, "called": called})

    async def when(self, true: Callable[[], Any]) -> Any:
        """Wait for the story to come to it."""
        return await until(true, WITHIN_S, lambda: [m.headline for m in self.both.slack.workspace.standing("C1")])

    async def play(self) -> None:
        """From the first alert to the end."""
        await self.when(lambda: self.both.slack_roots("C1") and self.both.discord_roots())
        began = self.posted[self.here.ts] = self.clock()
        await self.when(lambda: self.clock() > began + 6 * MIN)
        self.keep("incident", self.here, self.there)
        await self.both.ann.presses(self.here, "Acknowledge")
        await self.when(lambda: self.clock() > began + 16 * MIN)
        self.keep("acknowledged", self.here, self.there)
        standing = await self.both.types("status")
        self.slack["status"] = {"at": self.clock(), "now": self.clock(), "said": standing.answers[0].said, "thread": []}
        told = await self.both.asks("status")
        sent = {"embeds": list(map(_seen, told.replies[0].embeds)), "components": told.replies[0].components}
        self.discord["status"] = {"at": self.clock(), "now": self.clock(), "said": sent, "thread": []}
        notice = await self.when(self.notice)
        self.posted[notice[0].ts] = self.clock()
        await asyncio.sleep(0.5)
        self.keep("discrepancy", *notice)
        await self.when(lambda: "🟢" in self.here.headline and "🟢" in title(self.there))
        await asyncio.sleep(1.0)
        self.keep("resolved", self.here, self.there)


def _seen(embed: Shown) -> Shown:
    """An embed without what nobody sees."""
    return {key: value for key, value in embed.items() if key in {"title", "description", "color", "fields", "footer"}}


async def record() -> dict[str, Any]:
    """Play it once; what was said, by platform and picture."""
    story = load(STORY)
    clock = StoryClock(story)
    vending = Vendor(story, seed=SEED, speed=1.0, clock=clock)
    async with slack() as on_slack, discord(clock) as on_discord, vending as vendor:
        both = Platforms(vendor, on_slack, on_discord)
        both.ann = on_slack.person(ANNA)
        both.ann.user.name = "Anna"
        with tempfile.TemporaryDirectory() as folder:
            given = both.settings(Path(folder), 30.0, vantage={"name": "demo"})
            async with running(given, Terminal(io.StringIO(), "plain", clock, story.speed)):
                await both.heard()
                it = Recording(both, clock)
                clock.start()
                await it.play()
    return {"people": {ANNA: "Anna"}, "slack": it.slack, "discord": it.discord}


def main() -> int:
    """Record and keep it."""
    found = asyncio.run(record())
    FILE.write_text(json.dumps(found, indent=1, ensure_ascii=False, sort_keys=True) + "\n", encoding="utf-8")
    sys.stdout.write(f"{FILE.stat().st_size / 1000:.1f} kB  {FILE.name}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
