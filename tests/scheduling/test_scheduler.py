"""When things run: soon at first, then every interval, however many there are."""

import asyncio
from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from bot.scheduling.scheduler import SLOTS, Schedule


class Runs:
    """Counts runs by name, and wakes whoever waits for them."""

    def __init__(self) -> None:
        self.count: Counter[str] = Counter()
        self.more = asyncio.Event()

    async def run(self, name: str) -> None:
        self.count[name] += 1
        self.more.set()

    async def until(self, names: int, least: int) -> None:
        async with asyncio.timeout(20):
            while len(self.count) < names or min(self.count.values()) < least:
                self.more.clear()
                await self.more.wait()


async def test_everything_runs_at_its_interval() -> None:
    """Ten runs of a fifth of a second take about two seconds."""
    runs = Runs()
    async with Schedule() as schedule:
        began = asyncio.get_running_loop().time()
        schedule.every(0.2, runs.run, "a", name="a")
        await runs.until(1, 11)
    took = asyncio.get_running_loop().time() - began
    assert 10 * 0.2 * 0.6 < took < 10 * 0.2 * 1.4 + 2


async def test_thousands_share_jobs_and_each_runs_all_the_same() -> None:
    """The scheduler has no more jobs than slots, and nobody is forgotten or run twice as often."""
    runs = Runs()
    names = [str(n) for n in range(3 * SLOTS)]
    async with Schedule() as schedule:
        for name in names:
            schedule.every(1.0, runs.run, name, name=name)
        assert len(schedule._scheduler.get_jobs()) == SLOTS
        await runs.until(len(names), 4)
    assert max(runs.count.values()) <= 6


async def test_after_the_end_nothing_runs() -> None:
    """What was to begin a moment later does not."""
    runs = Runs()
    async with Schedule() as schedule:
        schedule.every(60.0, runs.run, "a", name="a")
    await asyncio.sleep(1.1)
    assert sum(runs.count.values()) <= 1
    assert not [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]


async def test_time_that_runs_faster() -> None:
    """By a clock a hundred times as fast an interval of twenty seconds is a fifth of one."""
    runs = Runs()
    async with Schedule(100.0) as schedule:
        began = asyncio.get_running_loop().time()
        schedule.every(20.0, runs.run, "a", name="a")
        await runs.until(1, 4)
    assert asyncio.get_running_loop().time() - began < 3.0


@pytest.mark.breaks
async def test_a_job_that_raises_runs_again_and_the_others_never_notice(caplog: pytest.LogCaptureFixture) -> None:
    """Its traceback is in the log once, however often it raises."""
    runs = Runs()

    async def breaking() -> None:
        await runs.run("breaks")
        raise ValueError("a bug")

    async with Schedule() as schedule:
        schedule.every(0.1, breaking, name="breaks")
        schedule.every(0.1, runs.run, "well", name="well")
        await runs.until(2, 5)
    assert len([record for record in caplog.records if record.exc_info]) == 1


async def test_a_clock_that_is_set_back_stops_nothing(monkeypatch):
    """130 s back while a check of every 0.2 s runs: it goes on within the second, not in two minutes."""
    off = 0.0

    class Set(datetime):
        """APScheduler's clock."""

        @classmethod
        def now(cls, tz=None):
            """The machine's time as it was set."""
            return datetime.now(tz) + timedelta(seconds=off)

    monkeypatch.setattr("apscheduler.schedulers.base.datetime", Set)
    monkeypatch.setattr("bot.scheduling.scheduler.WATCH_S", 0.1)
    runs = 0

    async def run():
        nonlocal runs
        runs += 1

    async with Schedule(wall=lambda: Set.now(UTC).timestamp()) as schedule:
        schedule.every(0.2, run, name="check")
        async with asyncio.timeout(10):
            while runs < 3:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
            off = -130.0
            before = runs
            while runs < before + 5:  # noqa: ASYNC110
                await asyncio.sleep(0.02)
