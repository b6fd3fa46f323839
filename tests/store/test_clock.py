"""The time that processes share, whatever their machines' clocks do."""

import asyncio
import sys
import time

import pytest

from bot.store.clock import SharedClock, steady


class Hands:
    """A machine's clocks, set by the test; the store's is the real one."""

    def __init__(self):
        self.off = 0.0
        self.passed = 0.0

    def wall(self):
        """What `date` shows."""
        return time.time() + self.off

    def steady(self):
        """What nobody sets."""
        return time.monotonic() + self.passed


@pytest.mark.parametrize("off", [3600.0, -3600.0, 90.0, 0.0])
async def test_a_machine_whose_clock_is_wrong_has_the_store_s_time(store, off):
    """An hour ahead, an hour behind, ninety seconds: two replicas agree to the tenth of a second."""
    hands = Hands()
    hands.off = off
    clock = SharedClock(store, hands.wall, hands.steady)
    assert await clock.look() == ""
    assert clock.now() == pytest.approx(await store.time(), abs=0.1)


@pytest.mark.parametrize(("off", "said"), [(-130.0, "set back by 2 min"), (3600.0, "set forward by ")])
async def test_a_leap_of_this_machine_s_clock_changes_nothing_and_is_said(store, off, said):
    """Set while we run: the time goes on as before."""
    hands = Hands()
    clock = SharedClock(store, hands.wall, hands.steady)
    await clock.look()
    hands.off = off
    before = clock.now()
    assert 0 <= clock.now() - before < 1
    assert said in await clock.look()
    assert await clock.look() == ""
    assert clock.now() == pytest.approx(await store.time(), abs=0.1)


async def test_a_leap_of_the_store_s_clock_is_followed_and_said(store):
    """All processes go with it, and people hear of it."""

    class Set:
        """A store whose machine was set an hour forward."""

        off = 0.0

        async def time(self):
            """Its clock."""
            return await store.time() + self.off

    hands, there = Hands(), Set()
    clock = SharedClock(there, hands.wall, hands.steady)  # type: ignore[arg-type]
    await clock.look()
    there.off = 3600.0
    assert "the store's clock was set forward by " in await clock.look()
    assert clock.now() == pytest.approx(await there.time(), abs=0.1)


async def test_a_machine_that_was_suspended_has_the_time_at_once(store):
    """Before it has asked anybody: the time it slept is counted, and that is no leap."""

    class Elsewhere:
        """A store whose machine went on."""

        off = 0.0

        async def time(self):
            """Its clock."""
            return await store.time() + self.off

    hands, there = Hands(), Elsewhere()
    clock = SharedClock(there, hands.wall, hands.steady)  # type: ignore[arg-type]
    await clock.look()
    hands.passed = hands.off = there.off = 3600.0
    assert clock.now() == pytest.approx(await there.time(), abs=0.1)
    assert await clock.look() == ""


@pytest.mark.skipif(sys.platform != "linux", reason="other systems do not count it")
def test_the_steady_clock_counts_suspension():
    """Monotonic time stands still meanwhile."""
    assert steady() == pytest.approx(time.clock_gettime(time.CLOCK_BOOTTIME), abs=0.1)


async def test_leaps_are_told_once(store, monkeypatch):
    """And their end, a minute later."""
    monkeypatch.setattr("bot.store.clock.LOOK_S", 0.001)
    monkeypatch.setattr("bot.store.clock.CALM_S", 0.05)
    hands, told = Hands(), []

    async def tell(what, text, over):
        told.append((what, over))
        if over:
            raise asyncio.CancelledError

    clock = SharedClock(store, hands.wall, hands.steady)
    await clock.look()
    hands.off = -130.0
    with pytest.raises(asyncio.CancelledError):
        await clock._keep(tell)
    assert told == [("clock", False), ("clock", True)]
