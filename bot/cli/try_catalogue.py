"""Trying the catalogue's status pages over the network, a few at a time, with progress."""

import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass

from rich.console import Console
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table
from rich.text import Text

from bot.settings import Service, Settings, page_check
from probes.model import Check, Page
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport

AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Trial:
    """One page tried: its reading, and our components it did not name."""

    service: Service
    page: Page
    missing: tuple[str, ...]
    took_s: float

    @property
    def fine(self) -> bool:
        return not self.page.unreadable and not self.missing

    @property
    def words(self) -> str:
        """What came of it, in a line."""
        if self.page.unreadable:
            return f"unreadable: {self.page.unreadable}"
        if self.missing:
            return f"does not name {', '.join(self.missing)}"
        return f"{len(self.page.claims)} components, {len(self.page.incidents)} incidents"


async def run(services: Sequence[Service], settings: Settings, *, as_json: bool) -> int:
    """Try them all and print; 1 if a page could not be read or does not name a component of ours."""
    columns = (TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn())
    gate = asyncio.Semaphore(AT_ONCE)
    console = Console(stderr=True)
    async with Transport(settings.transport) as transport:
        with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
            task = progress.add_task("trying pages", total=len(services))

            async def once(service: Service) -> Trial:
                async with gate:
                    trial = await tried(service, Tools(transport, settings.vantage, time.time))
                progress.advance(task)
                return trial

            trials = await asyncio.gather(*map(once, services))
    _print(trials, as_json=as_json)
    return 0 if all(trial.fine for trial in trials) else 1


async def tried(service: Service, tools: Tools) -> Trial:
    """One page, read once."""
    check = page_check(service)
    assert isinstance(check, Check)
    began = time.monotonic()
    observation = await look(check, tools)
    page = observation.page or Page(check.target, unreadable=observation.detail or observation.symptom or "no answer")
    named = {claim.id for claim in page.claims}
    wanted = {component.page_id: component.id for component in service.components if component.page_id}
    missing = () if page.unreadable else tuple(ours for theirs, ours in wanted.items() if theirs not in named)
    return Trial(service, page, missing, time.monotonic() - began)


def _print(trials: Sequence[Trial], *, as_json: bool) -> None:
    if as_json:
        rows = [
            {
                "service": trial.service.id,
                "ok": trial.fine,
                "url": trial.page.url,
                "unreadable": trial.page.unreadable,
                "missing": list(trial.missing),
                "claims": len(trial.page.claims),
            }
            for trial in trials
        ]
        sys.stdout.write(json.dumps(rows, indent=2, ensure_ascii=False) + "\n")
        return
    table = Table("service", "", "what came", "took", box=None, pad_edge=False, header_style="bold")
    for trial in trials:
        mark = "🟢" if trial.fine else "🔴"
        table.add_row(trial.service.id, mark, Text(trial.words), f"{trial.took_s:.1f} s")
    Console().print(table)
