"""Outages played to their end by the test's clock: real judges and couriers, and both chat platforms over the wire."""

import asyncio
import json
from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass

from bot.advice.advisor import Advisor
from bot.channels.channel import Channel
from bot.channels.discord.channel import DiscordChannel
from bot.config.load import from_text
from bot.core.detection.assessment import AssessorSettings
from bot.core.model.service import ServiceView
from bot.core.routing.grouping import GroupTiming
from bot.delivery.channel_queue import CourierContext
from bot.delivery.courier import Courier
from bot.delivery.grouping import Grouping
from bot.delivery.self_notices import SelfNotices
from bot.desk.reader import Reader
from bot.judging.judge import Judge, JudgeContext
from bot.process import Process
from bot.store.codec import REMEMBERED
from bot.store.store import Store
from bot.store.stream_rows import encode
from probes.model import Claim, Fault, Layer, Observation, Outcome, Page, State
from tests.fakes.discord.server import discord
from tests.fakes.slack.server import slack
from tests.support.clock import AT, Clock
from tests.support.discord import pointed_at
from tests.support.platforms import title, trail
from tests.support.routing import to
from tests.support.slack import channel_on

MIN, NAN = 60.0, float("nan")
WELL = 20.0
"""Minutes before the outage."""
LOOKS_S = (0.0, 1.0, 2.0, 5.0, 15.0)
"""After a check, couriers are at work at these moments."""


def moment(minute: float) -> float:
    """Unix seconds of a minute of the outage."""
    return AT + (minute + WELL) * MIN


@dataclass(frozen=True, slots=True)
class Outage:
    """Who fails from minute 0 on; when the page admits it and takes it back (minutes), where it has one.

    After the last failure so many checks (`together`) are judged at once, so that many services are played in seconds.
    """

    title: str
    services: tuple[str, ...]
    components: tuple[str, ...]
    lasts: float
    ends: float
    step_s: float = 30.0
    together: int = 1
    page: tuple[float, float] | None = None


ONE = Outage("one component", ("acme",), ("API",), 15, 30)
THREE = Outage("one vendor, three components, admitted after 25 min", ("acme",), ("API", "Code", "Web"), 35, 56,
               page=(25, 50))  # fmt: skip
STORM = Outage("30 services at once", tuple(f"service-{n:02}" for n in range(1, 31)), ("API",), 4, 44, together=10)
OUTAGES = (ONE, THREE, STORM)


@dataclass(frozen=True, slots=True)
class Line:
    """A message as it stood at the end: headline, number of edits, the minute it was posted (Discord alone tells)."""

    head: str
    edits: int
    minute: float


@dataclass(frozen=True, slots=True)
class Counted:
    """What one channel was told: roots of incidents, notices about the page, groups, lines in threads, broadcasts."""

    roots: tuple[Line, ...]
    notices: tuple[Line, ...]
    groups: tuple[Line, ...]
    lines: tuple[str, ...]
    broadcasts: tuple[str, ...]

    @property
    def edits(self) -> int:
        """Of all messages together."""
        return sum(one.edits for one in (*self.roots, *self.notices, *self.groups))


def _sorted(standing: Sequence[Line], lines: Sequence[str], broadcasts: Sequence[str]) -> Counted:
    """By what they are."""
    notices = tuple(one for one in standing if "⚖" in one.head)
    groups = tuple(one for one in standing if "incidents" in one.head)
    roots = tuple(one for one in standing if one not in notices and one not in groups)
    return Counted(roots, notices, groups, tuple(lines), tuple(broadcasts))


class Night:
    """One outage: judges of its services, one courier, and what stands on both platforms."""

    def __init__(self, store: Store, outage: Outage, clock: Clock) -> None:
        self.store, self.outage, self.clock = store, outage, clock
        self.sent = 0

    def views(self) -> dict[str, ServiceView]:
        """Each service as its judge sees it."""
        found = {}
        for service in self.outage.services:
            names = self.parts(service)
            pages = {c: f"page-{c}" for c in names} if self.outage.page else {}
            where = "https://status.example" if pages else ""
            found[service] = ServiceView(service, service.capitalize(), names, pages, where)
        return found

    def parts(self, service: str) -> dict[str, str]:
        """Names of a service's components by their ids."""
        return {f"{service}-{c.lower()}": f"{service.capitalize()} {c}" for c in self.outage.components}

    def rows(self, service: str, minute: float) -> list[bytes]:
        """What is seen of a service then."""
        at = moment(minute)
        failing = 0 <= minute < self.outage.lasts
        how = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "http_500", 500) if failing else (Outcome.OK,)
        seen = [Observation(f"{c}/hello", service, c, "eu", at, *how) for c in self.parts(service)]
        if (red := self.outage.page) is not None:
            state = State.MAJOR if red[0] <= minute < red[1] else State.OPERATIONAL
            words = "Major outage" if state is State.MAJOR else "All Systems Operational"
            claims = tuple(Claim(f"page-{c}", name, state) for c, name in self.parts(service).items())
            page = Page("https://status.example", claims, words=words)
            seen.append(Observation(f"{service}:page", service, "", "eu", at, Outcome.OK, page=page))
        return [encode(one) for one in seen]

    async def check(self, judges: dict[str, Judge], *minutes: float) -> None:
        """Every service is checked then and judged. A judge that finds no rows may write too, so they come first."""
        for service in judges:
            rows = [row for minute in minutes for row in self.rows(service, minute)]
            await self.store.append(service, "eu.1", self.sent + 1, rows)
        self.sent += len(rows)
        self.clock.at = moment(minutes[-1])
        for judge in judges.values():
            judge.news.set()
        async with asyncio.timeout(20):
            for service in judges:
                while await self.counted(service) < self.sent:  # noqa: ASYNC110  (the store is asked)
                    await asyncio.sleep(0.005)

    async def counted(self, service: str) -> int:
        """How many rows of a service are judged."""
        state = (await self.store.load(service)).state
        kept = REMEMBERED.load(state) if state else None
        return kept.counted if kept is not None else 0

    async def play(self, books: dict[str, Channel], targets: Sequence[str]) -> None:
        """From some minutes before the outage to the end."""
        now = self.clock
        every = self.outage.step_s
        judges = {
            s: Judge(self.store, view, AssessorSettings(tuple(view.names), every),
                     JudgeContext("one", now, to(*targets), lambda: None))
            for s, view in self.views().items()
        }  # fmt: skip
        checks = {"hello": {"kind": "http", "target": "http://127.0.0.1:9/"}}
        known = [
            {
                "id": s,
                "name": s.capitalize(),
                "components": {c: {"name": name, "checks": checks} for c, name in self.parts(s).items()},
            }
            for s in self.outage.services
        ]
        read = from_text(json.dumps({"services": known}), "counts", {})
        grouping = Grouping(
            Process(self.store, read, "one", now), SelfNotices(self.store, "one", now, lambda: None),
            lambda _target: GroupTiming(),
        )  # fmt: skip
        advisor = Advisor(Reader(self.store.views, read.services), {}, list(judges))
        office = CourierContext("courier", now, advisor.card, _lost, grouping.gate)
        courier = Courier(self.store, list(judges), books, office)
        tasks = [asyncio.create_task(judge.run()) for judge in judges.values()]
        try:
            step = every / MIN
            await self.check(judges, *(-step * n for n in range(round(WELL / step) - 1, 0, -1)))
            n = 0
            while n * step < self.outage.ends:
                many = self.outage.together if n * step >= self.outage.lasts else 1
                await self.check(judges, *((n + more) * step for more in range(many)))
                await self.deliver(courier, grouping, books)
                n += many
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def deliver(self, courier: Courier, grouping: Grouping, books: dict[str, Channel]) -> None:
        """What is due until the next check is said."""
        began = self.clock.at
        for after in LOOKS_S:
            self.clock.at = began + after
            await grouping.round()
            for name in books:
                while await courier.round(name):
                    pass


async def _lost(what: str, text: str, over: bool) -> None:
    if not over:
        raise AssertionError(f"{what}: {text}")


@asynccontextmanager
async def played(store: Store, outage: Outage) -> AsyncIterator[dict[str, Counted]]:
    """The counts by platform of an outage that was played to its end in this store."""
    clock = Clock(AT)
    async with AsyncExitStack() as stack:
        here, there = await stack.enter_async_context(slack()), await stack.enter_async_context(discord(clock))
        here.workspace.room("C1")
        place = there.world.channel("alerts")
        books: dict[str, Channel] = {
            "slack": await stack.enter_async_context(channel_on(here, store, now=clock)),
            "discord": await stack.enter_async_context(
                DiscordChannel("discord", pointed_at(there), store.notes, clock)
            ),
        }
        night = Night(store, outage, clock)
        await night.play(books, ("slack:C1", f"discord:{place.id}"))
        standing = here.workspace.standing("C1")
        under = [line for root in standing for line in here.workspace.thread(root)]
        on_slack = _sorted(
            [Line(m.headline, m.edits, NAN) for m in standing],
            [line.text for line in under], [line.text for line in under if line.broadcast],
        )  # fmt: skip
        roots = [m for m in place.messages if m.embeds]
        besides = [m.content for m in place.messages if not m.embeds]
        on_discord = _sorted(
            [Line(title(m), m.edits, (m.at - AT) / MIN - WELL) for m in roots],
            [line.content for root in roots for line in trail(there, root)], besides,
        )  # fmt: skip
        yield {"Slack": on_slack, "Discord": on_discord}
