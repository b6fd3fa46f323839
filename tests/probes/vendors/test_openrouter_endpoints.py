"""Kind `openrouter_endpoints`: figures for people, evidence for nobody."""

import json
from typing import Any

import pytest

from bot.core.detection.classification import classified
from probes.model import Fault, Layer, Outcome
from probes.probe import look
from probes.tools import Tools
from probes.vendors.openrouter_endpoints import ROUTES, Route, routes_of
from tests.fakes.llm import told
from tests.fakes.web import Script, answer, cut_off, endless, serve, silent

MODEL = "anthropic/claude-sonnet-4.5"


def endpoint(provider: Any, five: Any, thirty: Any = 99.5) -> dict[str, Any]:
    return {
        "name": f"{provider} | {MODEL}",
        "provider_name": provider,
        "uptime_last_5m": five,
        "uptime_last_30m": thirty,
        "uptime_last_1d": 99.9,
        "latency_last_30m": {"p50": 0.25},
    }


async def test_the_figures(tools: Tools, make_check) -> None:
    """The worst route first; whatever they say, it is a third party's word and no evidence."""
    routes = [endpoint("Anthropic", 61.03), endpoint("Amazon Bedrock", 100), endpoint("Google", None, 98.2)]
    async with serve(told({"data": {"id": MODEL, "endpoints": routes}})) as site:
        seen = await look(make_check(site.url("/api/v1"), "openrouter_endpoints", model=MODEL), tools)
        assert site.requests[0].target == f"/api/v1/models/{MODEL}/endpoints"
    assert (seen.outcome, seen.fault, seen.layer) == (Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.UNKNOWN)
    assert (seen.symptom, seen.model, seen.status) == ("third_party", MODEL, 200)
    assert classified(seen) is None
    assert seen.detail == (
        "OpenRouter's own traffic went well by Anthropic 61.03 % (5 min), Google 98.2 % (30 min),"
        " Amazon Bedrock 100 % (5 min)"
    )
    assert tools.memory["routes"][0] == Route("Anthropic", 61.03, 99.5, 99.9)


@pytest.mark.parametrize(
    "script",
    [
        answer(b"", 500),
        told({"error": {"message": "Model not found", "code": 404}}, 404),
        told({"error": {"message": "Rate limit exceeded", "code": 429}}, 429),
        told({"data": {"endpoints": []}}),
        told({"data": {"endpoints": {"0": "x"}}}),
        told([]),
        answer(b"<html>hotel</html>", 200, {"content-type": "text/html"}),
        endless,
        cut_off(),
        silent,
    ],
)
async def test_nothing_counts(tools: Tools, make_check, script: Script) -> None:
    """OpenRouter's own trouble is not the model's vendor's."""
    async with serve(script) as site:
        check = make_check(
            site.url("/api/v1"), "openrouter_endpoints", timeout_s=1.0 if script is silent else 10.0, model=MODEL
        )
        seen = await look(check, tools)
        await site.all_closed()
    assert seen.outcome is Outcome.INCONCLUSIVE
    assert seen.fault in (Fault.UNKNOWN, Fault.OURS)
    assert seen.detail.startswith("no figures from OpenRouter")
    assert classified(seen) is None


@pytest.mark.parametrize("model", ["", "claude", "a/b/c", "../../x", "a/b?x", "a/..", "a b/c"])
async def test_models_are_two_names(tools: Tools, make_check, model: str) -> None:
    """Nothing else becomes part of an address."""
    seen = await look(make_check("http://127.0.0.1:9", "openrouter_endpoints", model=model), tools)
    assert (seen.fault, seen.symptom) == (Fault.OURS, "no_model")


def test_figures_are_bounded() -> None:
    """Strangers' figures: per cent or nothing; so many routes; names of one short line."""
    strange: list[Any] = [endpoint("x" * 900 + "\n", "100"), endpoint("a\x00b", 1e400), endpoint("c", True, -1), 7, {}]
    endpoints = [*strange, *[endpoint("d", 50)] * 90]
    found = routes_of(json.dumps({"data": {"endpoints": endpoints}}).encode())
    assert len(found) <= ROUTES
    assert all(len(route.provider) <= 40 and route.provider.isprintable() for route in found)
    assert {route.last_5m for route in found[:3]} == {None}
    assert found[2].last_30m is None
    assert found[-1].last_5m == 50
