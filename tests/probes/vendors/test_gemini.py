"""Kind `gemini`: the list that answers while models are full, and the stream that tells."""

import json
from dataclasses import replace
from typing import Any

import pytest

from probes.inference.call import NOT_MEASURED
from probes.model import Fault, Layer, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from tests.fakes.llm import GEMINI_MODELS, GOOGLE, SSE, gemini_chunks, google_error, path_of, sse, stream, told
from tests.fakes.web import Script, serve, silent

KEY = "AQ.swordfish-0123456789"
MODEL = "gemini-2.5-flash-lite"
GENERATE = {"mode": "generate", "model": MODEL, "api_key": "${KEY}"}
OPEN = {**SSE, **GOOGLE}


@pytest.fixture
def keyed(tools: Tools) -> Tools:
    return replace(tools, secrets={"KEY": Secret(KEY)})


async def test_an_answer(keyed: Tools, make_check) -> None:
    """Asked with the key in a header, never in the address; read to the reason why it stopped."""
    async with serve(stream(gemini_chunks(), OPEN, "hang")) as site:
        seen = await look(make_check(site.url("/v1beta"), "gemini", **GENERATE), keyed)
        (request,) = site.requests
    assert (seen.outcome, seen.layer, seen.model, seen.tokens) == (Outcome.OK, Layer.OK, MODEL, 3)
    assert seen.timings.first_token is not None
    assert (seen.timings.total or 0) < 4000, "nobody waits after the end mark"
    assert seen.cost_usd > 0
    assert request.target == f"/v1beta/models/{MODEL}:streamGenerateContent?alt=sse"
    assert request.headers["x-goog-api-key"] == KEY
    assert json.loads(request.body)["generationConfig"] == {"maxOutputTokens": 1}


async def test_a_full_model_behind_a_list_that_answers(keyed: Tools, make_check) -> None:
    """Which is why the list alone proves little."""
    full = google_error(503, "UNAVAILABLE", "The model is overloaded. Please try again later.")

    async def script(asked: Any, wire: Any) -> None:
        await (told(GEMINI_MODELS, headers=GOOGLE) if path_of(asked) == "/v1beta/models" else full)(asked, wire)

    async with serve(script) as site:
        url = site.url("/v1beta")
        listed = await look(make_check(url, "gemini", api_key="${KEY}", model=MODEL), keyed)
        said = await look(make_check(url, "gemini", **GENERATE), keyed)
    assert (listed.outcome, listed.layer) == (Outcome.OK, Layer.OK)
    assert (said.outcome, said.fault, said.layer) == (Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY)


@pytest.mark.parametrize("mode", ["models", "generate"])
async def test_without_a_key(tools: Tools, make_check, mode: str) -> None:
    """Google says 403 where others say 401."""
    refusal = google_error(
        403, "PERMISSION_DENIED", "Method doesn't allow unregistered callers (callers without established identity)."
    )
    async with serve(refusal) as site:
        seen = await look(make_check(site.url("/v1beta"), "gemini", mode=mode, model=MODEL), tools)
    assert (seen.outcome, seen.layer, seen.detail) == (Outcome.OK, Layer.ALIVE_NEEDS_AUTH, NOT_MEASURED)


BLOCKED = sse({"promptFeedback": {"blockReason": "PROHIBITED_CONTENT"}})
HALF = gemini_chunks()[:1]
STALLED = stream(HALF, OPEN, "hang")
LATE = sse({"error": {"code": 503, "message": "The service is currently unavailable.", "status": "UNAVAILABLE"}})


@pytest.mark.parametrize(
    ("script", "outcome", "fault", "layer"),
    [
        (
            google_error(400, "INVALID_ARGUMENT", "API key not valid.", "API_KEY_INVALID"),
            "inconclusive",
            "ours",
            "our_key",
        ),
        (
            google_error(429, "RESOURCE_EXHAUSTED", "You exceeded your current quota."),
            "inconclusive",
            "ours",
            "our_quota",
        ),
        (google_error(404, "NOT_FOUND", "models/x is not found"), "inconclusive", "ours", "our_request"),
        (google_error(500, "INTERNAL", "An internal error has occurred."), "failed", "vendor", "app_backend"),
        (google_error(504, "DEADLINE_EXCEEDED", "Deadline expired."), "failed", "vendor", "app_backend"),
        (stream(HALF, OPEN), "failed", "vendor", "stream"),
        (stream(HALF, OPEN, "cut"), "failed", "vendor", "stream"),
        (STALLED, "failed", "vendor", "stream"),
        (stream(HALF + LATE, OPEN), "failed", "vendor", "capacity"),
        (stream([], OPEN), "failed", "vendor", "stream"),
        (stream(BLOCKED, OPEN), "inconclusive", "ours", "our_request"),
        (silent, "failed", "vendor", "no_answer"),
    ],
)
async def test_every_failure(keyed: Tools, make_check, script: Script, outcome: str, fault: str, layer: str) -> None:
    """One observation in its time, with the right layer."""
    timeout_s = 1.0 if script in (silent, STALLED) else 10.0
    async with serve(script) as site:
        seen = await look(make_check(site.url("/v1beta"), "gemini", timeout_s=timeout_s, **GENERATE), keyed)
        await site.all_closed()
        assert len(site.requests) == 1
    assert (seen.outcome, seen.fault, seen.layer) == (outcome, fault, layer)
    assert KEY not in repr(seen)
