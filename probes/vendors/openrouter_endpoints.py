"""Kind `openrouter_endpoints`: how a model fares by each route, in the traffic that OpenRouter itself sees.

A third party's word: corroboration beside our own measurements, never one of them. So no result of this kind
counts for or against a component: it is inconclusive, fault unknown, whatever the figures say and even if OpenRouter is
down. They stand in `detail`, for people, and as `Route`s in the check's memory, for whatever asks in this process.
"""

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from types import MappingProxyType
from typing import Any

from probes.fingerprints.read import read_answer, read_error
from probes.fingerprints.sanitise import one_line
from probes.fingerprints.values import Reading, TransportError
from probes.inference.model_options import address, given, secret, unready
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.options import Option, Options, with_defaults
from probes.tools import Tools, observe, patience
from probes.transport.body import document
from probes.transport.request import Request

ROUTES = 32
"""Routes kept of one model; the busiest have fewer than twenty."""

LARGEST = 512 * 1024
_MODEL = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,79}/[A-Za-z0-9_-][A-Za-z0-9._:-]{0,119}")

NAMED = 5
"""Routes named to people, the worst first."""

OPTIONS: Options = MappingProxyType(
    {
        "model": Option((str,), "", "the model by its author and name, anthropic/claude-sonnet-4.5"),
        "api_key": secret('a key, as "${NAME}"; the figures are public so far'),
    }
)


@dataclass(frozen=True, slots=True)
class Route:
    """One provider's share of a model: per cent of requests that went well in the last 5 minutes, 30 minutes and day.

    None: not told, as when nobody asked it in that time.
    """

    provider: str
    last_5m: float | None
    last_30m: float | None
    last_day: float | None


async def openrouter_endpoints(check: Check, tools: Tools) -> Observation:
    """Ask once for all routes of the model."""
    options = with_defaults(OPTIONS, check.options)
    if not _MODEL.fullmatch(options["model"]):
        return unready(check, tools, "no_model", "the option model must be author/name")
    key = given({"authorization": f"Bearer {options['api_key']}"} if options["api_key"] else {}, tools)
    url = address(check.target, f"/models/{options['model']}/endpoints")
    fetched = await tools.transport.fetch(
        Request(url, patience(check), headers=key.texts, redirects=0, max_bytes=LARGEST)
    )
    routes: tuple[Route, ...] = ()
    answer = fetched.answer
    if answer is None or fetched.error or fetched.truncated:
        reading = read_error(fetched.error or TransportError("too_large", "a list without end"))
    else:
        reading = read_answer(replace(answer, sent_key=bool(key.texts)))
        routes = routes_of(fetched.body) if reading.outcome is Outcome.OK else ()
    tools.memory["routes"] = routes
    seen = observe(check, tools, _corroboration(reading, routes), fetched.timings, answer.status if answer else None)
    return replace(seen, model=options["model"])


def routes_of(body: bytes) -> tuple[Route, ...]:
    """The routes an answer tells of, in its order; what is no route is passed over."""
    told = document(body)
    data = told.get("data") if isinstance(told, dict) else None
    endpoints = data.get("endpoints") if isinstance(data, dict) else None
    found = endpoints[:ROUTES] if isinstance(endpoints, list) else []
    return tuple(_route(entry) for entry in found if isinstance(entry, dict) and entry.get("provider_name"))


def _route(entry: dict[str, Any]) -> Route:
    shares = (_share(entry.get(f"uptime_last_{span}")) for span in ("5m", "30m", "1d"))
    return Route(one_line(str(entry["provider_name"]), 40), *shares)


def _share(value: Any) -> float | None:
    good = isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)
    return float(value) if good and 0 <= value <= 100 else None


def _corroboration(reading: Reading, routes: Sequence[Route]) -> Reading:
    """What it says, as a reading that carries no evidence."""
    ours = reading.fault is Fault.OURS and not routes
    if routes:
        symptom, said = "third_party", told(routes)
    else:
        symptom, said = (
            reading.symptom or "unexpected_body",
            f"no figures from OpenRouter: {reading.detail or 'none named'}",
        )
    return replace(
        reading,
        outcome=Outcome.INCONCLUSIVE,
        fault=Fault.OURS if ours else Fault.UNKNOWN,
        layer=reading.layer if not routes else Layer.UNKNOWN,
        symptom=symptom,
        advice="none",
        detail=said,
    )


def told(routes: Sequence[Route]) -> str:
    """The figures in words, the worst route first: of the last five minutes where there are any, else of thirty."""
    known = [
        (share, route.provider, span)
        for route in routes
        for share, span in [(route.last_5m, "5 min") if route.last_5m is not None else (route.last_30m, "30 min")]
        if share is not None
    ]
    if not known:
        return f"OpenRouter names {len(routes)} routes and no figures"
    known.sort()
    words = ", ".join(f"{provider} {share:.4g} % ({span})" for share, provider, span in known[:NAMED])
    rest = f", {len(known) - NAMED} more above" if len(known) > NAMED else ""
    return f"OpenRouter's own traffic went well by {words}{rest}"
