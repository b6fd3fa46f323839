"""`groundtruth doctor`: is everything in order on our side, and if not, what to do about it."""

import argparse
import asyncio
import json
import re
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import asdict, dataclass
from email.utils import parsedate_to_datetime
from enum import StrEnum

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from bot.channels.registry import CHANNELS
from bot.config import catalogue
from bot.config.load import load
from bot.core.text.durations import ago
from bot.core.text.numbers import number
from bot.core.text.quoting import clean
from bot.errors import GroundtruthError
from bot.health.status import WORD
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
Exit code: 0 in order (perhaps with warnings), 1 something must be mended."""

SILENT_S = 120.0
"""Four words of a prober missed."""

PATIENCE_S = 60.0
"""For one channel: a platform that makes us wait longer is not in order."""

SKEW_S = 5.0
"""Beyond this our clock is wrong for comparing times with a vendor's; at 300 s chat platforms refuse our signatures."""


class Health(StrEnum):
    """How one finding stands; only `BAD` makes the exit code 1."""

    GOOD = "ok"
    WARN = "warning"
    BAD = "bad"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: its name, how it stands, and a sentence; for what is wrong, with what to do."""

    name: str
    health: Health
    sentence: str


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    parser.add_argument("--json", action="store_true", help="print JSON")


def run(args: argparse.Namespace) -> int:
    """Print the findings."""
    findings = asyncio.run(_findings(args.config))
    if args.json:
        sys.stdout.write(json.dumps([asdict(f) for f in findings], ensure_ascii=False, indent=2) + "\n")
    else:
        _print(findings)
    return int(any(f.health is Health.BAD for f in findings))


async def _findings(config: str | None) -> list[Finding]:
    try:
        settings = load(config)
    except GroundtruthError as error:
        return [Finding("configuration", Health.BAD, str(error)), _catalogue()]
    found = [_configuration(settings), _catalogue()]
    async for finding in examined(settings):
        found.append(finding)  # noqa: PERF401  (the list is kept whatever comes of the rest)
    return found


async def examined(settings: Settings) -> AsyncIterator[Finding]:
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


async def _channel(channel: Channel) -> list[Finding]:
    """What the kind's own doctor says; it speaks of names that others gave, so they are cleaned."""
    try:
        async with asyncio.timeout(PATIENCE_S):
            signs = await CHANNELS[channel.kind].examined(channel.name, channel.options)
    except TimeoutError:
        return [Finding(channel.name, Health.BAD, f"no answer to all questions within {PATIENCE_S:.0f} s: try again")]
    return [Finding(clean(sign.name, 80), Health(sign.level), clean(sign.sentence, 600)) for sign in signs]


def _configuration(settings: Settings) -> Finding:
    services = ", ".join(service.name for service in settings.services)[:120]
    what = f"{settings.source}: {len(settings.components())} components of {services}"
    # What an optional secret would switch on is off by choice: no fault, but worth a line.
    return Finding("configuration", Health.GOOD, "; ".join([what, *settings.notes]))


def _catalogue() -> Finding:
    names = catalogue.names()
    health = Health.GOOD if names else Health.BAD
    return Finding("catalogue", health, f"{len(names)} services can be named without describing them")


async def _store(settings: Settings) -> list[Finding]:
    url = settings.redis.reveal() if settings.redis else None

    async def ask(start: bool) -> list[Finding]:
        async with open_store(url, settings.state_dir, start=start) as store:
            return [await _asked(store), await _budget(settings, store), *await _vantages(store, time.time())]

    tries: list[Callable[[], Awaitable[list[Finding]]]] = [lambda: ask(False), lambda: ask(True)]
    said = ""
    for attempt in tries[: 1 if url else 2]:
        try:
            return await attempt()
        except GroundtruthError as error:
            said = str(error)
    return [Finding("store", Health.BAD, said)]


async def _asked(store: Store) -> Finding:
    info = await store.info()
    waiting = [u for s in await store.vantages.services() for u in await store.views.undeliverable(s)]
    what = f"{info.product} {info.version}, {info.memory_bytes / 1e6:.1f} MB, append-only file {info.aof}"
    trouble = [*store.warnings, *([f"{len(waiting)} messages could not be delivered"] if waiting else [])]
    return Finding("store", Health.WARN if trouble else Health.GOOD, "; ".join([what, *trouble]))


async def _budget(settings: Settings, store: Store) -> Finding:
    """What the paid checks have used today of what they may, all probers together."""
    said, spent = [], []
    for service in settings.services:
        used, may = await store.purse.spent(service.id), service.budget
        said.append(
            f"{service.name}: {used.tokens:,} of {may.tokens_per_day:,} tokens,"
            f" ${used.usd:.4f} of ${may.usd_per_day:.4g} today (UTC)"
        )
        if used.refused:
            spent.append(f"{service.name} ({number(used.refused, 'look', 'looks')} left out)")
    if spent:
        rest = "paid checks rest until 00:00 UTC, the free ones go on; to look more often, raise `budget`"
        return Finding("budget", Health.WARN, f"{'; '.join(said)}. Spent: {', '.join(spent)}; {rest}")
    return Finding("budget", Health.GOOD, "; ".join(said))


async def _vantages(store: Store, now: float) -> list[Finding]:
    """When each vantage was last heard of, and what it could not write or look at."""
    found = []
    for name, record in sorted((await store.vantages.all()).items()):
        word = WORD.load(record)
        if word is None:
            found.append(Finding(f"vantage {name}", Health.WARN, "its last word cannot be read: another version?"))
            continue
        silent = now - word.at
        skipped = number(word.skipped, "look", "looks")
        what = f"heard of {ago(word.at, now)}, {word.waiting} observations waiting, {skipped} left out"
        gone = silent > SILENT_S
        mend = ": it is down or cut off from Redis, unless you stopped it" if gone else ""
        found.append(Finding(f"vantage {name}", Health.WARN if gone else Health.GOOD, what + mend))
    return found


def _network(settings: Settings, fetched: list[Fetched]) -> Finding:
    fine = [url for url, one in zip(settings.control, fetched, strict=True) if answered(url, one)]
    if len(fine) == len(fetched):
        return Finding("network", Health.GOOD, "both control hosts answer")
    what = f"{len(fine)} of {len(fetched)} control hosts answer from here"
    if fine:
        return Finding("network", Health.WARN, f"{what}; one is enough to judge by, but find out why")
    why = "; ".join(one.error.text for one in fetched if one.error)[:200]
    return Finding("network", Health.BAD, f"{what}: nothing can be said of any service until one does ({why})")


def _clock(fetched: list[Fetched], now: float) -> Finding:
    """Compares with the Date headers (RFC 9110, 6.6.1), whole seconds."""
    theirs = [_date(one) for one in fetched]
    skews = [now - at for at in theirs if at is not None]
    if not skews:
        return Finding("clock", Health.WARN, "nobody to compare with: no control host said a time")
    skew = min(skews, key=abs)
    health = Health.GOOD if abs(skew) < SKEW_S else Health.BAD if abs(skew) >= 300 else Health.WARN
    mend = "" if health is Health.GOOD else "; set the clock (NTP), or lateness is measured wrongly"
    return Finding("clock", health, f"differs {skew:+.0f} s from the control hosts'{mend}")


def _date(fetched: Fetched) -> float | None:
    value = fetched.answer.headers.get("date", "") if fetched.answer else ""
    try:
        return parsedate_to_datetime(value).timestamp()
    except (ValueError, TypeError):
        return None


def _print(findings: list[Finding]) -> None:
    table = Table("what", "how", box=None, pad_edge=False, header_style="bold")
    table.add_column("", overflow="fold")
    colours = {Health.GOOD: "green", Health.WARN: "yellow", Health.BAD: "red"}
    for finding in findings:
        how = f"[{colours[finding.health]}]{finding.health}[/]"
        table.add_row(escape(finding.name), how, escape(finding.sentence))
    console = Console()
    console.print(table)
    # A link that is folded can be neither opened nor copied: each stands below once more, whole.
    wrong = " ".join(finding.sentence for finding in findings if finding.health is not Health.GOOD)
    for link in dict.fromkeys(re.findall(r"https?://\S+", wrong)):
        console.print(link, soft_wrap=True, markup=False, highlight=False)
