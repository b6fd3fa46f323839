"""What apps count: taken as voices, never as checks."""

from dataclasses import dataclass

from aiohttp import web

from bot.core.reports.outcomes import voice
from bot.web.api import models
from bot.web.api.operation import answered, taken
from bot.web.routing import Call, HttpError

EVERY_S = 20.0
"""The counts of one app on one component are written once in this time; what comes sooner goes with the next."""
MOST = 10_000
OWN_FAULT = frozenset({"400", "401", "403", "404", "405", "413", "414", "415", "422", "499"})
"""An app's own mistakes say nothing of the service."""


@dataclass(slots=True)
class _Waiting:
    """Counts that are not written yet, and when the last ones were."""

    at: float
    failed: int = 0
    total: int = 0


class Outcomes:
    """Takes the counts of apps, and writes them seldom enough that no app can fill the stream."""

    def __init__(self) -> None:
        self._waiting: dict[tuple[str, str], _Waiting] = {}

    async def take(self, call: Call) -> web.Response:
        """Weigh each component's counts, and note them."""
        body = taken(call, models.OutcomesBody)
        known = {v.measured.component: s.service for s in call.site.visible(call.visitor).values() for v in s.voices}
        for counts in body.outcomes:
            if counts.component not in known:
                raise HttpError(404, f"there is no component {counts.component!r}")
            if counts.failed > counts.total:
                raise HttpError(400, f"{counts.component}: expected failed to be no more than total")
            if sum(counts.codes.values()) > counts.failed:
                raise HttpError(400, f"{counts.component}: expected codes to add up to no more than failed")
        found = [await self._one(call, known[c.component], c) for c in body.outcomes]
        return answered(call, models.OutcomesTaken(outcomes=tuple(found)))

    async def _one(self, call: Call, service: str, counts: models.OutcomeCounts) -> models.OutcomeResult:
        own = sum(n for code, n in counts.codes.items() if code in OWN_FAULT)
        failed, total, component = counts.failed - own, counts.total - own, counts.component
        works = voice(failed, total)
        told = "none" if works is None else "works" if works else "affected"
        key = call.visitor.name, component
        waiting = self._waiting.get(key) or _Waiting(-EVERY_S)
        waiting.failed, waiting.total = waiting.failed + failed, waiting.total + total
        if len(self._waiting) >= MOST and key not in self._waiting:
            self._waiting.clear()
        self._waiting[key] = waiting
        if not waiting.total:
            return models.OutcomeResult(component=component, voice=told, why="no request that says anything")
        if 0 <= call.now - waiting.at < EVERY_S:
            return models.OutcomeResult(component=component, voice=told, why="noted with your next report")
        await call.desk.hear(service, component, call.visitor.name, waiting.failed, waiting.total)
        self._waiting[key] = _Waiting(call.now)
        return models.OutcomeResult(component=component, voice=told, why="noted beside what people report")
