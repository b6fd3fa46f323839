"""The loop of every job: at its pace, through a store that is away, in the process that holds the lease."""

import asyncio

import pytest

from bot.errors import StoreError
from bot.process import Process
from tests.support.desk import SETTINGS


class DoneError(Exception):
    """The test has seen enough."""


@pytest.fixture
def pauses(monkeypatch):
    """The pauses that were made, in seconds of the machine; none takes any time."""
    made = []

    async def sleep(seconds, pause=asyncio.sleep):
        made.append(seconds)
        await pause(0)

    monkeypatch.setattr("bot.process.asyncio.sleep", sleep)
    return made


def job_of(*outcomes):
    """A job that raises each of these in turn, or returns for None."""
    left = list(outcomes)

    async def job():
        outcome = left.pop(0)
        if outcome is not None:
            raise outcome

    return job


async def test_a_store_that_is_away_is_waited_for(store, pauses):
    """What else the job raises is for the supervisor."""
    process = Process(store, SETTINGS, "one", lambda: 0.0)

    with pytest.raises(DoneError):
        await process.every(5.0, job_of(StoreError("away"), None, StoreError("away"), DoneError()))

    assert pauses == [5.0, 5.0, 5.0]


@pytest.mark.parametrize(("speed", "pause_s"), [(1.0, 30.0), (10.0, 3.0), (1e6, 0.2)])
async def test_a_played_story_makes_the_pauses_shorter(store, pauses, speed, pause_s):
    """But never none at all; a job that does not run at once waits first."""
    process = Process(store, SETTINGS, "one", lambda: 0.0, speed)

    with pytest.raises(DoneError):
        await process.every(30.0, job_of(DoneError()), at_once=False)

    assert pauses == [pause_s]


async def test_only_who_holds_the_lease_runs_the_job(store, pauses):
    """The other one waits, and takes over when the lease is free."""
    assert await store.leases.acquire("digest", "one", 60_000)
    two = Process(store, SETTINGS, "two", lambda: 0.0)
    ran = []

    async def job():
        ran.append(len(pauses))
        raise DoneError

    loop = asyncio.create_task(two.every(30.0, job, "digest"))
    while len(pauses) < 3 and not loop.done():
        await asyncio.wait({loop}, timeout=0.001)
    assert not ran
    await store.leases.release("digest", "one")
    with pytest.raises(DoneError):
        await loop

    assert ran[0] >= 3
    assert not await store.leases.acquire("digest", "one", 60_000), "the lease is the other one's now"
