"""Kind `claude_web`: claude.ai as a server on the internet sees it.

Usually that is a check for robots: then the edge is alive and nothing is known of the app. No login, no cookies.
"""

import re
from collections.abc import Mapping
from dataclasses import replace
from types import MappingProxyType

from probes.fingerprint import Answer, Reading, TransportError, read_answer, read_error
from probes.http import lane
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.options import Options
from probes.request import Fetched, Request
from probes.tools import Tools, observe, ours, patience

OPTIONS: Options = MappingProxyType({})

_REGION = "unavailable-in-region"
_AWAY: Mapping[str, re.Pattern[bytes]] = MappingProxyType(
    {
        "back_soon": re.compile(rb"claude will (?:be back|return) soon", re.IGNORECASE),
        "rate_exceeded": re.compile(rb"\A\s*rate exceeded\.?\s*\Z", re.IGNORECASE),
    }
)
"""What people saw in its place while it was down."""


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
    away = _away(answer, reading)
    return away or replace(
        reading,
        layer=Layer.OK_EDGE_AND_GATEWAY,
        detail="the page is served; what is behind it was not measured",
    )


def _away(answer: Answer, reading: Reading) -> Reading | None:
    """The page that says it is down, with a good status."""
    for symptom, words in _AWAY.items():
        if words.search(answer.body):
            down = replace(reading, outcome=Outcome.FAILED, fault=Fault.VENDOR, layer=Layer.APP_BACKEND)
            return replace(down, symptom=symptom, advice="wait", detail="the page says that it is down")
    return None
