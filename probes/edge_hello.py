"""Kind `edge_hello`: the greeting that Claude Code asks for before anything else. Edge and gateway live, no more.

The addresses are not documented and may vanish, so a "not found" that bears the edge's mark is an answer too.
"""

from dataclasses import replace
from types import MappingProxyType

from probes.inference import Call, whole
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.options import Options
from probes.tools import Tools

OPTIONS: Options = MappingProxyType({})

_GONE = "edge and gateway answer; nothing is at this address any more"


async def edge_hello(check: Check, tools: Tools) -> Observation:
    """Ask once."""
    return await greet(check.target, check, tools)


async def greet(url: str, check: Check, tools: Tools) -> Observation:
    """One small request without a key; a good answer is the edge's and the gateway's, never the app's."""
    seen = await whole(check, tools, Call(url, max_bytes=64 * 1024), lambda _body: "")
    if seen.status in (404, 405, 410) and seen.fault in (Fault.OURS, Fault.NONE) and (seen.pop or seen.request_id):
        seen = replace(seen, outcome=Outcome.OK, fault=Fault.NONE, symptom="", advice="none", detail=_GONE)
        return replace(seen, layer=Layer.OK_EDGE_AND_GATEWAY)
    if seen.outcome is Outcome.OK and seen.layer is Layer.OK:
        return replace(seen, layer=Layer.OK_EDGE_AND_GATEWAY)
    return seen
