"""What the API answers from the store: components, incidents, history, ledger, discrepancies, silences."""

from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web

from bot.core.answers.history import UPTIME, history_answer
from bot.core.history.ranges import SPANS
from bot.core.ledger.accuracy import RULE, honesty
from bot.core.model.discrepancy import DiscrepancyKind
from bot.core.model.incident import IncidentStatus
from bot.core.stats.histogram import ERROR
from bot.core.stats.quantiles import DEFINITION
from bot.core.text.symptoms import present
from bot.web.api import lookups, models, shapes
from bot.web.api.operation import answered
from bot.web.routing import Call

LATEST, MOST = 20, 200
"""Incidents in one answer, and at most."""


async def components(call: Call) -> web.Response:
    """Every component."""
    inside = call.visitor.inside
    found = [shapes.component(s, v, call.now, inside=inside) for s in lookups.standings(call) for v in s.voices]
    return answered(call, models.Components(components=tuple(found)))


async def component(call: Call) -> web.Response:
    """One component; with `at_least` 503 where it is in no such state."""
    standing, voices = lookups.component(call)
    word = lookups.chosen(call, "at_least", ("", *shapes.LEAST), "")
    met = shapes.at_least(present(voices.measured, call.now), word) if word else None
    shown = shapes.component(standing, voices, call.now, inside=call.visitor.inside)
    answer = models.OneComponent(component=shown, at_least=word or None, met=met)
    return answered(call, answer, status=503 if met is False else 200)


async def services(call: Call) -> web.Response:
    """Every service."""
    found = call.site.visible(call.visitor).values()
    return answered(call, models.Services(services=tuple(shapes.service(s, call.now) for s in found)))


async def incidents(call: Call) -> web.Response:
    """The latest incidents, newest first."""
    status = lookups.chosen(call, "status", ("all", "open", "resolved"), "all")
    limit = lookups.number(call, "limit", LATEST, MOST)
    inside, wanted = call.visitor.inside, call.query("component")
    found = []
    for standing in lookups.standings(call):
        for one in await call.site.reader.incidents(standing.service, MOST):
            over = one.status is IncidentStatus.RESOLVED
            if (status != "all" and over != (status == "resolved")) or (wanted and wanted not in one.components):
                continue
            found.append((one, standing))
    found.sort(key=lambda pair: -pair[0].opened_at)
    shown = tuple(shapes.incident(one, standing, call.now, inside=inside) for one, standing in found[:limit])
    return answered(call, models.Incidents(incidents=shown))


async def incident(call: Call) -> web.Response:
    """One incident with its timeline."""
    standing, one = await lookups.incident(call)
    inside = call.visitor.inside
    shown = shapes.incident(one, standing, call.now, inside=inside)
    return answered(call, models.OneIncident(incident=shown, timeline=shapes.timeline(one, inside=inside)))


async def history(call: Call) -> web.Response:
    """The past of one component."""
    standing, voices = lookups.component(call)
    span = SPANS[lookups.chosen(call, "span", tuple(SPANS), "24h")]
    pasts = await call.site.reader.history(standing.service, voices.measured.component, span, call.now)
    data = history_answer(pasts, standing.name, call.now).data
    found = tuple(shapes.history(one) for one in data["history"])
    return answered(call, models.Histories(uptime_rule=UPTIME, latency_error=ERROR, history=found))


async def ledger(call: Call) -> web.Response:
    """How late and how honest the vendors' pages have been."""
    told = [honesty(s.service, await call.site.reader.ledger(s.service)) for s in lookups.standings(call)]
    return answered(call, models.Ledger(rule=RULE, quantiles=DEFINITION, ledger=tuple(told)))


async def silences(call: Call) -> web.Response:
    """What is kept quiet now, and what work is announced."""
    rows = [row for standing in lookups.standings(call) for row in shapes.silences(standing) if row.until > call.now]
    return answered(call, models.Silences(silences=tuple(rows)))


Standing = Callable[[str], Mapping[str, DiscrepancyKind]]
"""The discrepancies of a service that stand, by component; "" for the page as a whole."""


def discrepancies(standing: Standing) -> Callable[[Call], Awaitable[web.Response]]:
    """What answers where page and measurement disagree now."""

    async def answer(call: Call) -> web.Response:
        rows = [
            models.DiscrepancyRow(service=one.service, component=name, kind=kind)
            for one in lookups.standings(call)
            for name, kind in standing(one.service).items()
        ]
        return answered(call, models.Discrepancies(discrepancies=tuple(rows)))

    return answer
