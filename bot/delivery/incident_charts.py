"""Charts of incidents, below their messages: failures and latency of the last hours, in the thread.

Words go first and wait for nothing here: this is a worker of its own, and a channel refuses a chart rather than let a
word wait for its turn. Charts come once the incident is in the roll-ups, are replaced every few minutes, and a last
time when it is over. Before a chart is posted that is noted: who dies in between leaves one that may stand there, and
on a channel that cannot land a repeat on the first one no second is posted.
"""

import asyncio
import json
import logging
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Protocol

from bot.channels.channel import Channel, ChartChannel
from bot.core.answers.charts import SERIES, Drawing, charts
from bot.core.history.ranges import Range, RangeHistory, around
from bot.core.model.incident import Incident
from bot.errors import DeliveryError, StoreError
from bot.process import Process
from bot.settings import Service
from bot.store.types import Delivery

log = logging.getLogger(__name__)

EVERY_S = 30.0
LEASE = "charts"
CHART_S = 300.0
"""A chart is replaced no more often than this: roll-ups are written as often."""
LATE_S = 1_800.0
"""So long after its end an incident may still have its last chart."""
ROUND_S, DRAW_S = 40.0, 20.0
"""Of a round and of one chart, seconds of the machine. No chart is begun that the round has no time for."""
NOTE_S, NOTE_AGAIN_S = 20.0, 0.5
"""So long what was drawn is written down while the store fails over; with a round less than the lease."""
GRACE_S = 3.0
"""What is being posted when the process ends has so long to be finished and written down."""
TRIES = 5
ON_RECORD, DELIVERIES = 20, 100
REPEAT_S = 100.0
"""So long a repeat lands on the first one, on channels that can do that at all."""
NOTED_S = 14 * 86_400.0


class Records(Protocol):
    """What is read of the past. Raises StoreError."""

    async def incidents(self, service: str, limit: int) -> Sequence[Incident]:
        """Newest first."""

    async def history(self, service: str, component: str, span: Range, now: float) -> Sequence[RangeHistory]:
        """The past of one component."""


@dataclass(frozen=True, slots=True)
class PostedCharts:
    """What is known of one message's charts: where they stand, since when they are being posted, when they are due."""

    drawn: Mapping[str, Any]
    posting_since: float = 0.0
    due_at: float = 0.0
    tries: int = 0
    over: bool = False


class IncidentCharts:
    """Draws for every incident that is open, or has just ended, on each channel that can."""

    def __init__(self, process: Process, records: Records, channels: Mapping[str, Channel]) -> None:
        self._process = process
        self._store = process.store
        self._records = records
        self._channels = channels
        self._first = 0
        self._until = 0.0

    async def run(self) -> None:
        """Look for ever; one process does."""
        await self._process.every(EVERY_S, self.look, LEASE)

    async def look(self) -> None:
        """Draw what is due now, as far as the time of a round goes. Raises StoreError."""
        drawing = {name: one for name, one in self._channels.items() if isinstance(one, ChartChannel) and one.draws}
        if not drawing:
            return
        self._until = asyncio.get_running_loop().time() + ROUND_S
        services = self._process.settings.services
        first, self._first = self._first, 0
        for place in range(first, first + len(services)):
            count, whole = await self._service(services[place % len(services)], drawing)
            if not whole:
                # The next round begins where this one has drawn nothing yet.
                self._first = (place + (count > 0)) % len(services)
                log.info("not all charts that are due were drawn within %.0f s", ROUND_S)
                return

    def _room(self) -> bool:
        """Whether the round has time for one more chart."""
        return asyncio.get_running_loop().time() <= self._until - DRAW_S

    async def _service(self, service: Service, drawing: Mapping[str, ChartChannel]) -> tuple[int, bool]:
        """Draw what is due of one service: how many charts, and whether that was all."""
        now = self._process.now()
        known = await self._records.incidents(service.id, ON_RECORD)
        current = {i.id: i for i in known if i.resolved_at is None or now - i.resolved_at < LATE_S}
        if not current:
            return 0, True
        count = 0
        made: dict[str, Drawing | None] = {}
        for one in await self._store.views.deliveries(service.id, DELIVERIES):
            channel = drawing.get(one.channel.partition(":")[0])
            if channel is None or one.subject not in current or not one.where or one.dead_at is not None:
                continue
            noted = await self._noted(one)
            if noted.over or now < noted.due_at:
                continue
            if not self._room():
                return count, False
            if one.subject not in made:
                made[one.subject] = await self._drawing(service, current[one.subject])
            found = made[one.subject]
            if found is not None and not self._room():
                return count, False
            if found is not None:
                await self._finished(self._draw(channel, one, noted, found))
                count += 1
        return count, True

    async def _finished(self, drawing: Coroutine[Any, Any, None]) -> None:
        """Draw; the end of the process waits a moment for it, as some channels never take up half a post again."""
        task = asyncio.create_task(drawing)
        try:
            await asyncio.shield(task)
        except asyncio.CancelledError:
            await asyncio.wait({task}, timeout=GRACE_S)
            task.cancel()
            raise

    async def _drawing(self, service: Service, incident: Incident) -> Drawing | None:
        """The charts of an incident; None where there is nothing of it to see yet."""
        now = self._process.now()
        span = around(incident.started_at, now)
        found = [await self._records.history(service.id, name, span, now) for name in incident.components[:SERIES]]
        pasts = [past for one in found for past in one]
        as_of = min((past.counted_to for past in pasts), default=0.0)
        drawn = charts(pasts, service.name)
        if not drawn or as_of < incident.opened_at:
            return None
        return Drawing(drawn, as_of, last=incident.resolved_at is not None and as_of >= incident.resolved_at)

    async def _draw(self, channel: ChartChannel, one: Delivery, noted: PostedCharts, drawing: Drawing) -> None:
        """Post or replace one chart, and note what became of it."""
        now = self._process.now()
        if noted.posting_since and not (channel.idempotent and 0 <= now - noted.posting_since < REPEAT_S):
            log.info("the chart of %s may stand there already; no second one is posted", one.id)
            await self._note(one, replace(noted, over=True))
            return
        if channel.posts(drawing, noted.drawn):
            noted = replace(noted, posting_since=noted.posting_since or now)
            await self._note(one, noted)
        try:
            async with asyncio.timeout(DRAW_S):
                drawn = await channel.draw(json.loads(one.where), drawing, noted.drawn, f"chart:{one.id}")
        except TimeoutError:
            await self._failed(one, noted, DeliveryError(f"no answer within {DRAW_S:.0f} s", ambiguous=True))
        except DeliveryError as error:
            await self._failed(one, noted, error)
        else:
            await self._note_surely(one, PostedCharts(drawn, due_at=now + CHART_S, over=drawing.last))

    async def _failed(self, one: Delivery, noted: PostedCharts, error: DeliveryError) -> None:
        """Try again later, or never; the words stand without it."""
        now, waits = self._process.now(), error.turn or error.retry_after is not None
        tries = noted.tries + (not waits)
        over = error.permanent or tries >= TRIES
        since = noted.posting_since if error.ambiguous else 0.0
        log.log(logging.DEBUG if waits else logging.INFO, "no chart for %s now: %s", one.id, error)
        due = now + (max(EVERY_S, error.retry_after or 0.0) if waits else CHART_S)
        # Where nobody knows whether it stands there, a repeat lands on it only soon.
        await self._note(one, PostedCharts(noted.drawn, since, now if since else due, tries, over))

    async def _noted(self, one: Delivery) -> PostedCharts:
        text = await self._store.notes.get(f"chart:{one.id}")
        if not text:
            return PostedCharts({})
        kept = json.loads(text)
        return PostedCharts(**{name: kept[name] for name in PostedCharts.__slots__ if name in kept})

    async def _note_surely(self, one: Delivery, noted: PostedCharts) -> None:
        """Write down what stands on the channel, also while the store fails over. Raises StoreError after `NOTE_S`."""
        clock = asyncio.get_running_loop().time
        until = clock() + NOTE_S
        while True:
            try:
                return await self._note(one, noted)
            except StoreError:
                if clock() > until:
                    raise
            await asyncio.sleep(NOTE_AGAIN_S)

    async def _note(self, one: Delivery, noted: PostedCharts) -> None:
        kept = {name: getattr(noted, name) for name in PostedCharts.__slots__}
        await self._store.notes.put(f"chart:{one.id}", json.dumps(kept), NOTED_S)
