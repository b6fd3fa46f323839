"""How public places are asked: rarely, with what is needed to answer "nothing new", and not at all where they say so.

Whatever comes of it is no evidence about the vendor: the result is inconclusive and of no component, and its
`mentions` are people's words.
"""

import math
from collections.abc import Callable, Mapping, MutableMapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from probes.fingerprints.retry_after import wait_of
from probes.fingerprints.sanitise import one_line
from probes.fingerprints.values import Reading
from probes.model import Check, Fault, Layer, Observation, Outcome, PublicMention
from probes.tools import Tools, observe, patience
from probes.transport.body import document
from probes.transport.request import Request

EVERY_S = 300.0
"""A place is never asked more often, whatever the interval of its check."""
REST_S, LONGEST_REST_S = 900.0, 6 * 3600.0
"""How long a place is left alone that refused without saying for how long, doubled each time; and at most."""
FRESH_S = 3600.0
"""Older posts are not passed on: they tell nothing of the present."""
LARGEST = 2 * 1024 * 1024
TITLE = 160
LATEST = 1e11
"""No time, in Unix seconds."""

UNREAD = "unread"
"""The symptom of a check that could not be read from here."""

Read = Callable[[Any], list[PublicMention]]


async def ask(check: Check, tools: Tools, url: str, accept: str, read: Read) -> Observation:
    """Ask a place for its latest posts, unless it is to be left alone; `read` makes mentions of its JSON."""
    now, memory = tools.now(), tools.memory
    waits = max(memory.get("rests_until", 0.0), memory.get("asked_at", -math.inf) + EVERY_S * 0.95)
    if now < waits:
        return _said(check, tools, "resting", f"not asked again for {waits - now:.0f} s")
    memory["asked_at"] = now
    headers = {"accept": accept}
    if memory.get("etag"):
        headers["if-none-match"] = memory["etag"]
    fetched = await tools.transport.fetch(
        Request(url, patience(check), headers=headers, redirects=0, max_bytes=LARGEST)
    )
    answer = fetched.answer
    if answer is None or fetched.error is not None or fetched.truncated:
        error = "the answer is too large" if fetched.truncated else "no answer"
        rest(memory, {}, now)
        return _said(check, tools, UNREAD, error)
    if answer.status == 304:
        rest(memory, answer.headers, now, refused=False)
        return _said(check, tools, "unchanged", "nothing new", answer.status)
    told = document(fetched.body) if answer.status == 200 else None
    rest(memory, answer.headers, now, refused=told is None)
    if told is None:
        return _said(check, tools, UNREAD, f"HTTP {answer.status}, no list of posts", answer.status)
    memory["etag"] = answer.headers.get("etag", "")[:256]
    fresh = {m.id: m for m in read(told) if now - FRESH_S < m.at <= now + 60.0}
    seen = _said(check, tools, "posts", f"{len(fresh)} posts about trouble within the hour", answer.status)
    return replace(seen, mentions=tuple(fresh.values()))


def rest(memory: MutableMapping[str, Any], headers: Mapping[str, str], now: float, *, refused: bool = True) -> None:
    """Remember until when the place is to be left alone, by its own word or by our own modesty."""
    memory["refused"] = memory.get("refused", 0) + 1 if refused else 0
    until = now + REST_S * 2 ** (min(memory["refused"], 10) - 1) if refused else now
    until = max(until, now + (wait_of(headers.get("retry-after", ""), now) or 0.0))
    if headers.get("x-ratelimit-remaining", "").strip() == "0":
        until = max(until, _number(headers.get("x-ratelimit-reset", "")))
    memory["rests_until"] = min(until, now + LONGEST_REST_S)


def headline(title: str) -> str:
    """A stranger's headline made fit to keep."""
    return one_line(title, TITLE)


def seconds(value: object) -> float:
    """A number of Unix seconds, or a time such as "2026-04-13T15:41:08Z", as Unix seconds; NaN for what is neither."""
    if isinstance(value, int | float) and not isinstance(value, bool) and abs(value) < LATEST:
        return float(value)
    try:
        return datetime.fromisoformat(value[:40]).timestamp() if isinstance(value, str) else math.nan
    except (ValueError, OverflowError):
        return math.nan


def _number(text: str) -> float:
    return float(text) if text.strip().isdigit() and len(text) < 16 else 0.0


def _said(check: Check, tools: Tools, symptom: str, detail: str, status: int | None = None) -> Observation:
    """No evidence, whatever it says."""
    reading = Reading(Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN, symptom, advice="none", detail=detail)
    return replace(observe(check, tools, reading, status=status), component="")
