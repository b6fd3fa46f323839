"""Streams of kind `openai`: what counts as alive, as cut, as nobody's fault; what they cost."""

import gzip
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from tests.fakes.llm import SSE, chunk, sse, stream, told
from tests.fakes.web import Script, answer, drip, endless, head, serve

CHAT = {"mode": "chat", "model": "gpt-4.1-mini", "api_key": "${KEY}"}
FAILED = (Outcome.FAILED, Fault.VENDOR)

Make = Callable[..., Check]

DRIP = drip(head(200, SSE), b": still here\n\n")
BOMB = answer(gzip.compress(b": nothing\n\n" * 3_000_000), 200, {**SSE, "content-encoding": "gzip"})
STALLED = stream([b": WAITING\n\n"] * 3, SSE, "hang")


class Purse:
    """A budget that notes what it is asked for."""

    def __init__(self) -> None:
        self.asked: list[tuple[int, float]] = []

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        self.asked.append((tokens, cost_usd))
        return True


@pytest.fixture
def keyed(tools: Tools) -> Tools:
    return replace(tools, secrets={"KEY": Secret("sk-swordfish-0123456789")})


async def asked(script: Script, tools: Tools, make_check: Make, **options: Any) -> Observation:
    async with serve(script) as site:
        seen = await look(
            make_check(
                site.url("/v1"), "openai", timeout_s=1.0 if script in (STALLED, DRIP) else 10.0, **{**CHAT, **options}
            ),
            tools,
        )
        await site.all_closed()
    return seen


@pytest.mark.parametrize(
    ("script", "outcome", "fault", "symptom"),
    [
        (stream(sse(chunk({"reasoning": "hm"}), "[DONE]"), SSE), Outcome.OK, Fault.NONE, ""),
        (stream(sse(chunk({}, finish_reason="length"), "[DONE]"), SSE, "hang"), Outcome.OK, Fault.NONE, ""),
        (STALLED, *FAILED, "stream_stalled"),
        (DRIP, *FAILED, "stream_stalled"),
        (BOMB, Outcome.INCONCLUSIVE, Fault.UNKNOWN, "too_large"),
        (stream([], SSE), *FAILED, "stream_empty"),
        (stream(sse(chunk({"role": "assistant", "content": ""}), "[DONE]"), SSE), *FAILED, "stream_empty"),
        (stream(sse(chunk({"content": "x"}), '{"choices": [', "[DONE]"), SSE), *FAILED, "stream_malformed"),
        (stream(sse({"choices": []}, "[DONE]"), SSE), *FAILED, "stream_empty"),
        (stream(sse(chunk({"content": "x"})), SSE, "cut"), *FAILED, "stream_cut"),
        (stream(sse(chunk({"content": "x"})) * 2000, SSE), Outcome.INCONCLUSIVE, Fault.UNKNOWN, "too_large"),
        (told({"object": "chat.completion", "choices": []}), Outcome.OK, Fault.NONE, ""),
        (told({"object": "list", "data": []}), Outcome.INCONCLUSIVE, Fault.OURS, "unexpected_body"),
        (told({}, 302, {"location": "/login"}), Outcome.INCONCLUSIVE, Fault.OURS, "unexpected_body"),
        (endless, Outcome.INCONCLUSIVE, Fault.UNKNOWN, "too_large"),
    ],
    ids=[
        "thought",
        "finish",
        "stalled",
        "drip",
        "bomb",
        "empty",
        "role",
        "malformed",
        "nothing",
        "cut",
        "long",
        "whole",
        "other",
        "redirect",
        "endless",
    ],
)
async def test_streams(
    keyed: Tools, make_check: Make, script: Script, outcome: Outcome, fault: Fault, symptom: str
) -> None:
    """Alive is what brings something of the model and ends with its mark."""
    seen = await asked(script, keyed, make_check)
    assert (seen.outcome, seen.fault, seen.symptom) == (outcome, fault, symptom)
    assert outcome is not Outcome.OK or (seen.timings.total or 0) < 9000, "nobody waits after the end mark"


async def test_usage_and_price(keyed: Tools, make_check: Make) -> None:
    """What the stream says was used is what counts; lies about it do not."""
    price = {"input_per_mtok": 2, "output_per_mtok": 8}
    for usage, tokens, usd in (
        ({"prompt_tokens": 8, "completion_tokens": 1}, 9, 24e-6),
        ({"prompt_tokens": -8, "completion_tokens": "1"}, 23, 52e-6),
        ([], 23, 52e-6),
    ):
        purse = Purse()
        pieces = sse(chunk({"content": "x"}), {"choices": [], "usage": usage}, "[DONE]")
        seen = await asked(stream(pieces, SSE), replace(keyed, budget=purse), make_check, price=price)
        assert seen.tokens == tokens
        assert seen.cost_usd == pytest.approx(usd)
        ((tokens_aside, usd_aside),) = purse.asked
        assert tokens_aside == 23
        assert usd_aside == pytest.approx(52e-6)


async def test_slow(keyed: Tools, make_check: Make) -> None:
    """A first token beyond the bound is slow, not failed."""
    seen = await asked(stream(sse(chunk({"content": "x"}), "[DONE]"), SSE), keyed, make_check, slow_ms=0.001)
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.SLOW, Fault.VENDOR, "slow")


async def test_a_server_that_wants_no_key(tools: Tools, make_check: Make) -> None:
    """One's own vLLM answers without: then inference is measured, and costs nothing."""
    purse = Purse()
    async with serve(stream(sse(chunk({"content": "x"}), "[DONE]"), SSE)) as site:
        check = make_check(site.url("/v1"), "openai", mode="chat", model="qwen")
        seen = await look(check, replace(tools, budget=purse))
    assert (seen.outcome, seen.layer, seen.detail) == (Outcome.OK, Layer.OK, "")
    assert (seen.tokens, purse.asked) == (0, [])
