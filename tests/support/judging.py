"""A judge on a real store."""

import asyncio
from contextlib import asynccontextmanager

from bot.core.detection.assessment import AssessorSettings
from bot.core.model.service import ServiceView
from bot.judging.judge import Judge, JudgeContext
from bot.store.codec import INCIDENT, REMEMBERED, VOICES
from bot.store.stream_rows import encode
from probes.model import Fault, Layer, Observation, Outcome
from tests.support.routing import to
from tests.support.stores import readable

START = 1_776_000_000.0
VIEW = ServiceView("claude", "Claude", {"claude-api": "Claude API"})
SETTINGS = AssessorSettings(components=("claude-api",), interval_s=30.0)


class World:
    """A store, a clock that the observations move, and judges."""

    def __init__(self, store):
        self.store = store
        self.now = START
        self.sent = 0
        self.working = []

    def judge(self, owner, lease_ms=10_000):
        return Judge(
            self.store, VIEW, SETTINGS, JudgeContext(owner, lambda: self.now, to("console"), lambda: None, lease_ms)
        )

    @asynccontextmanager
    async def at_work(self, *judges):
        """Judges running until the block is left; what comes wakes them, as in the process of a prober."""
        tasks = [asyncio.create_task(judge.run()) for judge in judges]
        self.working += judges
        try:
            yield
        finally:
            self.working = [judge for judge in self.working if judge not in judges]
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def see(self, *failed):
        """Stream results, thirty seconds apart; the clock moves when they are there, or a judge would miss them."""
        await self.append(failed, self.now + 30.0)
        self.now += 30.0 * len(failed)
        self.wake_all()

    async def append(self, failed, at):
        """The same from a moment on, without moving the clock."""
        rows = []
        for number, bad in enumerate(failed):
            outcome = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error") if bad else (Outcome.OK,)
            when = at + 30.0 * number
            rows.append(encode(Observation("claude-api/hello", "claude", "claude-api", "eu", when, *outcome)))
        await self.store.append("claude", "eu.1", self.sent + 1, rows)
        self.sent += len(rows)
        self.wake_all()

    def wake_all(self):
        """There may be news for whoever is at work."""
        for judge in self.working:
            judge.news.set()

    async def remembered(self, counted):
        """What is written once so many rows have been counted."""
        async with asyncio.timeout(20):
            while True:
                loaded = await self.store.load("claude")
                if loaded.state and (kept := readable(REMEMBERED.load(loaded.state))).counted >= counted:
                    return kept
                await asyncio.sleep(0.01)

    async def shown(self, failed):
        """Wait until people see so many failures."""
        async with asyncio.timeout(20):
            while True:
                body = (await self.store.views.assessments("claude")).get("claude-api")
                if body and readable(VOICES.load(body)).measured.failed == failed:
                    return
                await asyncio.sleep(0.01)

    async def incidents(self):
        return INCIDENT.load_all(await self.store.views.incidents("claude", 10))
