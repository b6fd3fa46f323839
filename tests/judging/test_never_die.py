"""Nothing that breaks ends the process: rows are set aside, states begun afresh, workers begun again."""

import asyncio
import logging
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any

import pytest

from bot.core.detection.assessment import AssessorSettings
from bot.core.health.breaks import MANY, STUCK, Begin, Breaks
from bot.core.judging.judgement import Judgement
from bot.core.model.incident import IncidentStatus
from bot.core.model.service import ServiceView
from bot.judging.judge import Judge, JudgeContext
from bot.judging.progress import KEEP_S
from bot.store.codec import INCIDENT, REMEMBERED
from bot.store.connect import open_store
from bot.store.set_aside import SET_ASIDE
from bot.store.stream_rows import encode
from bot.supervision import Supervisor
from probes.model import Fault, Layer, Observation, Outcome, Timings
from tests.support.routing import to

pytestmark = pytest.mark.breaks

START = 1_776_000_000.0
POISON = 6.5
"""A latency (ms) that breaks the rules of these tests."""


@pytest.fixture
def poisoned(monkeypatch):
    """Rules that raise on one latency, as a bug on a rare value would."""
    see = Judgement.see

    def breaking(self, observation):
        see(self, observation)
        if observation.timings.total == POISON:
            raise ZeroDivisionError("key sk-ant-api03-abcdefgh12345678 by zero")

    monkeypatch.setattr(Judgement, "see", breaking)


class World:
    """Two services on one store, a clock that rows move, and a judge for each."""

    def __init__(self, store):
        self.store, self.now, self.sent = store, START, {"one": 0, "two": 0}
        self.working = []

    def judge(self, service):
        view = ServiceView(service, service.title(), {f"{service}-api": "API"})
        bench = JudgeContext("me", lambda: self.now, to("console"), lambda: None)
        return Judge(self.store, view, AssessorSettings((f"{service}-api",)), bench)

    @asynccontextmanager
    async def at_work(self, *services):
        self.working = [self.judge(service) for service in services]
        tasks = [asyncio.create_task(judge.run()) for judge in self.working]
        try:
            yield tasks
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def see(self, service, *kinds):
        """Rows thirty seconds apart: "ok", "failed" or "poison"."""
        rows = []
        for kind in kinds:
            self.now += 30.0
            bad = (Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND, "api_error")
            took = Timings(None, None, None, None, POISON if kind == "poison" else 80.0)
            how: Any = bad if kind == "failed" else (Outcome.OK,)
            name = f"{service}-api"
            seen = Observation(f"{name}/x", service, name, "eu", self.now, *how)
            rows.append(encode(replace(seen, timings=took)))
        await self.store.append(service, "eu.1", self.sent[service] + 1, rows)
        self.sent[service] += len(rows)

    async def at_end(self, service):
        """What is written once the last row is judged or passed over."""
        [*_, (last, _)] = await self.store.read(service, count=10_000)
        # What is calm is written after ten seconds, and looked at when there is news.
        self.now += KEEP_S
        for judge in self.working:
            judge.news.set()
        async with asyncio.timeout(30):
            while (loaded := await self.store.load(service)).position != last:  # noqa: ASYNC110  (the judge's own)
                await asyncio.sleep(0.01)
        return REMEMBERED.load(loaded.state)

    async def aside(self, service):
        return SET_ASIDE.load_all(await self.store.views.aside(service, 100))

    async def incidents(self, service):
        return [INCIDENT.load(body) for body in await self.store.views.incidents(service, 10)]


async def test_a_poison_row_is_set_aside_and_the_judge_goes_on(poisoned, tmp_path, caplog):
    """On a real embedded store: each other row is counted once, the list tells of the poison without the key."""
    async with open_store(None, tmp_path) as store:
        world = World(store)
        async with world.at_work("one", "two") as tasks:
            await world.see("one", *["ok"] * 150, "poison", *["ok"] * 149)
            await world.see("two", *["ok"] * 20)
            kept, other = await world.at_end("one"), await world.at_end("two")
            assert not any(task.done() for task in tasks)
        [one] = await world.aside("one")

        assert (kept.counted, other.counted) == (299, 20)
        assert one.error == "ZeroDivisionError: key [hidden] by zero"
        assert one.where.endswith(" _take")
        assert "Traceback" in one.trace
        assert "sk-ant" not in one.trace
        assert str(POISON) in one.row
        assert not await world.aside("two")
        assert any("set aside" in r.message and r.exc_info for r in caplog.records)


async def test_a_restart_over_a_poison_row_finds_the_same(poisoned, tmp_path):
    """Ended at any moment, with rows judged and not yet written, it is set aside once and nothing is counted twice."""
    async with open_store(None, tmp_path) as store:
        world = World(store)
        for number in range(6):
            async with world.at_work("one"):
                await world.see("one", *["ok"] * 7, *["poison"] * (number % 2), *["ok"] * 7)
                await asyncio.sleep(0.02 * number)
        async with world.at_work("one"):
            kept = await world.at_end("one")

        assert kept.counted == 6 * 14
        assert len(await world.aside("one")) == 3


async def test_an_open_incident_outlives_a_state_that_breaks(tmp_path, monkeypatch):
    """The state cannot be judged on at all: begun afresh, the incident stays open, and closes by evidence."""
    async with open_store(None, tmp_path) as store:
        world = World(store)
        async with world.at_work("one", "two"):
            await world.see("one", *["ok"] * 40, *["failed"] * 20)
            await world.see("two", *["ok"] * 5)
            await world.at_end("one")
        [before] = await world.incidents("one")
        resume = Judgement.__init__

        def broken(self, service, settings, remembered=None, *more):
            if service.id == "one" and remembered is not None and remembered.assessor:
                raise KeyError("streams")
            resume(self, service, settings, remembered, *more)

        monkeypatch.setattr(Judgement, "__init__", broken)
        async with world.at_work("one", "two"):
            await world.see("one", *["failed"] * 3)
            await world.see("two", *["ok"] * 5)
            await world.at_end("two")
            await world.at_end("one")
            [during] = await world.incidents("one")
            for _ in range(12):
                monkeypatch.setattr(Judgement, "__init__", resume)
                await world.see("one", *["ok"] * 20)
                await world.at_end("one")
        [after] = await world.incidents("one")

        assert (before.status, during.status, after.status) == (
            IncidentStatus.OPEN,
            IncidentStatus.OPEN,
            IncidentStatus.RESOLVED,
        )
        assert before.id == during.id == after.id
        assert len(await world.aside("one")) >= 1
        assert not await world.aside("two")


@pytest.mark.parametrize("state", [b"no json", b'{"incidents": 5, "told": {}}', b'{"assessor": {"version": 1}}', b"[]"])
async def test_a_state_that_cannot_be_read_loses_no_incident(tmp_path, state):
    """Damage of the state, or another version's: what is open in the store is taken up again, and told further."""
    async with open_store(None, tmp_path) as store:
        world = World(store)
        async with world.at_work("one"):
            await world.see("one", *["ok"] * 40, *["failed"] * 20)
            await world.at_end("one")
        [before] = await world.incidents("one")
        said = await store.views.deliveries("one")
        await store._link.call("HSET", "gt:1:{one}:judge", "state", state)
        async with world.at_work("one"):
            for _ in range(12):
                await world.see("one", *["ok"] * 20)
                await world.at_end("one")
        [after] = await world.incidents("one")
        [now] = await store.views.deliveries("one")

        assert (after.id, after.status) == (before.id, IncidentStatus.RESOLVED)
        assert now.version > said[0].version


def test_a_service_is_begun_afresh_only_when_it_breaks_again_and_again():
    """Single rows are set aside; many in ten minutes mean the state, once an hour; no row judged means it sooner."""
    breaks = Breaks()
    ways = []
    for n in range(2 * MANY):
        ways.append(breaks.again(START + n))
        breaks.went_well()
    one = Breaks()
    stuck = [one.again(START + 1000.0 * n) for n in range(2 * STUCK + 1)]

    assert ways.count(Begin.AFRESH) == 1
    assert ways[: MANY - 1] == [Begin.AS_WRITTEN] * (MANY - 1)
    assert stuck == [Begin.AS_WRITTEN] * STUCK + [Begin.AFRESH] * STUCK + [Begin.FROM_NOTHING]
    assert one.wait_s > 0
    rare = Breaks()
    for n in range(3):
        assert rare.again(START + 300.0 * n) is Begin.AS_WRITTEN
        rare.went_well()


class Told:
    """What people were told."""

    def __init__(self):
        self.said = []

    async def __call__(self, what, text, over):
        self.said.append((what, over))
        assert text


async def test_a_worker_that_raises_is_begun_again_and_told_once(caplog):
    """With its traceback in the log once, after growing waits; others never notice, and its recovery is told."""
    told, runs, others = Told(), [], []
    supervisor = Supervisor(told, waits_s=(0.0, 0.01), well_s=0.05)
    well = asyncio.Event()

    async def worker():
        runs.append(1)
        if len(runs) < 4:
            raise ValueError("a bug")
        await well.wait()

    async def other():
        while True:
            others.append(1)
            await asyncio.sleep(0.01)

    async with asyncio.TaskGroup() as tasks:
        beside = tasks.create_task(supervisor.keep("other", other))
        first = tasks.create_task(supervisor.keep("digests", worker))
        async with asyncio.timeout(5):
            while ("digests", True) not in told.said:  # noqa: ASYNC110  (whenever it likes)
                await asyncio.sleep(0.01)
        well.set()
        await first
        beside.cancel()

    assert told.said == [("digests", False), ("digests", True)]
    assert len(runs) == 4
    assert len(others) > 3
    assert len([r for r in caplog.records if r.exc_info]) == 1
    assert supervisor.broken == {}


async def test_cancelling_a_worker_that_breaks_ends_it():
    """Nothing is swallowed that the process needs for its own end."""
    supervisor = Supervisor(waits_s=(60.0,))

    async def worker():
        raise ValueError

    task = asyncio.create_task(supervisor.keep("worker", worker))
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_whom_nothing_can_be_said_to_ends_nothing(caplog):
    """The way of telling may break itself."""

    async def mute(*_):
        raise RuntimeError("no way out")

    supervisor = Supervisor(mute, waits_s=(0.0,))
    await supervisor.job("job", _raising())

    assert supervisor.broken == {"job": 1}
    assert sum(r.levelno >= logging.ERROR for r in caplog.records) == 2


async def _raising():
    raise ValueError("a job")
