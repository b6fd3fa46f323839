"""Kind `claude_code`: one part of what Claude Code needs: its login, its inference, or its installer and updates.

"Claude Code is down" can be any of the three, and each has hosts of its own: three checks.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any
from urllib.parse import urlsplit

from probes.inference.call import NOT_MEASURED
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.options import Option, Options, one_of, texts, with_defaults
from probes.tools import Tools
from probes.vendors import anthropic_message
from probes.vendors.claude_api import HELLO, Access
from probes.vendors.claude_web import page
from probes.vendors.edge_hello import greet

PARTS = ("login", "inference", "install")
MOST = 8
"""Hosts of one part at most."""

_REFUSALS = (Layer.OUR_REQUEST, Layer.UNKNOWN)
_WORST = (Outcome.FAILED, Outcome.INCONCLUSIVE, Outcome.SLOW, Outcome.OK)


def _hosts(value: list[Any]) -> str:
    good = not texts(value) and len(value) <= MOST and all(urlsplit(url).scheme in ("http", "https") for url in value)
    return "" if good else f"a list of at most {MOST} web addresses"


OPTIONS: Options = MappingProxyType(
    {
        **anthropic_message.OPTIONS,
        "part": Option((str,), "login", "login, inference or install", one_of(*PARTS)),
        "also": Option((list,), [], "more addresses that this part needs", _hosts),
    }
)


async def claude_code(check: Check, tools: Tools) -> Observation:
    """Ask all hosts of the part at the same time; it is as well as the worst of them."""
    options = with_defaults(OPTIONS, check.options)
    if options["part"] == "inference":
        return await _inference(check, tools, Access.of(check, options, tools))
    ask = greet if options["part"] == "login" else _depot
    urls = [check.target, *options["also"]]
    seen = await asyncio.gather(*(ask(url, check, tools) for url in urls))
    return worst(urls, seen)


def worst(urls: Sequence[str], seen: Sequence[Observation]) -> Observation:
    """The worst result, of equal ones the slowest, with the host named where there are several."""
    ranked = zip(urls, seen, strict=True)
    url, found = max(ranked, key=lambda pair: (-_WORST.index(pair[1].outcome), pair[1].timings.total or 0.0))
    if len(seen) == 1:
        return found
    host = urlsplit(url).hostname or url
    bad = sum(one.outcome is found.outcome for one in seen)
    return replace(found, detail=f"{host} ({bad} of {len(seen)} hosts): {found.detail or found.symptom or 'fine'}")


async def _depot(url: str, check: Check, tools: Tools) -> Observation:
    """A host of installers and updates. Nothing is promised at its root: its own "not found" is an answer."""
    seen = await page(url, check, tools)
    if seen.status in (400, 404) and seen.fault in (Fault.OURS, Fault.UNKNOWN) and seen.layer in _REFUSALS:
        seen = replace(seen, outcome=Outcome.OK, fault=Fault.NONE, layer=Layer.OK_EDGE_AND_GATEWAY, symptom="")
        return replace(seen, advice="none", detail="the host answers; downloads were not measured")
    return seen


async def _inference(check: Check, tools: Tools, access: Access) -> Observation:
    """A message where there is a key, else the greeting that Claude Code itself begins with."""
    if access.key:
        return await anthropic_message.anthropic_message(check, tools)
    seen = await greet(access.base + HELLO, check, tools)
    return replace(seen, detail=NOT_MEASURED) if seen.outcome is Outcome.OK else seen
