"""Escalation on the real store: each step is committed with its delivery, once over restarts, stopped by an act."""

import pytest

from bot.core.model.escalation import Policy, Step
from bot.judging.judge import Judge, JudgeContext
from tests.support.judging import SETTINGS, VIEW
from tests.support.routing import to
from tests.support.scene import Scene, events

POLICY = Policy("on-call", (Step(600.0, ("pager",)), Step(600.0, ("boss",))))


class Ladder(Scene):
    """A scene whose judges escalate; every incident is told on `console`."""

    def judge(self, owner, lease_ms=10_000):
        bench = JudgeContext(
            owner, lambda: self.now, to("console"), lambda: None, lease_ms, lambda _snapshot: (POLICY,)
        )
        return Judge(self.store, VIEW, SETTINGS, bench)

    async def failing(self, minutes):
        """So many minutes more of failures, judged row by row."""
        for _ in range(minutes * 2):
            await self.see(True)
            await self.remembered(self.sent)

    async def told(self):
        """Who has the incident's message to deliver."""
        rows = await self.store.views.deliveries("claude")
        return {row.channel for row in rows}


@pytest.fixture
def ladder(store):
    """A store with nothing in it yet."""
    return Ladder(store)


async def test_each_step_is_taken_once_whoever_judges(ladder):
    """A new judge every two minutes, the old one cut off: pager, then boss, one line each."""
    async with ladder.at_work(ladder.judge("first")):
        name = await ladder.outage()
        assert await ladder.told() == {"console"}
    for number in range(14):
        async with ladder.at_work(ladder.judge(f"judge {number}", lease_ms=300)):
            await ladder.failing(2)
    assert await ladder.told() == {"console", "pager", "boss"}
    assert len(events(await ladder.incident(name), "escalated")) == 2


async def test_an_acknowledgement_stops_the_pager_and_a_hand_back_goes_on(ladder):
    """Taken before the first step: nobody more is told, for as long as it is in hand."""
    ladder.awake = ladder.judge("one")
    async with ladder.at_work(ladder.awake):
        name = await ladder.outage()
        await ladder.acts().submit("claude", ladder.wish("ack", name))
        await ladder.failing(30)
        assert await ladder.told() == {"console"}
        await ladder.acts().submit("claude", ladder.wish("unack", name))
        await ladder.failing(9)
        assert await ladder.told() == {"console"}
        await ladder.failing(2)
        assert await ladder.told() == {"console", "pager"}
