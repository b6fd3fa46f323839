"""A whole instance with routes, and what each target was told."""

import io
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

from bot.advice.advisor import Advisor
from bot.app import service_view
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.cli.ask import asker
from bot.config.load import from_text
from bot.core.routing.tree import policies_for
from bot.core.text.inline import utc
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.routes import configured_routes, policies_of
from bot.desk.open import open_desk
from bot.desk.reader import Reader
from bot.judging.judge import Judge, JudgeContext
from tests.support.judging import SETTINGS
from tests.support.scene import Scene

HEAD = """
services: [{id: claude, labels: {team: core}}, {id: openai, labels: {team: other}}]
channels: {chat: {kind: console}, pager: {kind: console}, log: {kind: console}}
routes:
"""
NIGHT = (
    HEAD
    + """
  - {to: log, continue: true}
  - to: chat
    quiet_hours: {hours: "13:30-14:30", zone: UTC, except: major_outage}
"""
)
"""The story begins at 13:20 UTC; the first failure is that of 13:40."""


class House(Scene):
    """A judge with configured routes, and couriers that say what is due on real consoles when the test wants."""

    def __init__(self, store, folder: Path):
        super().__init__(store)
        self.folder = folder
        self.said = io.StringIO()
        self.configure(NIGHT)

    def configure(self, text):
        """The routes from now on."""
        self.settings = from_text(text, "it", {})
        self.routes = configured_routes(self.store, self.settings)

    def judge(self, owner, lease_ms=10_000):
        service = self.settings.service("claude")
        seen = replace(service_view(service, self.settings), names={"claude-api": "Claude API"}, page_ids={}, others={})
        due = partial(policies_for, self.routes.tree, policies_of(self.settings), labels=seen.labels)
        bench = JudgeContext(owner, lambda: self.now, self.routes.table, lambda: None, lease_ms, due)
        return Judge(self.store, seen, SETTINGS, bench)

    @asynccontextmanager
    async def judging(self, owner="one"):
        """A judge at work whom people's acts wake."""
        self.awake = self.judge(owner)
        async with self.at_work(self.awake):
            yield

    async def trouble(self, *pattern):
        """Health until 13:40, then this pattern of failures until an incident stands; its id."""
        await self.see(*[False] * 40)
        await self.remembered(self.sent)
        for _ in range(60):
            await self.see(*pattern)
            await self.remembered(self.sent)
            if found := await self.incidents():
                return found[0].id
        raise AssertionError("no incident")

    async def until_clock(self, at, *pattern):
        """The pattern goes on until that moment."""
        while self.now < at:
            await self.see(*pattern)
            await self.remembered(self.sent)

    async def deliver(self):
        """Everything that is due is said."""
        reading = Reader(self.store.views, self.settings.services)
        office = CourierContext("courier", lambda: self.now, Advisor(reading, {}, ["claude"]).card, self.lost)
        outside = ChannelContext(
            self.folder, self.said, "json", lambda: self.now, open_desk(self.store, self.settings),
            self.store.notes, self.store.leases, "courier",
        )  # fmt: skip
        async with AsyncExitStack() as stack:
            channels = {
                c.name: await stack.enter_async_context(CHANNELS[c.kind].opened(c.name, c.options, outside))
                for c in self.settings.channels
            }
            courier = Courier(self.store, ["claude"], channels, office)
            for name in channels:
                while await courier.round(name):
                    pass

    async def lost(self, what, text, over):
        raise AssertionError(text)

    def told(self, channel):
        """What a channel's own record has: (act, headline or line), in order."""
        path = self.folder / f"{channel}.jsonl"
        lines = [json.loads(line) for line in path.read_text().splitlines()] if path.exists() else []
        return [(line["act"], line.get("headline") or line["text"]) for line in lines]

    def roots(self, channel):
        """How many messages were begun there."""
        return sum(act == "root" for act, _ in self.told(channel))

    async def why(self):
        """What people are told of who heard, and who did not."""
        desk = open_desk(self.store, self.settings)
        lines = (await desk.ask("why claude-api", asker(), self.now)).lines
        named = [label for label, _ in lines]
        return [utc(text, self.now) for _, text in lines[named.index("Sent to") :]]


SOME, ALL = (True, False, False, False), (True,)
