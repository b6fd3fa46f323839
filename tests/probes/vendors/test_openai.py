"""Kind `openai` against the demo's vendor and a server of our own: every way to fail is one observation in time."""

import json
import logging
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest

from bot.demo.scenario import FAILURES, Kind
from bot.demo.vendor import Vendor
from probes.inference.call import NOT_MEASURED
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from tests.fakes.llm import SSE, chunk, sse, stream, told
from tests.fakes.web import Script, answer, endless, serve

KEY = "sk-swordfish-0123456789"

CHAT = {"mode": "chat", "model": "gpt-4.1-mini", "api_key": "${KEY}"}

Make = Callable[..., Check]


class Empty:
    """A budget that is spent."""

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        return False


@pytest.fixture
def keyed(tools: Tools) -> Tools:
    return replace(tools, secrets={"KEY": Secret(KEY)})


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(key=KEY) as opened:
        opened.set("openai", latency_ms=0, first_token_ms=0)
        yield opened


async def asked(script: Script, tools: Tools, make_check: Make, **options: Any) -> Observation:
    async with serve(script) as site:
        seen = await look(make_check(site.url("/v1"), "openai", timeout_s=10.0, **{**CHAT, **options}), tools)
        await site.all_closed()
    return seen


async def test_models_and_chat(vendor: Vendor, keyed: Tools, make_check: Make) -> None:
    """With the key both work; the completion has a time to its first token and what it cost."""
    url = vendor.url("openai") + "/v1"
    listed = await look(make_check(url, "openai", api_key="${KEY}"), keyed)
    said = await look(make_check(url, "openai", **CHAT), keyed)
    for seen in (listed, said):
        assert (seen.outcome, seen.fault, seen.layer, seen.status) == (Outcome.OK, Fault.NONE, Layer.OK, 200)
        assert seen.quota == pytest.approx(4999 / 5000)
        assert seen.request_id
        assert not seen.symptom
    assert (listed.tokens, listed.model, said.model) == (0, "", "gpt-4.1-mini")
    assert said.timings.first_token is not None
    assert said.timings.first_byte is not None
    assert said.timings.total is not None
    assert said.timings.first_byte <= said.timings.first_token <= said.timings.total
    assert said.tokens > 0
    assert said.cost_usd > 0


@pytest.mark.parametrize("mode", ["models", "chat"])
async def test_without_a_key(vendor: Vendor, tools: Tools, make_check: Make, mode: str) -> None:
    """The refusal says that they live, and the detail what is not known; also where a named secret is not set."""
    for options, detail in (({}, NOT_MEASURED), ({"api_key": "${GONE}"}, f"GONE is not set: {NOT_MEASURED}")):
        check = make_check(vendor.url("openai") + "/v1", "openai", mode=mode, model="gpt-4.1-mini", **options)
        seen = await look(check, tools)
        assert (seen.outcome, seen.fault, seen.layer) == (Outcome.OK, Fault.NONE, Layer.ALIVE_NEEDS_AUTH)
        assert (seen.status, seen.symptom, seen.advice, seen.detail) == (401, "", "add_key", detail)
        assert seen.tokens == 0


async def test_a_wrong_key_is_ours(vendor: Vendor, tools: Tools, make_check: Make) -> None:
    """With a key the same refusal is about the key."""
    wrong = replace(tools, secrets={"KEY": Secret("sk-wrong-0123456789")})
    seen = await look(make_check(vendor.url("openai") + "/v1", "openai", **CHAT), wrong)
    assert (seen.outcome, seen.fault, seen.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY)


OURS = {
    Kind.QUOTA_429: Layer.OUR_BILLING,
    Kind.THROTTLED_429: Layer.OUR_QUOTA,
    Kind.EDGE_429: Layer.EDGE_RATE_LIMIT,
    Kind.UNAUTHORIZED_401: Layer.OUR_KEY,
    Kind.FORBIDDEN_403: Layer.OUR_REQUEST,
    Kind.CHALLENGE_403: Layer.EDGE_BOT_BLOCK,
}
THEIRS = {
    Kind.HTTP_500: Layer.APP_BACKEND,
    Kind.OVERLOADED_529: Layer.CAPACITY,
    Kind.EMPTY_500: Layer.EDGE_OR_GATEWAY,
    Kind.NGINX_502: Layer.GATEWAY_TO_APP,
    Kind.ENVOY_503: Layer.GATEWAY_TO_APP,
    Kind.CLOUDFLARE_522: Layer.EDGE_TO_ORIGIN,
    Kind.RESET: Layer.TCP,
    Kind.HANG: Layer.NO_ANSWER,
    Kind.SSE_ERROR: Layer.STREAM,
    Kind.SSE_CUT: Layer.STREAM,
    Kind.SSE_ABORT: Layer.STREAM,
}


@pytest.mark.parametrize("kind", FAILURES)
async def test_every_failure(vendor: Vendor, keyed: Tools, make_check: Make, kind: Kind) -> None:
    """One request, one observation, the right layer; what is ours or nobody's never counts."""
    vendor.next("openai", kind)
    seen = await look(
        make_check(vendor.url("openai") + "/v1", "openai", timeout_s=1.0 if kind is Kind.HANG else 10.0, **CHAT), keyed
    )
    assert seen.layer is {**OURS, **THEIRS}[kind]
    assert seen.outcome is (Outcome.FAILED if kind in THEIRS else Outcome.INCONCLUSIVE)
    assert vendor.log.total == 1
    assert seen.symptom
    if kind not in {Kind.SSE_ERROR, Kind.SSE_CUT, Kind.SSE_ABORT}:
        assert (seen.tokens, seen.cost_usd) == (0, 0.0)


async def test_what_is_asked(keyed: Tools, make_check: Make) -> None:
    """One token, streamed, with the options' words; the query of the target is kept, as Azure wants it."""
    async with serve(stream(sse(chunk({"content": "x"}), "[DONE]"), SSE)) as site:
        options = {
            **CHAT,
            "token_limit": "max_completion_tokens",
            "body": {"reasoning_effort": "none"},
            "headers": {"api-key": "${KEY}"},
        }
        assert (
            await look(make_check(site.url("/v1/?api-version=1"), "openai", **options), keyed)
        ).outcome is Outcome.OK
        (request,) = site.requests
    assert (request.method, request.target) == ("POST", "/v1/chat/completions?api-version=1")
    assert (request.headers["authorization"], request.headers["api-key"]) == (f"Bearer {KEY}", KEY)
    assert json.loads(request.body) == {
        "model": "gpt-4.1-mini",
        "messages": [{"role": "user", "content": "Hi"}],
        "max_completion_tokens": 1,
        "stream": True,
        "reasoning_effort": "none",
    }


async def test_over_budget_nothing_is_asked(vendor: Vendor, keyed: Tools, tools: Tools, make_check: Make) -> None:
    """An answer that is not paid for is no evidence; what costs nothing goes on."""
    empty = Empty()
    url = vendor.url("openai") + "/v1"
    seen = await look(make_check(url, "openai", **CHAT), replace(keyed, budget=empty))
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "over_budget")
    assert vendor.log.total == 0
    listed = await look(make_check(url, "openai", api_key="${KEY}"), replace(keyed, budget=empty))
    keyless = await look(make_check(url, "openai", mode="chat", model="m"), replace(tools, budget=empty))
    assert (listed.outcome, keyless.outcome) == (Outcome.OK, Outcome.OK)


@pytest.mark.parametrize(
    ("body", "model", "detail"),
    [
        ({"data": [{"id": "a"}]}, "a", ""),
        ([{"id": "a"}], "a", ""),
        ({"data": [{"id": "a"}, 7]}, "b", "the model b is not in the list"),
        ({"message": "hello"}, "", "no list of models"),
        ({"data": "a"}, "", "no list of models"),
    ],
)
async def test_lists(keyed: Tools, make_check: Make, body: Any, model: str, detail: str) -> None:
    """A list is a list, bare or in a table; a model that is named must stand in it."""
    seen = await asked(told(body), keyed, make_check, mode="models", model=model)
    assert (seen.outcome is Outcome.OK, seen.detail) == (not detail, detail)


async def test_a_chat_without_a_model(keyed: Tools, make_check: Make) -> None:
    """It is the check that is wrong, and nothing is asked."""
    seen = await asked(endless, keyed, make_check, model="")
    assert (seen.fault, seen.layer, seen.symptom) == (Fault.OURS, Layer.OUR_REQUEST, "no_model")


@pytest.mark.parametrize("status", [200, 401, 500])
async def test_the_key_is_nowhere(keyed: Tools, make_check: Make, caplog: Any, status: int) -> None:
    """Not even when the vendor quotes it, whole or in an error of the stream."""
    caplog.set_level(logging.DEBUG)
    error = {"error": {"message": f"wrong: {KEY}", "type": "server_error"}}
    script = stream(sse(error), {**SSE, "x-request-id": KEY}) if status == 200 else told(error, status)
    seen = await asked(script, keyed, make_check)
    assert seen.symptom
    assert KEY not in repr(seen) + caplog.text


GONE = {
    "openai": (404, "The model `x` does not exist or you do not have access to it.", "model_not_found"),
    "groq": (400, "The model `x` has been decommissioned and is no longer supported.", "model_decommissioned"),
    "deepseek": (400, "Model Not Exist", "invalid_request_error"),
    "mistral": (400, "Invalid model: x", "invalid_model"),
    "gemini": (404, "models/x is not found for API version v1beta", "NOT_FOUND"),
}


@pytest.mark.parametrize("vendor_", GONE)
async def test_a_model_that_is_gone_is_ours_to_mend(vendor_: str, keyed: Tools, make_check: Make) -> None:
    """The vendor answered, and well: the check has to ask for another model, and says so."""
    status, message, code = GONE[vendor_]
    body = json.dumps({"error": {"message": message, "code": code}}).encode()
    seen = await asked(answer(body, status, {"content-type": "application/json"}), keyed, make_check)
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "model_gone")
    assert seen.advice == "change_model"
    assert "gpt-4.1-mini" in seen.detail


OTHER = (
    "max_tokens is too large for this model",
    "Unknown parameter: 'x' for the model",
    "The server is no longer here",
)


@pytest.mark.parametrize("message", OTHER)
async def test_another_refusal_is_no_word_about_the_model(message: str, keyed: Tools, make_check: Make) -> None:
    """A request that is wrong in another way keeps its own meaning."""
    body = json.dumps({"error": {"message": message, "type": "invalid_request_error"}}).encode()
    seen = await asked(answer(body, 400, {"content-type": "application/json"}), keyed, make_check)
    assert seen.symptom != "model_gone"
