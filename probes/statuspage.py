"""Kind `statuspage`: fetch a vendor's page politely and hand its bytes to its dialect.

A page that cannot be read is `unreadable` with the reason, and never green. So is one that names nothing we asked for,
and one that stands still: by its own stamp, or because something on the way has kept it too long.
"""

import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from types import MappingProxyType
from typing import Any

from probes.dialects.errors import NotUnderstoodError
from probes.dialects.reading import understand
from probes.dialects.registry import DIALECTS
from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.values import Reading, TransportError
from probes.model import Check, Fault, Layer, Observation, Outcome, Page, Timings
from probes.network.http import lane
from probes.options import Option, Options, texts, with_defaults, within
from probes.tools import Tools, observe, patience
from probes.transport.errors import BrokenError
from probes.transport.request import Fetched, Request

MAX_BYTES = 8 * 1024 * 1024
"""Google's list of incidents has several MiB; other pages are far smaller."""
MAX_AGE_S = 3600.0
"""The longest that a cache on the way may have kept a page, by the answer's Age header."""
DAY_S = 86_400.0


def _dialect(value: str) -> str:
    return "" if value in DIALECTS else f"one of {', '.join(sorted(DIALECTS))}"


OPTIONS: Options = MappingProxyType(
    {
        "dialect": Option((str,), "atlassian", "the platform of the page", _dialect),
        "fallbacks": Option(
            (list,), [], "addresses of the same page, tried in order when the first cannot be read", texts
        ),
        "options": Option((dict,), {}, "what the dialect has to know of this page"),
        "components": Option((dict,), {}, "our components -> their ids on the page, one of which it must name"),
        "max_bytes": Option((int,), MAX_BYTES, "largest page", within(1024, 64 * 1024 * 1024)),
    }
)


@dataclass(frozen=True, slots=True)
class _Kept:
    """The last good reading of one address, with what the server needs to say that nothing changed."""

    page: Page
    etag: str
    modified: str


@dataclass(frozen=True, slots=True)
class _PageReading:
    """What one address gave: a page (perhaps unreadable), and how the answer reads."""

    page: Page
    reading: Reading
    timings: Timings
    status: int | None


async def statuspage(check: Check, tools: Tools) -> Observation:
    """Read the page from the first of its addresses that gives it."""
    options = with_defaults(OPTIONS, check.options)
    until = time.monotonic() + patience(check)
    urls = [check.target, *options["fallbacks"]]
    first: _PageReading | None = None
    for left, url in zip(range(len(urls), 0, -1), urls, strict=True):
        share = (until - time.monotonic()) / left
        if share <= 0:
            break
        sight = await _read(url, share, check, tools, options)
        if not sight.page.unreadable:
            return _seen(check, tools, sight)
        first = first or sight
    assert first is not None
    return _seen(check, tools, first)


def _seen(check: Check, tools: Tools, sight: _PageReading) -> Observation:
    """A result of the page itself: it is of no component."""
    observation = observe(check, tools, sight.reading, sight.timings, sight.status)
    return replace(observation, component="", page=sight.page)


async def _read(url: str, timeout_s: float, check: Check, tools: Tools, options: dict[str, Any]) -> _PageReading:
    kept: _Kept | None = tools.memory.get(f"page {url}")
    headers = {"accept": "application/json, application/xml;q=0.9, */*;q=0.8"}
    if kept is not None and kept.etag:
        headers["if-none-match"] = kept.etag
    elif kept is not None and kept.modified:
        headers["if-modified-since"] = kept.modified
    request = Request(url, timeout_s, headers=headers, max_bytes=options["max_bytes"], lane=lane(check, tools))
    endless = DIALECTS[options["dialect"]].endless
    fetched = await (first_event(request, tools) if endless else tools.transport.fetch(request))
    if fetched.answer is None or fetched.error is not None:
        error = fetched.error or TransportError("other")
        return _unreadable(url, fetched, read_error(error), error.text or error.kind)
    if fetched.truncated:
        error = TransportError("too_large", f"the page is larger than {options['max_bytes']} bytes")
        return _unreadable(url, fetched, read_error(error), error.text)
    if fetched.answer.status == 304 and kept is not None:
        stale = _stale(kept.page, fetched.answer.headers, tools.now(), options)
        if stale:
            return _unusable(url, fetched, stale)
        return _PageReading(replace(kept.page, unchanged=True), _OK, fetched.timings, 304)
    if fetched.answer.status != 200:
        reading = read_answer(replace(fetched.answer, plain=True))
        challenged = ", a challenge only a browser can pass" if reading.layer is Layer.EDGE_BOT_BLOCK else ""
        return _unreadable(url, fetched, reading, f"HTTP {fetched.answer.status}{challenged}")
    return _understand(url, fetched, tools, options)


def _understand(url: str, fetched: Fetched, tools: Tools, options: dict[str, Any]) -> _PageReading:
    assert fetched.answer is not None
    headers = fetched.answer.headers
    try:
        page = replace(understand(options["dialect"], fetched.body, options["options"]), url=url)
    except NotUnderstoodError as error:
        return _unusable(url, fetched, str(error), "wrong_shape")
    reason = _strange(page, options["components"]) or _stale(page, headers, tools.now(), options)
    if reason:
        return _unusable(url, fetched, reason)
    kept = _Kept(page, headers.get("etag", "")[:256], headers.get("last-modified", "")[:64])
    tools.memory[f"page {url}"] = kept
    return _PageReading(page, _OK, fetched.timings, 200)


async def first_event(request: Request, tools: Tools) -> Fetched:
    """The answer up to the end of its first event: the stream itself never ends."""
    try:
        async with tools.transport.stream(request) as flow:
            body = bytearray()
            async for chunk in flow.chunks(request.max_bytes):
                body += chunk
                if b"\n\n" in body or b"\r\n\r\n" in body:
                    break
            content = bytes(body)
            return Fetched(flow.answer(content), None, flow.timings(), content, truncated=flow.truncated)
    except BrokenError as broken:
        return Fetched(None, broken.error, Timings())


def _strange(page: Page, components: Mapping[str, str]) -> str:
    """Why the page is not the one that was asked for, in words; nothing where it names one of the ids at least."""
    wanted = sorted(set(components.values()))
    if not wanted or {claim.id for claim in page.claims} & set(wanted):
        return ""
    return f"names none of the components asked for: {', '.join(wanted[:5])}"


def _stale(page: Page, headers: Mapping[str, str], now: float, options: Mapping[str, Any]) -> str:
    """Why the page is too old to be believed, in words; nothing where it is not."""
    age = headers.get("age", "").strip()
    if age.isdigit() and len(age) < 10 and int(age) > MAX_AGE_S:
        return f"stale: an answer of {int(age) / 3600:.0f} h ago, by its Age header"
    days = options["options"].get("still_days", DIALECTS[options["dialect"]].still_days)
    if page.stated_at is None or not isinstance(days, int | float) or now - page.stated_at <= days * DAY_S:
        return ""
    since = datetime.fromtimestamp(page.stated_at, UTC)
    return f"stale: by its own stamp it stands still since {since:%Y-%m-%d %H:%M} UTC, longer than {days:g} days"


def _unusable(url: str, fetched: Fetched, reason: str, symptom: str = "unusable_page") -> _PageReading:
    reading = Reading(Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN, symptom, detail=reason)
    return _unreadable(url, fetched, reading, reason)


_OK = Reading(Outcome.OK, Fault.NONE, Layer.OK)


def _unreadable(url: str, fetched: Fetched, reading: Reading, reason: str) -> _PageReading:
    """Whatever stood in the way, it is nothing that counts against a component."""
    reading = replace(
        reading,
        outcome=Outcome.INCONCLUSIVE,
        fault=Fault.OURS if reading.fault is Fault.OURS else Fault.UNKNOWN,
        symptom=reading.symptom or "unreadable",
        detail=reading.detail or reason,
    )
    status = fetched.answer.status if fetched.answer else None
    return _PageReading(Page(url, unreadable=reason), reading, fetched.timings, status)
