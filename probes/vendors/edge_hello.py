"""Kind `edge_hello`: the greeting that Claude Code asks for before anything else. Edge and gateway live, no more.

The addresses are not documented and may vanish, so a "not found" that bears the edge's mark is an answer too.
"""

from dataclasses import replace
from types import MappingProxyType

from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.values import Reading, TransportError
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.network.http import lane
from probes.options import Options
from probes.tools import Tools, observe, patience
from probes.transport.request import Fetched, Request

OPTIONS: Options = MappingProxyType({})

LARGEST = 64 * 1024

_GONE = "edge and gateway answer; nothing is at this address any more"


async def edge_hello(check: Check, tools: Tools) -> Observation:
    """Ask once."""
    return await greet(check.target, check, tools)


async def greet(url: str, check: Check, tools: Tools) -> Observation:
    """One small request without a key; a good answer is the edge's and the gateway's, never the app's."""
    request = Request(url, patience(check), redirects=0, max_bytes=LARGEST, lane=lane(check, tools))
    fetched = await tools.transport.fetch(request)
    return observe(check, tools, _read(fetched), fetched.timings, fetched.answer.status if fetched.answer else None)


def _read(fetched: Fetched) -> Reading:
    answer = fetched.answer
    if answer is None or (fetched.error is not None and answer.status < 400):
        return read_error(fetched.error or TransportError("other"))
    if fetched.truncated:
        return read_error(TransportError("too_large", f"the greeting is larger than {LARGEST} bytes"))
    reading = read_answer(replace(answer, sent_key=False))
    fine = replace(reading, outcome=Outcome.OK, fault=Fault.NONE, symptom="", advice="none")
    if reading.layer is Layer.ALIVE_NEEDS_AUTH:
        return replace(fine, detail="edge and gateway answer, and want a key")
    ours = reading.outcome is Outcome.INCONCLUSIVE and reading.fault is Fault.OURS
    if ours and answer.status in (404, 405, 410) and (reading.pop or reading.request_id):
        return replace(fine, layer=Layer.OK_EDGE_AND_GATEWAY, detail=_GONE)
    return replace(fine, layer=Layer.OK_EDGE_AND_GATEWAY) if reading.outcome is Outcome.OK else reading
