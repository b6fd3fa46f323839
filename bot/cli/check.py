"""`groundtruth check`: run checks once, now, and print the results beside what the vendor says."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass
from enum import IntEnum

from rich.console import Console
from rich.table import Table
from rich.text import Text

from bot.config.load import load
from bot.core.model.severity import SEVERITY
from bot.core.model.statuspage import PageStatus
from bot.core.statuspage.claims import listen
from bot.core.text.quoting import quoted
from bot.desk.reader import names
from bot.errors import UserError
from bot.settings import Component, Service, Settings, page_check
from probes.model import Check, Observation, Outcome, State
from probes.network.control import Control, attribute
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport

EXAMPLES = """\
  groundtruth check               run every check once
  groundtruth check claude-api    one component, by id, name or nickname
  groundtruth check --json        the same for machines
Exit code: 0 all fine, 1 trouble seen, 2 could not tell."""


class Verdict(IntEnum):
    """The exit code, worst last but one: trouble seen anywhere counts more than not being able to tell elsewhere."""

    FINE = 0
    TROUBLE = 1
    UNSURE = 2


@dataclass(frozen=True, slots=True)
class ComponentCheck:
    """One component checked once: the results of its checks, and the page's word."""

    component: Component
    seen: tuple[Observation, ...]
    heard: PageStatus

    @property
    def verdict(self) -> Verdict:
        outcomes = {o.outcome for o in self.seen}
        if Outcome.FAILED in outcomes:
            return Verdict.TROUBLE
        return Verdict.FINE if outcomes & {Outcome.OK, Outcome.SLOW} else Verdict.UNSURE


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("component", nargs="?", help="id, name or nickname of a component (default: all)")
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Check once and print; the exit code says what was seen."""
    settings = load(args.config)
    chosen = meant(settings, args.component) if args.component else settings.components()
    looks = asyncio.run(looked(settings, chosen))
    if args.json:
        sys.stdout.write(json.dumps([_plain(one) for one in looks], ensure_ascii=False, indent=2) + "\n")
    else:
        _print(looks, settings)
    verdicts = {one.verdict for one in looks if one.component.checks}  # what nothing looks at decides nothing
    return int(Verdict.TROUBLE if Verdict.TROUBLE in verdicts else max(verdicts, default=Verdict.UNSURE))


def meant(settings: Settings, word: str) -> Sequence[Component]:
    """The component, or all those of the service, that the word means. Raises UserError for none or several."""
    known = names(settings.services)
    found = known.find(word)
    if not found:
        near = known.nearest(word)
        advice = f"did you mean {near}?" if near else f"there are {', '.join(c.id for c in settings.components())}"
        raise UserError(f"no component {quoted(word, 40)}: {advice}")
    if len(found) > 1:
        raise UserError(f"{quoted(word, 40)} is {' or '.join(named.id for named in found)}: say which")
    [named] = found
    return [
        c
        for c in settings.components()
        if c.id == named.component or (not named.component and c.service == named.service)
    ]


async def looked(settings: Settings, chosen: Sequence[Component]) -> list[ComponentCheck]:
    """All checks of these components and their services' pages, each once, all at the same time."""
    async with Transport(settings.transport) as transport, Control(transport, time.time, settings.control) as control:

        async def once(check: Check) -> Observation:
            return await attribute(
                await look(check, Tools(transport, settings.vantage, time.time, settings.secrets)), control
            )

        services = [settings.service(name) for name in dict.fromkeys(c.service for c in chosen)]
        pages = {s.id: check for s in services if (check := page_check(s))}
        checks = [*pages.values(), *(check for c in chosen for check in c.checks)]
        seen = dict(zip((c.id for c in checks), await asyncio.gather(*map(once, checks)), strict=True))
    heard: dict[str, PageStatus] = {}
    for service in services:
        heard |= _heard(service, seen.get(pages[service.id].id) if service.id in pages else None)
    return [
        ComponentCheck(c, tuple(seen[check.id] for check in c.checks), heard.get(c.id, PageStatus())) for c in chosen
    ]


def _heard(service: Service, reading: Observation | None) -> dict[str, PageStatus]:
    if reading is None or reading.page is None:
        return {}
    return listen(reading.page, reading.at, {}, {c.id: c.page_id for c in service.components if c.page_id})


def _print(looks: Sequence[ComponentCheck], settings: Settings) -> None:
    table = Table("component", "we see", "they say", "people say", box=None, pad_edge=False, header_style="bold")
    for one in looks:
        table.add_row(one.component.name, _we_see(one), _they_say(one.heard), Text("not asked"))
    Console().print(table)
    if any(o.control is False for one in looks for o in one.seen):
        sys.stdout.write(f"Our own network at {settings.vantage} fails too: the state of the service is unknown.\n")


def _we_see(one: ComponentCheck) -> Text:
    text = Text()
    for number, seen in enumerate(one.seen):
        mark = {Outcome.OK: "🟢 ok", Outcome.SLOW: "🟡 slow", Outcome.FAILED: "🔴 failed"}.get(
            seen.outcome, "⚪ unclear"
        )
        took = f" in {seen.timings.total:.0f} ms" if seen.timings.total is not None else ""
        why = f": {seen.symptom}" if seen.symptom and seen.outcome is not Outcome.OK else ""
        name = seen.check.rpartition("/")[2]
        text.append(f"{'' if number == 0 else chr(10)}{mark} {name}{why}{took}")
    return text if one.seen else Text("⚪ no check")


def _they_say(heard: PageStatus) -> Text:
    if heard.unreadable:
        return Text(f"⚪ unreadable: {quoted(heard.unreadable, 60)}")
    if heard.read_at is None or heard.state is State.UNKNOWN:
        return Text("⚪ nothing")
    mark = "🟢" if not SEVERITY.get(heard.state) else "🔴"
    return Text(f"{mark} {heard.state.value.replace('_', ' ')}")


def _plain(one: ComponentCheck) -> dict[str, object]:
    return {
        "component": one.component.id,
        "verdict": one.verdict.name.lower(),
        "we_see": [
            {
                "check": o.check,
                "outcome": o.outcome,
                "fault": o.fault,
                "layer": o.layer,
                "symptom": o.symptom,
                "status": o.status,
                "total_ms": o.timings.total,
                "request_id": o.request_id,
                "detail": o.detail,
                "control": o.control,
            }
            for o in one.seen
        ],
        "they_say": {"state": one.heard.state, "words": one.heard.words, "unreadable": one.heard.unreadable},
    }
