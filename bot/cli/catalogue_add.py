"""`groundtruth catalogue add`: looks at a page's public address, finds its format and ids, and writes the YAML."""

import json
import re
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import urlsplit

from bot.errors import UserError
from bot.settings import Settings
from probes.dialects.content import opened
from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.dialects.registry import DIALECTS
from probes.dialects.shapes import text
from probes.dialects.sniff import sniffed
from probes.dialects.states import PAGE
from probes.dialects.uptime_kuma import monitors
from probes.model import Claim, Page
from probes.statuspage import MAX_BYTES, first_event
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import Fetched, Request

TIMEOUT_S = 10.0
MANY = 400
"""Components written at most."""


@dataclass(frozen=True, slots=True)
class FoundPage:
    """What an address turned out to be: the dialect, the address of the data, and the reading with its names."""

    dialect: str
    url: str
    page: Page
    options: dict[str, Any]


@dataclass(frozen=True, slots=True)
class FailedAddress:
    """An address that gave no page, and why; `spoken`: something answered; `answered`: with a 200."""

    url: str
    reason: str
    spoken: bool = True
    answered: bool = False


async def add(address: str, name: str, settings: Settings) -> str:
    """The YAML of a service with that page, to be used as it is. Raises UserError where no format fits."""
    parts = urlsplit(address if "://" in address else f"https://{address}")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise UserError(f"'{text(address, 100)}' is no web address of a status page")
    async with Transport(settings.transport) as transport:
        found, tried = await _search(parts.geturl(), Tools(transport, settings.vantage, time.time))
    if found is None:
        raise UserError(_nothing(parts.geturl(), tried))
    return _yaml(found, parts.geturl(), name, datetime.fromtimestamp(time.time(), UTC))


def _nothing(page_url: str, tried: Sequence[FailedAddress]) -> str:
    """Why nothing was found: what answered and was not understood by its address, the rest counted."""
    counted = Counter(one.reason for one in tried if not one.answered)
    if not any(one.spoken for one in tried):
        return f"{page_url} does not answer: {tried[0].reason}"
    number = f"{len(tried)} addresses were tried" if len(tried) > 1 else "one address was tried"
    reasons = ", ".join(f"{count} x {reason}" for reason, count in counted.most_common())
    lines = [f"no format that we know at {page_url}; {number}{f' ({reasons})' if reasons else ''}"]
    return "\n".join([*lines, *(f"  {one.url}: {one.reason}" for one in tried if one.answered)])


async def _search(page_url: str, tools: Tools) -> tuple[FoundPage | None, list[FailedAddress]]:
    """The first candidate that is read with components; else the first that speaks of the page as a whole."""
    whole: FoundPage | None = None
    tried: list[FailedAddress] = []
    seen: set[str] = set()
    for url, endless in _candidates(page_url):
        if url in seen:
            continue
        seen.add(url)
        found, failed = await _look(url, tools, endless=endless)
        if found is None:
            tried.append(failed)
        elif _components(found.page):
            return await _named(found, tools), tried
        else:
            whole = whole or found
    return whole, tried


def _candidates(page_url: str) -> Iterator[tuple[str, bool]]:
    """The address itself, then where each platform keeps its data: below the page's path, and at its host's root."""
    parts = urlsplit(page_url)
    root, path = f"{parts.scheme}://{parts.netloc}", parts.path.rstrip("/")
    slug = PurePosixPath(path).name or "default"
    yield page_url, parts.path.endswith("/live/v2/status_page")
    for dialect in DIALECTS.values():
        for place in dialect.paths:
            filled = place.replace("{host}", parts.hostname or "").replace("{slug}", slug)
            if "://" in filled:
                if _public(parts.hostname or ""):
                    yield filled, dialect.endless
                continue
            if path:
                yield f"{root}{path}{filled}", dialect.endless
            yield f"{root}{filled}", dialect.endless


def _public(host: str) -> bool:
    """Whether it may be named to the platform: an address or a name of one's own network is nobody else's business."""
    name, _, top = host.rpartition(".")
    return bool(name) and top.isalpha() and top not in {"internal", "local", "lan", "corp", "home", "localdomain"}


async def _look(url: str, tools: Tools, *, endless: bool) -> tuple[FoundPage | None, FailedAddress]:
    request = Request(url, TIMEOUT_S, headers={"accept": "application/json, */*;q=0.5"}, max_bytes=MAX_BYTES)
    fetched = await (first_event(request, tools) if endless else tools.transport.fetch(request))
    if fetched.answer is None:
        reason = fetched.error.text or fetched.error.kind if fetched.error else "no answer"
        return None, FailedAddress(url, reason, spoken=False)
    if fetched.answer.status != 200:
        return None, FailedAddress(url, f"HTTP {fetched.answer.status}")
    found, reason = _read(url, fetched)
    return found, FailedAddress(url, reason, answered=True)


def _read(url: str, fetched: Fetched) -> tuple[FoundPage | None, str]:
    dialect = sniffed(opened(fetched.body))
    if not dialect:
        return None, "no format that we know"
    for options in ({}, {"page": True}):
        try:
            page = understand(dialect, fetched.body, options)
        except NotUnderstoodError as error:
            return None, f"looks like {dialect}, and cannot be read: {error}"
        if page.claims:
            return FoundPage(dialect, url, page, options), ""
    if dialect in {"checkly", "google", "aws"}:  # lists of what is wrong: on a good day they name nothing
        return FoundPage(dialect, url, page, {}), ""
    return None, f"looks like {dialect}, and names no component"


async def _named(found: FoundPage, tools: Tools) -> FoundPage:
    """The reading with the names of its components, where the platform keeps those elsewhere."""
    if found.dialect != "uptime_kuma":
        return found
    fetched = await tools.transport.fetch(
        Request(found.url.replace("/heartbeat/", "/"), TIMEOUT_S, max_bytes=MAX_BYTES)
    )
    try:
        names = dict(monitors(opened(fetched.body).table))
    except NotUnderstoodError:
        return found
    claims = tuple(replace(claim, name=names.get(claim.id) or claim.name) for claim in found.page.claims)
    return replace(found, page=replace(found.page, claims=claims), options={"names": names} if names else {})


def _components(page: Page) -> list[Claim]:
    return [claim for claim in page.claims if claim.id != PAGE][:MANY]


def _yaml(found: FoundPage, page_url: str, name: str, now: datetime) -> str:
    host = urlsplit(page_url).hostname or "page"
    service = _slug(name) or _of_host(host)
    components = _components(found.page)
    lines = [
        f"# Source: {found.url}, read {now:%Y-%m-%d} as {found.dialect}.",
        "services:",
        f"  - id: {service}",
        f"    name: {_quoted(name or _of_host(host).title())}",
        "    page:",
        f"      url: {_quoted(found.url)}",
        f"      dialect: {found.dialect}",
        f"      page_url: {_quoted(page_url)}",
    ]
    if found.options:
        lines.append(f"      options: {json.dumps(found.options, ensure_ascii=False)}")
    lines.append("    components:")
    if not components:
        lines += [
            "      # The page speaks only of itself as a whole, or names nothing on a good day: see `parts`,",
            "      # `services`, `products` and `regions` in the catalogue's README.",
            f"      {service}-page: {{name: {_quoted(f'{name or service} (all of it)')}, page_id: {PAGE}}}",
        ]
    for key, label, claim in zip(_ids(service, components), _names(components), components, strict=True):
        lines.append(f"      {key}: {{name: {_quoted(label)}, page_id: {_quoted(claim.id)}}}")
    return "\n".join(lines) + "\n"


def _ids(service: str, components: Sequence[Claim]) -> list[str]:
    """An id of ours for each, of its name; numbered where two would be the same."""
    found: dict[str, None] = {}
    for claim in components:
        base = f"{service}-{_slug(claim.name)}".rstrip("-")[:60] if _slug(claim.name) else f"{service}-part"
        numbered = (f"{base}-{number}" for number in range(2, len(components) + 2))
        found[base if base not in found else next(one for one in numbered if one not in found)] = None
    return list(found)


def _names(components: Sequence[Claim]) -> list[str]:
    """The names, with the page's id behind those that several have: a name means one component only."""
    counted = Counter(claim.name.casefold() for claim in components)
    return [
        one.name if one.name and counted[one.name.casefold()] == 1 else f"{one.name} ({one.id})" for one in components
    ]


def _of_host(host: str) -> str:
    """The vendor's name in a host: "acme" of status.acme.com, www.acmestatus.com, acme.statuspage.io."""
    labels = [label for label in host.split(".") if label not in {"www", "status", "statuspage", "instatus", "api"}]
    found = _slug(re.sub(r"-?status$", "", labels[0]) if labels else "")
    return found if found and not found.isdigit() else "page"


def _slug(words: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")[:40]


def _quoted(value: str) -> str:
    return json.dumps(value, ensure_ascii=False)
