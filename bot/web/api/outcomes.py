"""What apps count: taken as voices, never as checks."""

from aiohttp import web

from bot.core.reports.outcomes import voice
from bot.web.api import models
from bot.web.api.operation import answered, taken
from bot.web.routing import Call, HttpError

AGAIN_S = 300.0
"""The same word of the same app is written once in this time: a voice holds for fifteen minutes."""
MOST = 10_000


class Outcomes:
    """Takes the counts of apps; remembers what each said last, so that the stream is not filled with repeats."""

    def __init__(self) -> None:
        self._said: dict[tuple[str, str], tuple[bool, float]] = {}

    async def take(self, call: Call) -> web.Response:
        """Weigh each component's counts, and note the voices that they make."""
        body = taken(call, models.OutcomesBody)
        known = {v.measured.component: s.service for s in call.site.visible(call.visitor).values() for v in s.voices}
        for counts in body.outcomes:
            if counts.component not in known:
                raise HttpError(404, f"there is no component {counts.component!r}")
            if counts.failed > counts.total:
                raise HttpError(400, f"{counts.component}: expected failed to be no more than total")
        found = [await self._one(call, known[c.component], c) for c in body.outcomes]
        return answered(call, models.OutcomesTaken(outcomes=tuple(found)))

    async def _one(self, call: Call, service: str, counts: models.OutcomeCounts) -> models.OutcomeResult:
        works, component = voice(counts.failed, counts.total), counts.component
        if works is None:
            why = "too few requests or failures to say anything"
            return models.OutcomeResult(component=component, voice="none", why=why)
        told = "works" if works else "affected"
        key = call.visitor.name, component
        before = self._said.get(key)
        if before is not None and before[0] == works and 0 <= call.now - before[1] < AGAIN_S:
            return models.OutcomeResult(component=component, voice=told, why="as you reported before")
        await call.desk.hear(service, component, call.visitor.name, works=works)
        if len(self._said) >= MOST:
            self._said.clear()
        self._said[key] = works, call.now
        why = "noted as one voice beside those of people; all apps together count as one"
        return models.OutcomeResult(component=component, voice=told, why=why)
