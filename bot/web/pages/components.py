"""A service, a component, one day of it, and a component in somebody else's frame."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from bot.core.answers.history import share_up
from bot.core.answers.incidents import why
from bot.core.history.ranges import SPANS, Range, RangeHistory, failure_rate, first_tokens, latencies, uptime
from bot.core.history.rollups import HOURS
from bot.core.messages.sources import others_say, page_says, people_say, seen
from bot.core.model.incident import Incident, IncidentStatus
from bot.core.model.snapshot import ComponentStatus
from bot.core.model.status import ServiceStatus
from bot.core.stats.histogram import ERROR
from bot.core.text.numbers import latency, number, percent, span
from bot.core.text.reports import links
from bot.web.pages import charts
from bot.web.pages.bars import bar_of, date_of, day_words, missing_words
from bot.web.pages.renderer import PageRenderer, missing
from bot.web.pages.rows import component_row, incident_row, service_row
from bot.web.routing import Call

SHOWN = tuple(SPANS)
PAST_INCIDENTS = 30
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DAY_S = 86_400


@dataclass(frozen=True, slots=True)
class SpanRow:
    """One span in figures, as words."""

    name: str
    uptime: str
    missing: str
    failed: str
    interval: str
    total: str
    p50: str
    p95: str
    first_token: tuple[str, str] | None


def found(call: Call, component: str) -> tuple[ComponentStatus, ServiceStatus]:
    """The component of that id, if this visitor may see it. Raises HttpError."""
    for standing in call.site.visible(call.visitor).values():
        for voices in standing.voices:
            if voices.measured.component == component:
                return voices, standing
    raise missing("component")


def found_service(call: Call) -> ServiceStatus:
    """The service of that id, if this visitor may see it. Raises HttpError."""
    standing = call.site.visible(call.visitor).get(call.params["service"])
    if standing is None:
        raise missing("service")
    return standing


def service(renderer: PageRenderer) -> Any:
    """A service with all its components, its incidents, and how honest its page is."""

    async def filled(call: Call) -> dict[str, Any]:
        standing = found_service(call)
        pasts = renderer.pasts.bars.get(standing.service, {})
        return {
            "row": service_row(standing, pasts, None, call.now, len(standing.voices)),
            "incidents": [incident_row(i, standing, call.now) for i in standing.incidents],
            "past": [incident_row(i, standing, call.now) for i in _over(await _past(renderer, call, standing))],
            "others": others_say(standing.others),
        }

    return filled


def component(renderer: PageRenderer) -> Any:
    """A component: the three voices in full, five spans, a chart, its days and incidents."""

    async def filled(call: Call) -> dict[str, Any]:
        voices, standing = found(call, call.params["component"])
        name = voices.measured.component
        wanted = call.query("span", "24h")
        spans = {s: await _only(renderer, standing.service, name, s) for s in SHOWN}
        past = spans.get(wanted) or spans["24h"]
        over = _over(await _past(renderer, call, standing), name)
        return {
            "row": component_row(voices, standing, None, call.now),
            "lines": await _lines(renderer, call, voices, standing),
            "spans": [_span(one, s) for s, one in spans.items() if one is not None],
            "first_tokens": any(one is not None and one.sums.first_tokens for one in spans.values()),
            "span": past.span.name if past is not None else "24h",
            "charts": charts.of(past, call.now) if past else [],
            "bar": bar_of(spans["90d"]) if spans["90d"] else None,
            "incidents": [incident_row(i, standing, call.now) for i in standing.incidents if name in i.components],
            "past": [incident_row(i, standing, call.now) for i in over],
            "service": standing,
            "error": percent(ERROR),
        }

    return filled


def day(renderer: PageRenderer) -> Any:
    """One day (UTC) of a component, hour by hour."""

    async def filled(call: Call) -> dict[str, Any]:
        voices, standing = found(call, call.params["component"])
        begins = _begins(call.params["day"], call.now)
        whole = Range("day", DAY_S, HOURS, HOURS, 1)
        past = (
            await renderer.site.reader.history(standing.service, voices.measured.component, whole, begins + DAY_S - 1)
        )[0]
        incidents = [i for i in await _past(renderer, call, standing) if _meets(i, voices, begins)]
        watched = max(0.0, min(begins + DAY_S, call.now) - begins)
        return {
            "row": component_row(voices, standing, None, call.now),
            "day": date_of(begins),
            "words": day_words(past.sums, watched),
            "span": _span(past, "this day"),
            "charts": charts.of(past, call.now),
            "incidents": [incident_row(i, standing, call.now) for i in incidents],
            "before": date_of(begins - DAY_S),
            "after": date_of(begins + DAY_S) if begins + DAY_S < call.now else "",
            "service": standing,
        }

    return filled


def embed(renderer: PageRenderer) -> Any:
    """A component in a frame of somebody else's page."""

    async def filled(call: Call) -> dict[str, Any]:
        voices, standing = found(call, call.params["component"])
        past = renderer.pasts.bars.get(standing.service, {}).get(voices.measured.component)
        return {"row": component_row(voices, standing, past, call.now), "service": standing}

    return filled


async def _past(renderer: PageRenderer, call: Call, standing: ServiceStatus) -> list[Incident]:
    """Those on record, newest first; the open ones too."""
    return await renderer.pasts.incidents(standing, inside=call.visitor.inside)


def _over(known: list[Incident], component: str = "") -> list[Incident]:
    """Those of them that are over, as many as a page shows."""
    over = (one for one in known if one.status is IncidentStatus.RESOLVED)
    return [one for one in over if not component or component in one.components][:PAST_INCIDENTS]


async def _only(renderer: PageRenderer, service: str, component: str, name: str) -> RangeHistory | None:
    pasts = await renderer.pasts.of(service, component, name)
    return pasts[0] if pasts else None


async def _lines(
    renderer: PageRenderer, call: Call, voices: ComponentStatus, standing: ServiceStatus
) -> list[tuple[str, str]]:
    """The evidence: all of it for us, what was measured and said for anybody."""
    if call.visitor.inside:
        told = await renderer.site.reader.explanation(standing.service, voices.measured.component)
        jobs = await renderer.site.reader.heartbeats(standing.service, voices.measured.component, call.now)
        return [*jobs, *why(voices, standing, told, call.now).plainly().lines]
    lines = [("We measure", seen(voices.measured, call.now))]
    lines.append(("Status page", page_says([voices], call.now) if standing.page_url else "it has no status page"))
    lines.append(("Other pages", others_say(standing.others)))
    lines += [("User reports", people_say([voices])), *links(voices.reports)]
    return [(label, text) for label, text in lines if text]


def _span(past: RangeHistory, name: str) -> SpanRow:
    sums = past.sums
    rate, up = failure_rate(sums), uptime(sums)
    speeds, spoke = latencies(sums), first_tokens(sums)
    return SpanRow(
        name=name,
        uptime=share_up(up) if up is not None else "unknown",
        missing=missing_words(past).removesuffix(" not measured"),
        failed=percent(rate[0]) if rate else "–",
        interval=span(rate[1], rate[2]) if rate else "",
        total=number(sums.total, "check", "checks"),
        p50=latency(speeds["p50"]) if speeds else "–",
        p95=latency(speeds["p95"]) if speeds else "–",
        first_token=(latency(spoke["p50"]), latency(spoke["p95"])) if spoke else None,
    )


def _begins(text: str, now: float) -> int:
    """The beginning of a day, Unix seconds. Raises HttpError."""
    try:
        parsed = datetime.strptime(text, "%Y-%m-%d").replace(tzinfo=UTC) if _DAY.fullmatch(text) else None
    except ValueError:
        parsed = None
    if parsed is None or not 0 <= now - parsed.timestamp() < 366 * DAY_S:
        raise missing("day")
    return int(parsed.timestamp())


def _meets(incident: Incident, voices: ComponentStatus, begins: int) -> bool:
    over = incident.resolved_at
    inside = incident.started_at < begins + DAY_S and (over is None or over >= begins)
    return inside and voices.measured.component in incident.components
