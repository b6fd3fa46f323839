"""Routes through judge, store, courier and real channels: who is told, when, and who never is."""

import io
import json
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from bot.advice.advisor import Advisor
from bot.app import service_view
from bot.channels.context import ChannelContext
from bot.channels.registry import CHANNELS
from bot.cli.ask import asker
from bot.config.load import from_text
from bot.core.model.person import Person
from bot.core.routing.tree import Subscription, SubscriptionFilter, policies_for
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.routes import configured_routes, policies_of
from bot.delivery.subscriptions import ROUTE
from bot.desk.open import open_desk
from bot.desk.reader import Reader
from bot.judging.judge import Judge, JudgeContext
from tests.test_acts import Scene
from tests.test_judge import SETTINGS, START

HEAD = """
services: [{id: claude, labels: {team: core}}]
channels: {chat: {kind: console}, pager: {kind: console}, log: {kind: console}}
routes:
"""
NIGHT = (
    HEAD
    + """
  - {to: log, continue: true}
  - to: chat
    quiet: {hours: "13:30-14:30", zone: UTC, except: major_outage}
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
            self.store.notes, self.store.shared, "courier",
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
        return [text for _, text in lines[named.index("Told") :]]


SOME, ALL = (True, False, False, False), (True,)
QUIET_ENDS = START + 70 * 60.0


@pytest.fixture
def house(store, tmp_path):
    """The quiet afternoon, with nothing in it yet."""
    return House(store, tmp_path)


async def test_what_goes_on_is_said_at_the_end_of_quiet_hours(house):
    """The log hears at once, the chat nothing until 14:30; then it stands there with its whole trail, once."""
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert (house.roots("log"), house.told("chat")) == (1, [])
        assert sorted(await house.why()) == [
            "chat: held until 14:30 UTC by quiet hours, by branch 2",
            "log: said (edition 1), by branch 1",
        ]
        await house.until_clock(QUIET_ENDS - 240, *SOME)
        await house.deliver()
        assert house.told("chat") == []
        await house.until_clock(QUIET_ENDS + 60, *SOME)
        await house.deliver()
    chat, log = house.told("chat"), house.told("log")
    assert chat[0][0] == "root"
    assert house.roots("chat") == 1
    assert [text for act, text in chat if act == "trail"] == [text for act, text in log if act == "trail"]


async def test_what_is_over_by_then_is_never_said(house):
    """A person calls it over at night; in the morning, and after votes on it, the chat still has nothing."""
    async with house.judging():
        name = await house.trouble(*SOME)
        await house.deliver()
        assert (await house.acts().act("claude", house.wish("resolve", name))).ok
        await house.until_clock(QUIET_ENDS + 120, False)
        await house.acts().act("claude", house.wish("right", name))
        await house.deliver()
    assert house.told("chat") == []
    assert [act for act, _ in house.told("log")].count("root") == 1
    assert house.told("log")[-1][1]


async def test_what_grows_as_bad_as_excepted_is_said_at_once(house):
    """One request in four fails: held; when it becomes a major one, nobody waits for the morning."""
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert house.told("chat") == []
        await house.until_clock(house.now + 20 * 60, *ALL)
        assert house.now < QUIET_ENDS
        await house.deliver()
    assert house.roots("chat") == 1


TREE = (
    HEAD
    + """
  - match: ['team="core"']
    to: pager
    minimum: major_outage
    continue: true
  - match: ['team="other"']
    to: log
  - to: chat
"""
)


async def test_continue_minimum_and_labels(house):
    """The pager hears when it is bad enough, the chat at once, and nobody else; `why` says so."""
    house.configure(TREE)
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        assert (house.roots("pager"), house.roots("log"), house.roots("chat")) == (0, 0, 1)
        assert await house.why() == [
            "chat: said (edition 1), by branch 3",
            "pager: branch 1: below its minimum, major_outage",
            'log: branch 2: team="other" does not hold: team is core',
        ]
        await house.until_clock(house.now + 20 * 60, *ALL)
        await house.deliver()
    assert (house.roots("pager"), house.roots("log"), house.roots("chat")) == (1, 0, 1)


async def test_a_subscription_is_a_route_without_quiet_hours(house):
    """The chat is quiet by the configuration; who subscribed a place to this component hears at once."""
    route = Subscription("pager", SubscriptionFilter(("claude-api",)), Person("terminal", "", "ann", "Ann"))
    await house.store.shared.subscribe("pager claude-api", ROUTE.dump_json(route).decode())
    other = Subscription("chat", SubscriptionFilter(("openai",)), Person("terminal", "", "ann", "Ann"))
    await house.store.shared.subscribe("chat openai", ROUTE.dump_json(other).decode())
    async with house.judging():
        await house.trouble(*SOME)
        await house.deliver()
        why = await house.why()
    assert (house.roots("pager"), house.roots("chat")) == (1, 0)
    assert any(line.startswith("pager: said") and line.endswith("by subscription") for line in why)
    assert any(line.startswith("chat: held until 14:30 UTC by quiet hours, by branch 2") for line in why)


async def test_who_was_told_stays_told_whatever_the_routes_say_later(house):
    """The routes change while it goes on: the first message is kept true to its end, and the new target hears too."""
    house.configure(HEAD + "  - {to: log}\n")
    async with house.judging():
        name = await house.trouble(*SOME)
        await house.deliver()
    house.configure(HEAD + "  - {to: chat}\n")
    async with house.judging("two"):
        await house.until_clock(house.now + 20 * 60, *ALL)
        await house.deliver()
        assert (house.roots("log"), house.roots("chat")) == (1, 1)
        assert (await house.acts().act("claude", house.wish("resolve", name))).ok
        await house.deliver()
    assert house.told("log")[-1][0] == "trail"
    assert any(act == "edit" and "resolved" in text for act, text in house.told("log"))


PLACES = """
services: [claude]
channels:
  chat: {kind: console}
  slack: {kind: slack, token: "${TOKEN}", app_token: "${APP}", channels: [C0123ABCD, C0456EFGH]}
  gone: {kind: ntfy, topic: "${MISSING?}"}
routes: [{to: chat, escalation: on-call}, {to: chat, escalation: nobody}]
escalations:
  on-call: {steps: [{after: 5m, to: [gone]}, {after: 10m, to: [slack, gone]}, {after: 10m, to: ["slack:C9"]}]}
  nobody: {steps: [{after: 5m, to: [gone]}]}
"""


def test_an_escalation_means_the_places_of_a_channel_and_passes_over_what_is_off():
    """A channel is all its places, as in a route; a step that reaches nobody only takes its time."""
    settings = from_text(PLACES, "it", {"TOKEN": "xoxb-1", "APP": "xapp-1"})
    found = policies_of(settings)
    assert found.keys() == {"on-call"}
    assert [(step.after_s, step.to) for step in found["on-call"].steps] == [
        (900.0, ("slack:C0123ABCD", "slack:C0456EFGH")),
        (600.0, ("slack:C9",)),
    ]
