"""Heartbeats: what the store knows of a job, and what that comes to by its rhythm."""

import asyncio
import logging
from collections.abc import Callable, MutableMapping
from typing import Any

from bot.core.heartbeats import TROUBLE, Health, Standing, standing, told
from bot.core.model.ping import ClosedSpan, PingRecord
from bot.errors import StoreError
from bot.rhythm import rhythm_of
from bot.store.pings import PingStore
from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Outcome
from probes.tools import ours

log = logging.getLogger(__name__)

ASK_S = 2.0
"""A store that takes longer to answer counts as away."""
CLOSED_READ_S = 2.0
"""So long the times at which our door was closed are taken for known: a thousand heartbeats ask for the same."""
FAILURES = "failures"

SYMPTOMS = {Health.MISSED: "ping_missed", Health.LONG: "run_overdue", Health.FAILED: "run_failed"}


class PingReader:
    """Reads heartbeats for the probes of a process."""

    def __init__(self, pings: PingStore, now: Callable[[], float]) -> None:
        self._pings, self._now = pings, now
        self._closed: tuple[ClosedSpan, ...] = ()
        self._closed_at = float("-inf")

    async def reading(self, check: Check, memory: MutableMapping[str, Any]) -> Reading:
        """What a job's reports come to now. A failure between two readings is told, though a success followed."""
        now = self._now()
        try:
            async with asyncio.timeout(min(ASK_S, check.timeout_s / 2)):
                record = await self._pings.get(check.target)
                closed = await self._known(now)
        except (StoreError, TimeoutError) as error:
            log.debug("the pings of %s cannot be read: %s", check.id, error or "no answer")
            return ours("store_away", "the store that keeps pings does not answer")
        found = standing(record, rhythm_of(check.options), closed, now)
        before = memory.get(FAILURES, record.failures - int(_lately(record, now, check.interval_s)))
        memory[FAILURES] = record.failures
        if record.failures > before and found.health not in TROUBLE:
            found = Standing(Health.FAILED)
        return _reading(record, found, now)

    async def _known(self, now: float) -> tuple[ClosedSpan, ...]:
        if not 0 <= now - self._closed_at < CLOSED_READ_S:
            self._closed, self._closed_at = await self._pings.closed(now), now
        return self._closed


def _lately(record: PingRecord, now: float, within_s: float) -> bool:
    return record.failed_at is not None and now - record.failed_at < within_s


def _reading(record: PingRecord, found: Standing, now: float) -> Reading:
    said = told(record, found, now)
    if found.health in TROUBLE:
        coded = found.health is Health.FAILED and record.code
        symptom = f"exit_code_{record.code}" if coded else SYMPTOMS[found.health]
        return Reading(Outcome.FAILED, Fault.VENDOR, Layer.JOB, symptom, detail=said)
    if found.health in {Health.NEW, Health.UNSURE}:
        symptom = "no_ping_yet" if found.health is Health.NEW else "door_closed"
        return Reading(Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.JOB, symptom, detail=said)
    return Reading(Outcome.OK, Fault.NONE, Layer.OK)
