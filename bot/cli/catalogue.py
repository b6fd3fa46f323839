"""`groundtruth catalogue`: the services we know; their status pages tried; a saved page read."""

import argparse
import asyncio
import json
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table

from bot.cli import catalogue_add, try_catalogue
from bot.config import catalogue
from bot.config.complaints import nearest, printable
from bot.config.load import from_text, load
from bot.errors import UserError
from bot.settings import Service
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.dialects.registry import DIALECTS
from probes.dialects.shapes import MAX_BYTES
from probes.model import Page, VendorIncident

EXAMPLES = """\
  groundtruth catalogue list                                    every service we know, and how its page is read
  groundtruth catalogue show openai                             one of them: page, components, what can stand in
  groundtruth catalogue test                                    try every page, over the network
  groundtruth catalogue add https://status.example.com          read a page, and write the YAML to watch it
  groundtruth catalogue add status.example.com --name Example --output example.yaml
  groundtruth catalogue parse --dialect atlassian summary.json  what a saved page claims, as JSON
  curl -s https://status.example.com/index.json | groundtruth catalogue parse --dialect betterstack -
  groundtruth catalogue parse --service vertex-ai incidents.json    with the dialect and options of the catalogue
Exit code: 0 fine, 1 a page could not be read, 2 a mistake in the command, or an unknown format."""

OTHER_NAMES = {
    "statuspage": "atlassian",
    "incidentio": "incident_io",
    "incident_io_native": "incident_io",
    "better_stack": "betterstack",
    "google_cloud": "google",
    "azure": "azure_rss",
    "rss": "feed",
    "atom": "feed",
}
"""What people call some platforms."""


def arguments(parser: argparse.ArgumentParser) -> None:
    """The options of this command."""
    actions = parser.add_subparsers(dest="action", required=True, metavar="list|show|test|add|parse")
    listed = actions.add_parser("list", help="every service of the catalogue")
    listed.add_argument("--json", action="store_true", help="print JSON")
    shown = actions.add_parser("show", help="one service")
    shown.add_argument("service", help="its id")
    shown.add_argument("--json", action="store_true", help="print JSON")
    tried = actions.add_parser("test", help="try the status pages over the network")
    tried.add_argument("services", nargs="*", metavar="service", help="ids (default: all)")
    tried.add_argument("--json", action="store_true", help="print JSON")
    added = actions.add_parser("add", help="read a page at its public address, and write the YAML to watch it")
    added.add_argument("url", help="the page as people open it, or its data")
    added.add_argument("--name", default="", help="the service's name (default: of the address)")
    added.add_argument("--output", type=Path, help="the file to write (default: standard output)")
    parsed = actions.add_parser("parse", help="print what a saved page claims, as JSON")
    parsed.add_argument("--dialect", help=f"one of {', '.join(sorted(DIALECTS))}")
    parsed.add_argument("--service", help="take dialect and options from this service of the catalogue")
    parsed.add_argument("--options", metavar="JSON", help="the dialect's options")
    parsed.add_argument("file", help="the saved page; - is standard input")


def run(args: argparse.Namespace) -> int:
    """Do it; the exit code says whether every page could be read."""
    match args.action:
        case "list":
            return _list(as_json=args.json)
        case "show":
            return _show(known([args.service])[0], as_json=args.json)
        case "test":
            settings = load(args.config)
            services = [service for service in known(args.services) if service.page]
            return asyncio.run(try_catalogue.run(services, settings, as_json=args.json))
        case "add":
            return _add(args)
    return _parse(args)


def _add(args: argparse.Namespace) -> int:
    written = asyncio.run(catalogue_add.add(args.url, args.name, load(args.config)))
    from_text(written, "what was found", {})  # what we write can be used as it is
    if args.output is None:
        sys.stdout.write(written)
        return 0
    try:
        with args.output.open("x", encoding="utf-8") as stream:
            stream.write(written)
    except OSError as error:
        raise UserError(f"cannot write {args.output}: {error.strerror}") from error
    sys.stdout.write(f"{args.output} written\n")
    return 0


def known(names: list[str]) -> list[Service]:
    """The catalogue's services of these ids, all without any. Raises UserError."""
    for name in names:
        if name not in catalogue.names():
            close = nearest(name, catalogue.names())
            advice = f"did you mean {close}?" if close else "groundtruth catalogue list shows them all"
            raise UserError(f"no service '{printable(name)}' in the catalogue: {advice}")
    return list(from_text(f"services: {json.dumps(list(names or catalogue.names()))}", "catalogue", {}).services)


def _list(*, as_json: bool) -> int:
    services = known([])
    if as_json:
        return _print([plain(service) for service in services])
    table = Table(box=None, pad_edge=False, header_style="bold")
    for title in ("service", "name", "read as", "page", "components"):
        table.add_column(title, no_wrap=title in {"service", "read as"}, overflow="fold")
    for service in services:
        page = service.page
        names = ", ".join(component.name for component in service.components)
        table.add_row(service.id, service.name, page.dialect if page else "", page.page_url if page else "none", names)
    # A pipe has no width: there every service has a line of its own.
    Console(width=None if sys.stdout.isatty() else 400).print(table)
    return 0


def _show(service: Service, *, as_json: bool) -> int:
    if as_json:
        return _print(plain(service))
    lines = [f"{service.name} ({service.id})"]
    if service.page:
        lines += [f"  page: {service.page.page_url}", f"    read as {service.page.dialect} from {service.page.url}"]
        lines += [f"    or from {fallback}" for fallback in service.page.fallbacks]
    for component in service.components:
        checks = ", ".join(f"{check.id} ({check.kind})" for check in component.checks) or "no checks"
        lines.append(f"  {component.name} ({component.id}), on its page {component.page_id or 'not listed'}: {checks}")
    lines += [f"  instead: {other.name}. {other.note}".rstrip() for other in service.alternatives]
    sys.stdout.write("\n".join(lines) + "\n")
    return 0


def plain(service: Service) -> dict[str, Any]:
    """A service for machines."""
    page = service.page
    return {
        "id": service.id,
        "name": service.name,
        "page": page and {"url": page.url, "dialect": page.dialect, "fallbacks": list(page.fallbacks)},
        "components": [
            {"id": one.id, "name": one.name, "page_id": one.page_id, "checks": [check.id for check in one.checks]}
            for one in service.components
        ],
        "alternatives": [
            {"name": one.name, "note": one.note, "url": one.url, "service": one.service, "similarity": one.similarity}
            for one in service.alternatives
        ],
    }


def _parse(args: argparse.Namespace) -> int:
    dialect, options = _how(args)
    try:
        page = understand(dialect, _bytes(args.file), options)
    except NotUnderstoodError as error:
        _print({"dialect": dialect, "claims": [], "incidents": [], "words": "", "unreadable": str(error)})
        return 1
    return _print({"dialect": dialect, **claimed(page)})


def _how(args: argparse.Namespace) -> tuple[str, Mapping[str, Any]]:
    page = known([args.service])[0].page if args.service else None
    named = args.dialect or (page.dialect if page else "")
    if not named:
        raise UserError("a page is read by its dialect: give --dialect or --service")
    folded = named.lower().replace("-", "_").replace(".", "_").replace(" ", "_")
    dialect = OTHER_NAMES.get(folded, folded)
    if dialect not in DIALECTS:
        raise UserError(f"no dialect '{printable(named)}'; there are {', '.join(sorted(DIALECTS))}")
    try:
        given = json.loads(args.options) if args.options else None
    except ValueError as error:
        raise UserError(f"--options is not JSON: {error}") from error
    if given is not None and not isinstance(given, dict):
        raise UserError("--options is a JSON object")
    return dialect, given if given is not None else (page.options if page else {})


def _bytes(name: str) -> bytes:
    try:
        if name == "-":
            return sys.stdin.buffer.read(MAX_BYTES + 1)
        with Path(name).open("rb") as stream:
            return stream.read(MAX_BYTES + 1)
    except (OSError, ValueError) as error:
        raise UserError(f"cannot read {printable(name)}: {getattr(error, 'strerror', None) or error}") from error


def claimed(page: Page) -> dict[str, Any]:
    """A reading for machines: the vendor's words, its own times in UTC."""
    return {
        "claims": [{"id": claim.id, "name": claim.name, "state": claim.state.value} for claim in page.claims],
        "incidents": [_incident(incident) for incident in page.incidents],
        "words": page.words,
    }


def _incident(incident: VendorIncident) -> dict[str, Any]:
    return {
        "id": incident.id,
        "name": incident.name,
        "status": incident.status,
        "impact": incident.impact,
        "components": list(incident.components),
        "posted_at": _time(incident.posted_at),
        "posted_by_component": {component: _time(at) for component, at in incident.posted},
        "started_at": _time(incident.started_at),
        "resolved_at": _time(incident.resolved_at),
        "url": incident.url,
        "maintenance": incident.maintenance,
    }


def _time(at: float | None) -> str | None:
    """ISO 8601 in UTC, with milliseconds where the vendor gave them."""
    if at is None:
        return None
    exact = round(at, 3)
    precision = "seconds" if exact == int(exact) else "milliseconds"
    return datetime.fromtimestamp(exact, UTC).isoformat(timespec=precision).replace("+00:00", "Z")


def _print(value: Any) -> int:
    sys.stdout.write(json.dumps(value, indent=2, ensure_ascii=False) + "\n")
    return 0
