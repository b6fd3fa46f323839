"""`groundtruth doctor`: is everything in order on our side, and if not, what to do about it."""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from email.utils import parsedate_to_datetime

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.channels.registry import CHANNELS
from bot.config import catalogue
from bot.config.load import load
from bot.core.health.signs import SKEW_REFUSED_S, SKEW_S, HealthSign, Kind, Level
from bot.core.health.text import answering, overview, saving, ticking
from bot.core.text.inline import zoned
from bot.core.text.numbers import number
from bot.core.text.quoting import clean
from bot.errors import GroundtruthError
from bot.health.status import HealthReader
from bot.settings import Channel, Settings
from bot.store.connect import open_store
from bot.store.store import Store
from probes.network.control import answered
from probes.transport.client import Transport
from probes.transport.request import Fetched, Request

EXAMPLES = """\
  groundtruth doctor                      check configuration, store, clock, network, catalogue, channels
  groundtruth --config prod.yaml doctor   the same for another configuration
  groundtruth doctor --json               for machines
Exit code: 0 in order (perhaps with warnings), 1 something must be fixed."""

PATIENCE_S = 60.0
"""For one channel: a platform that makes us wait longer is not in order."""

STORE = frozenset({Kind.STORE, Kind.SAVING})
"""Kinds of signs that are part of the finding on the store."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    findings = asyncio.run(_findings(args.config))
    if args.json:
        found = [{"name": sign.name, "health": sign.level, "sentence": sign.sentence} for sign in findings]
        sys.stdout.write(json.dumps(found, ensure_ascii=False, indent=2) + "\n")
    else:
        _print(findings)
    return int(any(sign.level is Level.BAD for sign in findings))


async def _findings(config: str | None) -> list[HealthSign]:
    try:
        settings = load(config)
    except GroundtruthError as error:
        return [HealthSign.at_level("configuration", Level.BAD, str(error)), _catalogue()]
    found = [_configuration(settings), _catalogue()]
    async for finding in examined(settings):
        found.append(finding)  # noqa: PERF401  (the list is kept whatever comes of the rest)
    return found


async def examined(settings: Settings) -> AsyncIterator[HealthSign]:
    """What only trying shows: the store, the network, the clock, the channels."""
    for finding in await _store(settings):
        yield finding
    async with Transport(settings.transport) as transport:
        fetched = [await transport.fetch(Request(url, 5.0, redirects=0, max_bytes=65536)) for url in settings.control]
    yield _network(settings, fetched)
    yield _clock(fetched, time.time())
    for findings in await asyncio.gather(*map(_channel, settings.channels)):
        for finding in findings:
            yield finding


async def _channel(channel: Channel) -> list[HealthSign]:
    """What the kind's own doctor says; it speaks of names that others gave, so they are cleaned."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            signs = await CHANNELS[channel.kind].examined(channel.name, channel.options)
    except TimeoutError:
        return [
            HealthSign.at_level(
                channel.name, Level.BAD, f"no answer to all questions within {PATIENCE_S:.0f} s: try again"
            )
        ]
    return [replace(sign, name=clean(sign.name, 80), sentence=clean(sign.sentence, 600)) for sign in signs]


def _configuration(settings: Settings) -> HealthSign:
    services = ", ".join(service.name for service in settings.services)[:120]
    what = f"{settings.source}: {len(settings.components())} components of {services}"
    # What an optional secret would switch on is off by choice: no fault, but worth a line.
    return HealthSign.at_level("configuration", Level.OK, "; ".join([what, *settings.notes]))


def _catalogue() -> HealthSign:
    names = catalogue.names()
    level = Level.OK if names else Level.BAD
    return HealthSign.at_level("catalogue", level, f"{len(names)} services can be named without describing them")


async def _store(settings: Settings) -> list[HealthSign]:
    url = settings.redis.reveal() if settings.redis else None

    async def ask(start: bool) -> list[HealthSign]:
        async with open_store(url, settings.state_dir, start=start) as store:
            return [await _asked(store), await _budget(settings, store), *await _running(settings, store, time.time())]

    tries: list[Callable[[], Awaitable[list[HealthSign]]]] = [lambda: ask(False), lambda: ask(True)]
    said = ""
    for attempt in tries[: 1 if url else 2]:
        try:
            return await attempt()
        except GroundtruthError as error:
            said = str(error)
    return [HealthSign.at_level("store", Level.BAD, said)]


async def _asked(store: Store) -> HealthSign:
    info = await store.info()
    waiting = [u for s in await store.vantages.services() for u in await store.views.undeliverable(s)]
    several = f"cluster of {info.servers} primaries, " if info.mode == "cluster" else ""
    most = " on the fullest" if info.servers > 1 else ""
    memory = f"{info.memory_bytes / 1e6:.1f} MB{most}"
    what = f"{info.product} {info.version}, {several}{memory}, append-only file {info.aof}"
    now = time.time()
    kept = saving(info.aof, info.memory_bytes, info.memory_limit, info.eviction, now)
    ill = [sign.sentence for sign in (kept, answering(await store.ping(), now)) if not sign.ok]
    trouble = [*store.warnings, *ill, *([f"{len(waiting)} messages could not be delivered"] if waiting else [])]
    return HealthSign.at_level("store", Level.WARNING if trouble else Level.OK, "; ".join([what, *trouble]))


async def _budget(settings: Settings, store: Store) -> HealthSign:
    """What the paid checks have used today of what they may, all probers together."""
    said, spent = [], []
    for service in settings.services:
        used, may = await store.purse.spent(service.id), service.budget
        said.append(
            f"{service.name}: {used.tokens:,} of {may.tokens_per_day:,} tokens,"
            f" ${used.usd:.4f} of ${may.usd_per_day:.4g} today (UTC)"
        )
        if used.refused:
            spent.append(f"{service.name} ({number(used.refused, 'check', 'checks')} left out)")
    if spent:
        rest = "paid checks rest until 00:00 UTC, the free ones go on; for more checks, raise `budget`"
        return HealthSign.at_level("budget", Level.WARNING, f"{'; '.join(said)}. Spent: {', '.join(spent)}; {rest}")
    return HealthSign.at_level("budget", Level.OK, "; ".join(said))


async def _running(settings: Settings, store: Store, now: float) -> list[HealthSign]:
    """What readiness and `/avail doctor` know of all processes: services, queues, vantages, checks, clocks, channels.

    None of it fails the command: nothing may be running yet. The store itself was asked already.
    """
    health = HealthReader(store, settings)
    owned = [own for own in await health.every(now) if own.judged_at is not None or own.written_at is not None]
    signs = [sign for sign in await health.signs(now) if sign.kind not in STORE]
    clock = ticking("this machine", await store.skew(), now)
    found = overview(owned, signs if clock.ok else [clock, *signs], now)
    return [
        replace(s, name=clean(s.name, 80), sentence=clean(zoned(s.sentence, now, None), 600), mild=True) for s in found
    ]


def _network(settings: Settings, fetched: list[Fetched]) -> HealthSign:
    fine = [url for url, one in zip(settings.control, fetched, strict=True) if answered(url, one)]
    if len(fine) == len(fetched):
        return HealthSign.at_level("network", Level.OK, "both control hosts answer")
    what = f"{len(fine)} of {len(fetched)} control hosts answer from here"
    if fine:
        return HealthSign.at_level("network", Level.WARNING, f"{what}; one is enough to judge by, but find out why")
    why = "; ".join(one.error.text for one in fetched if one.error)[:200]
    return HealthSign.at_level(
        "network", Level.BAD, f"{what}: the state of every service is unknown until one does ({why})"
    )


def _clock(fetched: list[Fetched], now: float) -> HealthSign:
    """Compares with the Date headers (RFC 9110, 6.6.1), whole seconds."""
    theirs = [_date(one) for one in fetched]
    skews = [now - at for at in theirs if at is not None]
    if not skews:
        return HealthSign.at_level(
            "clock", Level.WARNING, "nothing to compare with: no control host sent a Date header"
        )
    skew = min(skews, key=abs)
    level = Level.OK if abs(skew) < SKEW_S else Level.BAD if abs(skew) >= SKEW_REFUSED_S else Level.WARNING
    mend = "" if level is Level.OK else "; set the clock (NTP), or lateness is measured wrongly"
    return HealthSign.at_level("clock", level, f"differs {skew:+.0f} s from the control hosts'{mend}")


def _date(fetched: Fetched) -> float | None:
    value = fetched.answer.headers.get("date", "") if fetched.answer else ""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError):
        return None


def _print(findings: list[HealthSign]) -> None:
    table = Table("what", "how", box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    colours = {Level.OK: "green", Level.WARNING: "yellow", Level.BAD: "red"}
    for finding in findings:
        how = f"[{colours[finding.level]}]{finding.level}[/]"
        table.add_row(escape(finding.name), how, escape(finding.sentence))
    console = Console()
    console.print(table)
    # A link that is folded can be neither opened nor copied: each stands below once more, whole.
    wrong = " ".join(finding.sentence for finding in findings if not finding.ok)
    for link in dict.fromkeys(re.findall(r"https?://\S+", wrong)):
        console.print(link, soft_wrap=True, markup=False, highlight=False)
