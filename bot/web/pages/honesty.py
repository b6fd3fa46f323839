"""How late, how often never and how honest each vendor's page is, from the ledger."""

from dataclasses import dataclass
from typing import Any

from bot.core.answers.ledger import ledger
from bot.core.answers.reliability import reliability
from bot.core.ledger.accuracy import RULE, AccuracyFigures, PageAccuracy
from bot.core.model.ledger import Source
from bot.core.stats.quantiles import DEFINITION
from bot.core.text.durations import duration
from bot.core.text.numbers import percent
from bot.core.text.quoting import clean
from bot.web.pages.components import found_service
from bot.web.pages.renderer import PageRenderer
from bot.web.routing import Call

SOURCES = {Source.MEASURED: "measured", Source.STATED: "stated by the vendor"}
_TONES = {"A": "green", "B": "green", "C": "yellow", "D": "orange", "F": "red"}


@dataclass(frozen=True, slots=True)
class HonestyRow:
    """One vendor's page by one source, as words; `tone` is the grade's colour."""

    service: str
    name: str
    page_url: str
    source: str
    grade: str
    tone: str
    n: int
    median: str
    p90: str
    never: str
    first: str
    late: str
    lingers: str


def honesty(renderer: PageRenderer) -> Any:
    """All vendors, the worst grade first."""

    async def filled(call: Call) -> dict[str, Any]:
        rows = []
        none = []
        for standing in call.site.visible(call.visitor).values():
            found = (await renderer.pasts.honesty(standing.service)).figures
            name, totals = clean(standing.name, 40), [f for f in found if not f.slice and f.n]
            rows += [_row(standing.service, name, standing.page_url, one) for one in totals]
            none += [] if totals else [name]
        rows.sort(key=lambda row: (row.grade or "@", row.source, row.name), reverse=True)
        return {"rows": rows, "none": none, "rule": RULE, "definition": DEFINITION}

    return filled


def honesty_of(renderer: PageRenderer) -> Any:
    """One vendor's page by component and quarter, as the desk tells it."""

    async def filled(call: Call) -> dict[str, Any]:
        standing = found_service(call)
        told: PageAccuracy = await renderer.pasts.honesty(standing.service)
        names = {voices.measured.component: voices.measured.name for voices in standing.voices}
        figures = await renderer.pasts.reliability(standing.service)
        return {
            "service": standing,
            "answer": ledger([(standing.name, told)], call.now),
            "reliability": reliability([(standing.name, figures)], names, call.now) if figures else None,
        }

    return filled


def _row(service: str, name: str, page_url: str, f: AccuracyFigures) -> HonestyRow:
    return HonestyRow(
        service=service,
        name=name,
        page_url=page_url,
        source=SOURCES[f.source],
        grade=f.grade,
        tone=_TONES.get(f.grade, "grey"),
        n=f.n,
        median=_lag(f.ack.median),
        p90=_lag(f.ack.p90),
        never=percent(f.never / f.n),
        first=percent(f.page_first / f.n),
        late=percent(f.late / f.n),
        lingers=_lag(f.closing.median),
    )


def _lag(seconds: float | None) -> str:
    if seconds is None:
        return "–"
    return f"−{duration(-seconds)}" if seconds < -0.5 else duration(seconds)
