"""Kind `anthropic_message`: one streamed message of one token, the only check that sees whether inference works.

No SDK and no retries: they hide the failures that are to be counted. A good status is only the beginning: the stream
must bring a token and end with `message_stop`.
"""

import json
import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import replace
from types import MappingProxyType
from typing import Any

from probes.inference.call import Cost, StreamProtocol, streamed
from probes.inference.prices import price_of, valid_price
from probes.inference.sse import Event
from probes.model import Check, Observation
from probes.options import Option, Options, at_least, with_defaults
from probes.tools import Tools
from probes.vendors.claude_api import ACCESS, CHEAP, MESSAGES, PROMPT, Access, free, several

READ, WRITTEN = 20, 1
"""Tokens one check may need, set aside beforehand: the prompt is one word and its wrapping, the recordings say 8."""

LARGEST = 64 * 1024
"""Bytes of a stream of one token, with room for what a gateway may add."""

OPTIONS: Options = MappingProxyType(
    {
        **ACCESS,
        "models": Option((list,), [CHEAP], "models to ask, the next one at each check", several),
        "price": Option((dict,), {}, "US dollars for a million tokens, where the table is wrong", valid_price),
        "slow_ms": Option((int, float), 0, "a first token that takes longer counts as slow; 0: never", at_least(0)),
    }
)

_BEGUN = re.compile(r'"type"\s{0,9}:\s{0,9}"(?:content_block_delta|message_delta)"')
_ENDED = re.compile(r'"type"\s{0,9}:\s{0,9}"(?:message_stop|error)"')
_HEAD = 200
"""Characters of an event in which its type stands; gateways may leave out the event's name."""


async def anthropic_message(check: Check, tools: Tools) -> Observation:
    """Ask one model once, if there is a key and the budget allows; else look at what is free."""
    options = with_defaults(OPTIONS, check.options)
    access = Access.of(check, options, tools)
    if not access.key:
        return await free(check, tools, access)
    model = _turn(options["models"], tools.memory)
    asked = {"model": model, "max_tokens": 1, "stream": True, "messages": PROMPT}
    cost = Cost(READ, WRITTEN, price_of(model, options["price"]))
    call = replace(access.call(MESSAGES, asked), model=model, cost=cost, slow_ms=options["slow_ms"], max_bytes=LARGEST)
    seen = await streamed(check, tools, call, SPEECH)
    return await free(check, tools, access, "the day's budget is spent") if seen.symptom == "over_budget" else seen


def _turn(names: Sequence[str], memory: MutableMapping[str, Any]) -> str:
    """The next model in turn."""
    turn: int = memory.get("turn", 0)
    memory["turn"] = turn + 1
    return names[turn % len(names)]


def _begun(event: Event) -> bool:
    """A token, or the reason why there is none."""
    return event[0] in ("content_block_delta", "message_delta") or bool(_BEGUN.search(event[1][:_HEAD]))


def _ended(event: Event) -> bool:
    return event[0] in ("message_stop", "error") or bool(_ENDED.search(event[1][:_HEAD]))


def _spent(event: Event) -> tuple[int, int] | None:
    """Tokens read and written: as `message_start` says, or the last `message_delta` where it says both."""
    if '"usage"' not in event[1]:
        return None
    try:
        told = json.loads(event[1])
    except (ValueError, RecursionError):
        return None
    usage = _table(_table(told, "message") or told, "usage")
    if "input_tokens" not in usage:
        return None
    cached = ("cache_creation_input_tokens", "cache_read_input_tokens")
    return sum(_count(usage, name) for name in ("input_tokens", *cached)), _count(usage, "output_tokens")


def _table(told: Any, name: str) -> Mapping[str, Any]:
    found = told.get(name) if isinstance(told, dict) else None
    return found if isinstance(found, dict) else {}


def _count(usage: Mapping[str, Any], name: str) -> int:
    figure = usage.get(name)
    return figure if type(figure) is int and 0 <= figure < 10**7 else 0


SPEECH = StreamProtocol("content", _begun, _ended, _spent)
