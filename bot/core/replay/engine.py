"""Running a recorded world through the assessor under a simulated clock. Pure.

The same `Assessor` as in production, with the re-probes its own plans ask for. Stretches in which every scheduled look
succeeds and nothing else is afoot go to `Assessor.calm` in one step.
"""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from bot.core.detection.assessment import AssessorSettings, Transition
from bot.core.detection.assessor import Assessor
from bot.core.detection.episodes import SuccessRun
from bot.core.detection.reprobe import Plan, due
from bot.core.replay.trace import QUIET, Place, World

TELL_EVERY = 20_000
"""Slots between two reports of progress."""


@dataclass(slots=True)
class Cost:
    """Looks made by schedule and as re-probes."""

    scheduled: int = 0
    again: int = 0


class Replay:
    """One run over one world."""

    def __init__(self, world: World, alarms_per_month: float = 0.1) -> None:
        self.world = world
        self.cost = Cost()
        self._saw = False
        self.assessor = Assessor(
            AssessorSettings(
                components=world.components,
                interval_s=world.interval_s,
                false_alarms_per_month=alarms_per_month,
                reprobe_every_s=world.slot_s,
            )
        )
        self._due: list[list[Place]] = [[] for _ in range(world.every)]
        self._unquiet: list[int] = []
        for place in world.places:
            self._due[place.offset % world.every].append(place)
        self._unquiet = sorted(self._events())
        self._timed = any(p.latency_ms for p in world.places)

    def run(self, progress: Callable[[int], None] = lambda _: None) -> Iterator[Transition]:
        """All transitions, in order of time."""
        world, slot, told = self.world, 0, 0
        reports = list(world.reports)
        plans: dict[str, Plan] = {}
        while slot < world.slots:
            if slot - told >= TELL_EVERY:
                told = slot
                progress(slot)
            if not plans and not self._timed:
                ahead = self._skip(slot)
                if ahead > slot:
                    slot = ahead
                    continue
            at = world.start + slot * world.slot_s
            while reports and reports[0][0] <= slot:
                _, component, n = reports.pop(0)
                yield from self.assessor.reported(at, component, n)
            looked = self._look(slot, at, plans)
            yield from looked
            if self._saw or plans:
                yield from self.assessor.advance(at)
                plans = self.assessor.attention(at)
            slot += 1
        progress(world.slots)

    def _look(self, slot: int, at: float, plans: dict[str, Plan]) -> list[Transition]:
        world = self.world
        scheduled = self._due[slot % world.every]
        places = list(scheduled)
        self.cost.scheduled += len(scheduled)
        for place in world.places if plans else ():
            plan = plans.get(place.component)
            if plan is not None and place not in scheduled and due(plan, place.vantage, at) is not None:
                places.append(place)
                self.cost.again += 1
        steps: list[Transition] = []
        for place in places:
            seen = world.observed(place, slot)
            if seen is not None:
                steps += self.assessor.see(seen)
        self._saw = bool(places)
        return steps

    def _events(self) -> set[int]:
        """Scheduled slots in which something else than a success is seen, and those with reports."""
        world = self.world
        events = {slot for slot, _, _ in world.reports}
        for place in world.places:
            sampled = place.seen[place.offset :: world.every]
            events.update(
                place.offset + m.start() * world.every for m in re.finditer(f"[^{re.escape(QUIET)}]", sampled)
            )
        return events

    def _skip(self, slot: int) -> int:
        """Pass over successes up to the next event, if the assessor lets them wait; returns the slot reached."""
        world = self.world
        index = bisect_left(self._unquiet, slot)
        until = self._unquiet[index] if index < len(self._unquiet) else world.slots
        if until - slot < 2 * world.every:
            return slot
        runs = []
        for place in world.places:
            first = slot + (place.offset - slot) % world.every
            count = -(-(until - first) // world.every)
            last = world.start + (first + (count - 1) * world.every) * world.slot_s
            runs.append(SuccessRun(place.vantage, place.component, place.component, count, last))
        if not self.assessor.calm(runs):
            return slot
        self.cost.scheduled += sum(run.count for run in runs)
        return until
