"""Kind `claude_web`: claude.ai as a server on the internet sees it.

Usually that is a check for robots: then the edge is alive and nothing is known of the app. No login, no cookies.
"""

from dataclasses import replace
from types import MappingProxyType

from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.values import Reading, TransportError
from probes.model import Check, Layer, Observation, Outcome
from probes.network.http import lane
from probes.options import Options
from probes.tools import Tools, observe, ours, patience
from probes.transport.request import Fetched, Request

OPTIONS: Options = MappingProxyType({})

_REGION = "unavailable-in-region"


async def claude_web(check: Check, tools: Tools) -> Observation:
    """Ask for the page once."""
    return await page(check.target, check, tools)


async def page(url: str, check: Check, tools: Tools) -> Observation:
    """A page, as a browser without a history would ask for it."""
    request = Request(
        url,
        patience(check),
        headers={"accept": "text/html"},
        redirects=3,
        max_bytes=2 * 1024 * 1024,
        lane=lane(check, tools),
    )
    fetched = await tools.transport.fetch(request)
    status = fetched.answer.status if fetched.answer else None
    return observe(check, tools, _read(fetched), fetched.timings, status)


def _read(fetched: Fetched) -> Reading:
    """What it means."""
    answer = fetched.answer
    if answer is None or (fetched.error is not None and answer.status < 400):
        return read_error(fetched.error or TransportError("other"))
    # Over https the certificate says whose page it is; over http it may be a hotel's.
    reading = read_answer(replace(answer, plain=answer.url.startswith("https:"), sent_key=False))
    if reading.layer is Layer.EDGE_BOT_BLOCK:
        return replace(reading, detail="a check for robots answers: the edge is alive, the app was not measured")
    if reading.outcome is not Outcome.OK:
        return reading
    if _REGION in answer.url:
        return replace(ours("region", "claude.ai does not serve this region", Layer.OUR_REQUEST), advice="check_region")
    return replace(
        reading, layer=Layer.OK_EDGE_AND_GATEWAY, detail="the page is served; what is behind it was not measured"
    )
