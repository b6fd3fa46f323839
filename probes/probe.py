"""`look`: one check, one result, whatever happens."""

import asyncio
import logging
import traceback
from collections.abc import Mapping
from dataclasses import replace

from probes.fingerprints.read import read_error
from probes.fingerprints.values import TransportError
from probes.model import BETWEEN_LAYERS, Check, Fault, Layer, Observation, Outcome
from probes.registry import PROBES
from probes.secret import MASK, Secret
from probes.tools import Tools, observe, ours

log = logging.getLogger(__name__)

DETAIL = 300
"""Characters of a result's detail at most."""

GUESSABLE = 6
"""Secrets shorter than this are not searched for: they would mask innocent text."""


async def look(check: Check, tools: Tools) -> Observation:
    """Check once, within the check's `timeout_s`. Raises nothing but CancelledError.

    What the deadline cuts off may be the vendor's; what a probe raises is ours: inconclusive, logged with its
    traceback, symptom `probe_error`.
    """
    deadline = asyncio.timeout(check.timeout_s)
    try:
        async with deadline:
            seen = await PROBES[check.kind](check, tools)
    except Exception as error:  # noqa: BLE001 - the one broad except: a probe that breaks is data
        seen = _timed_out(check, tools) if deadline.expired() else _broke(check, tools, error)
    return _scrubbed(_refused(seen) if check.own else seen, tools.secrets)


def _refused(seen: Observation) -> Observation:
    """One's own service has no plan, quota or robot check of somebody else's: an answer that is not fine is a failure.

    What stands between us and it (a portal, a proxy) answers in its place and says nothing of it.
    """
    if seen.status is None or seen.outcome is not Outcome.INCONCLUSIVE or seen.layer in BETWEEN_LAYERS:
        return seen
    return replace(seen, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.UNEXPECTED, advice="none")


def _timed_out(check: Check, tools: Tools) -> Observation:
    reading = read_error(TransportError("read_timeout", f"no end within {check.timeout_s:g} s"))
    reading = replace(reading, outcome=Outcome.FAILED, layer=Layer.NO_ANSWER, symptom="timeout")
    return observe(check, tools, reading)


def _broke(check: Check, tools: Tools, error: Exception) -> Observation:
    trace = _masked("".join(traceback.format_exception(error)), tools.secrets)
    log.error("probe broke: %s\n%s", check.id, trace, extra={"check": check.id, "kind": check.kind})
    return observe(check, tools, ours("probe_error", f"{type(error).__name__} in probe {check.kind}; see the log"))


def _scrubbed(seen: Observation, secrets: Mapping[str, Secret]) -> Observation:
    """Answers may quote the key they were sent."""
    detail = _masked(seen.detail, secrets)[:DETAIL]
    request_id, pop = _masked(seen.request_id, secrets), _masked(seen.pop, secrets)
    if (detail, request_id, pop) == (seen.detail, seen.request_id, seen.pop):
        return seen
    return replace(seen, detail=detail, request_id=request_id, pop=pop)


def _masked(text: str, secrets: Mapping[str, Secret]) -> str:
    for secret in secrets.values():
        value = secret.reveal()
        if len(value) >= GUESSABLE:
            text = text.replace(value, MASK)
    return text
