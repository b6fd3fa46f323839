"""`groundtruth ledger`: what is on record of how late and how honest status pages are; a vendor's history taken in."""

import argparse
import asyncio
import json
import sys
import time
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import asdict
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from bot.cli.ask import show
from bot.cli.catalogue import known
from bot.config.load import load
from bot.core.answers import ledger
from bot.core.ledger import vendor_history
from bot.core.ledger.accuracy import honesty
from bot.core.ledger.reliability import reliability
from bot.core.text.jsonable import plain
from bot.errors import UserError
from bot.settings import Service, Settings
from bot.store.codec import LEDGER_ENTRY
from bot.store.connect import open_store
from bot.store.store import Store
from bot.store.types import LedgerWrite
from probes.dialects.scope import matches, rules_from

EXAMPLES = """\
  groundtruth ledger show                     every service's ledger in a line or two
  groundtruth ledger show claude              one, by component and quarter
  groundtruth ledger show claude --csv        its rows, for a spreadsheet
  groundtruth ledger import incidents.json    a vendor's own history: Statuspage's or Google's file, or a CSV table
  groundtruth ledger import --service github-copilot github.csv
Exit code: 0 fine, 1 nothing on record, 2 a bad file or unknown name."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="show|import")
    shown = actions.add_parser("show", help="figures, or the rows behind them")
    shown.add_argument("service", nargs="?", help="its id (default: all that are watched)")
    style = shown.add_mutually_exclusive_group()
    style.add_argument("--json", action="store_const", const="json", dest="style", help="figures and rows as JSON")
    style.add_argument("--csv", action="store_const", const="csv", dest="style", help="the rows as CSV")
    shown.set_defaults(style="")
    taken = actions.add_parser("import", help="take in a vendor's own history, marked as its own statement")
    taken.add_argument("files", nargs="+", type=Path, metavar="file")
    taken.add_argument("--service", help="whose it is, where the file does not tell")


def run(args: argparse.Namespace) -> int:
    """Show the ledger, or import page histories into it."""
    settings = load(args.config)
    if args.action == "import":
        return asyncio.run(_import(settings, args.files, args.service))
    services = [_service(settings, args.service)] if args.service else list(settings.services)
    return asyncio.run(_show(settings, services, args.style))


async def _show(settings: Settings, services: list[Service], style: str) -> int:
    async with _store(settings) as store:
        kept = [(service, LEDGER_ENTRY.load_all(await store.views.ledger(service.id))) for service in services]
    if style == "csv":
        sys.stdout.write(ledger.table(row for _, rows in kept for row in rows))
    elif style == "json":
        told = [
            asdict(honesty(s.id, rows))
            | {"reliability": [asdict(of) for of in reliability(rows)], "rows": [plain(row) for row in rows]}
            for s, rows in kept
        ]
        sys.stdout.write(json.dumps(told, ensure_ascii=False, indent=2) + "\n")
    else:
        found = [(s.name, honesty(s.id, rows)) for s, rows in kept]
        show(ledger.ledger(found, time.time()), Console(markup=False, emoji=False, highlight=False))
    return 0 if any(rows for _, rows in kept) else 1


async def _import(settings: Settings, files: list[Path], name: str | None) -> int:
    bodies = [(file, _read(file)) for file in files]
    taken = []
    for file, body in bodies:
        service = _service(settings, name) if name else _whose(file, body)
        try:
            rows = vendor_history.read(body, service.id, _ours(service), _titles(service))
        except vendor_history.HistoryError as error:
            raise UserError(f"{file}: {error}") from None
        taken.append((file, service, rows))
    async with _store(settings) as store:
        for file, service, rows in taken:
            new = await store.book.enter(service.id, [LedgerWrite(row.at, LEDGER_ENTRY.dump(row)) for row in rows])
            sys.stdout.write(
                f"{file}: {len(rows)} rows of {service.name}, {new} of them new, as the vendor states them\n"
            )
    return 0


@asynccontextmanager
async def _store(settings: Settings) -> AsyncIterator[Store]:
    """The store of the Groundtruth that runs; where none does, the embedded one, started for the moment."""
    url = settings.redis.reveal() if settings.redis else None
    async with AsyncExitStack() as stack:
        try:
            store = await stack.enter_async_context(open_store(url, settings.state_dir, start=False))
        except UserError:
            store = await stack.enter_async_context(open_store(url, settings.state_dir))
        yield store


def _service(settings: Settings, name: str) -> Service:
    """The service of that id: one that is watched, else the catalogue's. Raises UserError."""
    return next((s for s in settings.services if s.id == name), None) or known([name])[0]


def _read(file: Path) -> bytes:
    try:
        with file.open("rb") as stream:
            return stream.read(vendor_history.LARGEST + 1)
    except OSError as error:
        raise UserError(f"cannot read {file}: {error.strerror}") from error


def _whose(file: Path, body: bytes) -> Service:
    """The service a history is of: by the hosts it names, else by the beginning of the file's name."""
    services = known([])
    hosts = set(vendor_history.hosts(body))
    by_host = [
        s for s in services if s.page and {urlsplit(s.page.url).hostname, urlsplit(s.page.page_url).hostname} & hosts
    ]
    first = file.name.partition("_")[0].casefold()
    by_name = [s for s in services if first in {s.id, *s.nicknames}]
    found = by_host or by_name
    if len(found) != 1:
        raise UserError(f"{file} does not tell whose history it is: say so with --service")
    return found[0]


def _titles(service: Service) -> vendor_history.Titles | None:
    """Which of our components a title names, where the service shares its page with other products."""
    scope = service.page.options.get("scope") if service.page else None
    if not isinstance(scope, Mapping):
        return None
    ids = {c.page_id: c.id for c in service.components if c.page_id}
    rules = {ids[key]: rules_from(words, key) for key, words in scope.items() if key in ids}
    return lambda title: tuple(key for key, found in rules.items() if matches(found, title))


def _ours(service: Service) -> dict[str, str]:
    by_id = {c.page_id: c.id for c in service.components if c.page_id}
    nicknames = {name.casefold(): c.id for c in service.components for name in c.nicknames}
    return by_id | nicknames | {c.name.casefold(): c.id for c in service.components}
