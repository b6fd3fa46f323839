"""History on the real store: through restarts, two judges and late rows, each result is in its bucket once."""

import asyncio
import random
from collections import Counter

import pytest

from bot.core.history.ranges import SPANS
from bot.core.history.recorder import EVERY_S
from bot.core.postmortem.report import postmortem
from bot.desk.reader import Reader
from bot.judging.judge import Judge
from bot.judging.progress import KEEP_S
from bot.settings import Component, Service
from bot.store.codec import REMEMBERED
from bot.store.stream_rows import encode
from probes.model import Fault, Observation, Outcome, Timings
from tests.support.judging import World

CLAUDE = Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),))


class Watched(World):
    """A world that knows what was looked at."""

    def __init__(self, store):
        super().__init__(store)
        self.looks = []
        self.reading = Reader(store.views, [CLAUDE])

    async def look(self, dice, n):
        """Results, most of them now, some late by minutes, hours or days."""
        rows, now = [], self.now
        for _ in range(n):
            now += dice.choice((1.0, 29.5, 60.0))
            at = now - dice.choice((0.0, 0.0, 0.0, 700.0, 4_000.0, 90_000.0))
            outcome = dice.choice([Outcome.OK, Outcome.SLOW, Outcome.FAILED])
            fault = Fault.VENDOR if outcome is Outcome.FAILED else Fault.NONE
            seen = Observation(
                "claude-api/hello",
                "claude",
                "claude-api",
                "eu",
                round(at, 3),
                outcome,
                fault,
                timings=Timings(total=80.0),
            )
            rows.append(encode(seen))
            self.looks.append(seen)
        await self.store.append("claude", "eu.1", self.sent + 1, rows)
        self.now = now + KEEP_S
        self.sent += n
        self.wake_all()

    async def written(self):
        """All of it is in the roll-ups."""
        self.now += EVERY_S + 30
        self.wake_all()
        asked = self.now
        async with asyncio.timeout(20):
            while True:
                loaded = await self.store.load("claude")
                kept = REMEMBERED.load(loaded.state) if loaded.state else None
                if kept and kept.counted >= self.sent and kept.rolled.written_at >= asked:
                    return
                self.now += 1
                await asyncio.sleep(0.01)

    async def check(self):
        """Every span is what was looked at in it, one by one."""
        for span in SPANS.values():
            [past] = await self.reading.history("claude", "claude-api", span, self.now)
            begin, end = span.ends(self.now) - span.seconds, span.ends(self.now)
            kinds = Counter(o.outcome.value for o in self.looks if begin <= o.at < end)
            assert past.sums.counts == [kinds["ok"], kinds["slow"], kinds["failed"], 0], span.name
            assert sum(past.sums.bins.values()) == kinds["ok"] + kinds["slow"]
            assert past.sums.known_ms <= span.seconds * 1000


@pytest.mark.parametrize("seed", range(3))
async def test_restarts_neither_lose_nor_double(store, seed):
    """A judge ended after every few rows, at any moment between gathering and writing."""
    world, dice = Watched(store), random.Random(seed)
    for number in range(8):
        async with world.at_work(world.judge(f"run {number}")):
            await world.look(dice, dice.randrange(1, 30))
            if dice.random() < 0.7:
                await world.remembered(world.sent)
            else:
                await asyncio.sleep(0)  # ended in the middle of whatever it does
    async with world.at_work(world.judge("last")):
        await world.written()
    await world.check()


async def test_two_judges_are_one_history(store):
    """While the lease changes hands again and again, with the loser's commit refused."""
    world, dice = Watched(store), random.Random(6)
    judges: list[Judge] = [world.judge(name, 1_000) for name in ("one", "two")]
    async with world.at_work(*judges):
        for n in range(6):
            await world.look(dice, 20)
            if n % 2:
                await store._link.call("DEL", "gt:1:{claude}:lease")
            await world.remembered(world.sent)
        await world.written()
    await world.check()


async def test_a_clock_set_back_loses_nothing(store):
    """The judge's clock goes back by minutes, then by days, while rows go on."""
    world, dice = Watched(store), random.Random(7)
    async with world.at_work(world.judge("one")):
        for back in (0.0, 300.0, 3 * 86_400.0):
            await world.look(dice, 20)
            await world.remembered(world.sent)
            world.now -= back
        world.now += 4 * 86_400
        await world.written()
    counts = (await world.reading.history("claude", "", SPANS["90d"], world.now))[0].sums.counts
    assert sum(counts) == len(world.looks)


async def test_nothing_is_known_of_what_nobody_judged(store):
    """Uptime counts judged time alone; the rest is unknown, and a store without history says so."""
    world, dice = Watched(store), random.Random(8)
    [before] = await world.reading.history("claude", "claude-api", SPANS["24h"], world.now)
    async with world.at_work(world.judge("one")):
        await world.look(dice, 5)
        await world.remembered(world.sent)
        await world.written()
    [after] = await world.reading.history("claude", "claude-api", SPANS["24h"], world.now)

    assert before.written_to == 0
    assert before.unknown_s == pytest.approx(86_400, abs=60)
    assert after.sums.known_ms > 0
    assert after.unknown_s == pytest.approx(after.counted_to - after.points[0].begins - after.sums.known_ms / 1000)
    assert await world.reading.history("claude", "nothing", SPANS["24h"], world.now) == []


async def test_the_record_of_an_incident_is_kept_for_its_report(store):
    """Through a restart in the middle: failures, course and timeline are those of the incident, each once."""
    world = Watched(store)
    for number, failed in enumerate(([False] * 40, [True] * 12, [True] * 8, [False] * 10)):
        # The clock is moved by what is seen: a judge at work would take the rows that are not there yet for missing.
        await world.see(*failed)
        async with world.at_work(world.judge(f"run {number}")):
            await world.remembered(world.sent)
    [incident] = await world.incidents()
    case = await world.reading.casefile("claude", incident)
    answer = postmortem(case, world.now)

    assert case.dossier is not None
    assert case.dossier.symptoms == {"api_error": 20}
    assert sum(stretch.failed for stretch in case.dossier.course) == 20
    assert [d.subject for d in case.deliveries] == [incident.id]
    assert answer.data["draft"] is (incident.resolved_at is None)
    assert "api error ×20" in answer.text
