"""How everything stands: the first page, and the same for a screen on a wall."""

import asyncio
from collections.abc import Sequence
from typing import Any

from bot.core.model.status import ServiceStatus
from bot.core.text.inline import moment
from bot.core.text.people import person
from bot.core.text.quoting import clean
from bot.core.text.states import ATTENTION
from bot.web.pages.renderer import PageRenderer
from bot.web.pages.rows import ServiceRow, incident_row, service_row
from bot.web.pages.state_labels import banner
from bot.web.routing import Call

FULL = 60
"""Components up to which each has its row; beyond, a service shows those in trouble."""
FEW = 3
WALL = 60
INCIDENTS = 20
AT_ONCE = 5
"""Services that are looked at before other requests have their turn."""


def overview(renderer: PageRenderer, most: int = FULL) -> Any:
    """What both pages show."""

    async def filled(call: Call) -> dict[str, Any]:
        standings = list(renderer.site.visible(call.visitor).values())
        many = sum(len(s.voices) for s in standings) > most
        going = [(i, s) for s in standings for i in s.incidents]
        going.sort(key=lambda pair: (-ATTENTION[pair[0].state], -pair[0].opened_at))
        return {
            "banner": banner(standings, call.now),
            "incidents": [incident_row(i, s, call.now) for i, s in going[:INCIDENTS]],
            "more_incidents": max(0, len(going) - INCIDENTS),
            "services": await _rows(renderer, standings, call.now, FEW if many else most),
            "many": many,
            "announcements": announcements(call),
        }

    return filled


async def _rows(renderer: PageRenderer, standings: Sequence[ServiceStatus], now: float, most: int) -> list[ServiceRow]:
    """A row a service; of many, others have their turn between."""
    bars, whole, rows = renderer.pasts.bars, renderer.pasts.whole, list[ServiceRow]()
    for number, one in enumerate(standings, 1):
        rows.append(service_row(one, bars.get(one.service, {}), whole.get(one.service), now, most))
        if number % AT_ONCE == 0:
            await asyncio.sleep(0)
    return rows


def announcements(call: Call) -> list[dict[str, str]]:
    """What people put on the page; who did is said inside."""
    return [
        {
            "text": clean(one.text, 300),
            "when": f"{moment(one.at)}, until {moment(one.until)}",
            "by": f"by {person(one.by)}" if call.visitor.inside else "",
        }
        for one in call.site.announcements
    ]
