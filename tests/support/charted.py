"""An incident whose message stands on a channel, and the worker that draws its charts below it."""

import contextlib
import itertools
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any

from bot.core.history.ranges import RangeHistory, past
from bot.core.history.rollups import Rollup
from bot.delivery.incident_charts import IncidentCharts
from bot.process import Process
from bot.settings import Component, Service, Settings
from tests.support.delivery import INCIDENT, OneChannel

SETTINGS = Settings((Service("claude", "Claude", components=(Component("claude-api", "claude", "Claude API"),)),))


class Past:
    """One incident on record, and what was measured until it `ends`: one in five fails, answers take a second."""

    def __init__(self, began: float) -> None:
        self.incident = replace(INCIDENT, started_at=began - 60, opened_at=began)
        self.written_to = began + 60
        self.failed = itertools.count(5)

    async def incidents(self, _service: str, _limit: int) -> list[Any]:
        return [self.incident]

    async def history(self, service: str, component: str, span: Any, now: float) -> list[RangeHistory]:
        failed = next(self.failed)
        found = {bucket: Rollup([20, 0, failed, 0], bins={75: 20}) for bucket in span.buckets(now)}
        points = past(found, span, now)
        return [RangeHistory(service, component, "Claude API", span, now, self.written_to, points)]


class Charted(OneChannel):
    """The courier's world with one channel; `clock` is everybody's. `draws` is the worker of one process."""

    def __init__(self, store, name, channel, place, clock) -> None:
        super().__init__(store, name, channel, place, clock)
        self.past = Past(clock.at)
        self.fake: Any = None
        """The platform's server."""
        self.place: Any = None
        """The Discord channel, None on Slack."""

    def draws(self) -> IncidentCharts:
        return IncidentCharts(Process(self.store, SETTINGS, "a", self.clock), self.past, self.books)

    async def opened(self) -> None:
        """The words stand."""
        await self.say(self.past.incident, channels=(self.target,))
        await self.courier().round(next(iter(self.books)))

    def passes(self, seconds: float) -> None:
        """Time goes on, and everything up to then is counted."""
        self.now += seconds
        self.past.written_to = self.now

    def ends(self) -> None:
        """The incident is over."""
        self.past.incident = replace(self.past.incident, resolved_at=self.now)
        self.passes(1)


class KilledError(BaseException):
    """The process is gone between two lines."""


@contextlib.asynccontextmanager
async def killed(channel: Any) -> AsyncIterator[None]:
    """What is drawn inside is drawn, and nobody hears of it."""
    whole = channel.draw

    async def draw(*args: Any) -> None:
        await whole(*args)
        raise KilledError

    channel.draw = draw
    try:
        yield
    finally:
        channel.draw = whole
