"""What must hold for every kind of Claude's: keys appear nowhere, nothing leaks, the catalogue's checks are good."""

import asyncio
import gc
import logging
import sys
from collections.abc import Callable
from dataclasses import replace
from itertools import cycle, islice
from pathlib import Path

import pytest
import yaml

from bot.config.load import from_text
from bot.core.model.stream import StreamRow
from bot.demo.vendor import Vendor
from bot.store.stream_rows import decode, encode
from probes.model import Check, Layer, Observation, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from tests.fakes.web import Asked, Wire, answer, cut_off, head, serve, silent

KEY = "swordfish.0123456789abcdef"
KEYED = {"key": "${CLAUDE_KEY}"}
KINDS = ("anthropic_message", "anthropic_models", "anthropic_count_tokens", "claude_code")
SSE = {"content-type": "text/event-stream"}


def error(asked: Asked) -> bytes:
    sent = asked.headers.get("x-api-key") or asked.headers.get("authorization", "")
    return b'{"type":"error","error":{"type":"api_error","message":"key ' + sent.encode() + b' is unknown"}}'


async def quoting(asked: Asked, wire: Wire) -> None:
    """A refusal that quotes the key in body and headers."""
    sent = asked.headers.get("x-api-key", "")
    headers = {"content-type": "application/json", "request-id": sent, "cf-ray": f"{sent}-FRA"}
    await answer(error(asked), 401, headers)(asked, wire)


async def quoting_in_a_stream(asked: Asked, wire: Wire) -> None:
    """The same after a 200."""
    body = b"event: error\ndata: " + error(asked) + b"\n\n"
    await answer(body, 200, {**SSE, "request-id": asked.headers.get("x-api-key", "")})(asked, wire)


async def quoting_as_usage(asked: Asked, wire: Wire) -> None:
    """Where figures should stand."""
    told = f'"{asked.headers.get("x-api-key", "")}"'.encode()
    body = b'event: message_start\ndata: {"message":{"usage":{"input_tokens":' + told + b"}}}\n\n"
    await answer(body, 200, SSE)(asked, wire)


@pytest.mark.parametrize("spoilt", ["", "\n"], ids=["good", "newline"])
@pytest.mark.parametrize(
    "script",
    [quoting, quoting_in_a_stream, quoting_as_usage, silent, cut_off(), cut_off(head(200, SSE)), answer(b"{}")],
)
@pytest.mark.parametrize("kind", KINDS)
async def test_a_key_is_nowhere(
    transport: Transport, make_check: Callable[..., Check], caplog, kind: str, script, spoilt: str
) -> None:
    """Not in logs at their loudest, not in what is observed, not in what is stored."""
    caplog.set_level(logging.DEBUG)
    tools = Tools(transport, "here", lambda: 0.0, secrets={"CLAUDE_KEY": Secret(KEY + spoilt)})
    options = {**KEYED, **({"part": "inference"} if kind == "claude_code" else {})}
    async with serve(script) as site:
        seen = await look(make_check(site.url(""), kind, timeout_s=0.6, **options), tools)
        assert bool(site.requests) is not bool(spoilt)
    kept = encode(seen)
    assert KEY not in repr(seen)
    assert KEY.encode() not in kept
    assert KEY not in caplog.text
    assert KEY not in repr(tools.memory)
    assert same(decode(kept), seen)


def same(row: StreamRow | None, seen: Observation) -> bool:
    return isinstance(row, Observation) and (row.detail, row.model, row.tokens) == (
        seen.detail, seen.model, seen.tokens
    )  # fmt: skip


ANSWERS = ("ok", "http_500", "sse_error", "sse_cut", "sse_abort", "reset", "quota_429", "envoy_503", "challenge_403")


async def test_a_thousand_looks_leave_nothing(transport: Transport, make_check: Callable[..., Check]) -> None:
    """Connections, tasks, descriptors and memory are the same after 1,000 looks of all kinds and answers."""
    async with Vendor() as vendor:
        tools = Tools(transport, "here", lambda: 0.0, secrets={"CLAUDE_KEY": Secret(KEY)})
        api = vendor.url("claude-api")
        checks = [
            *(replace(make_check(api, kind, timeout_s=2, **KEYED), id=kind) for kind in KINDS[:3]),
            make_check(api, "claude_code", part="inference", **KEYED),
            make_check(api + "/api/hello", "edge_hello"),
            make_check(vendor.url("claude-ai") + "/", "claude_web"),
            make_check(api.removeprefix("http://"), "tcp"),
            make_check(api.removeprefix("http://"), "tls", timeout_s=2),
        ]
        own = {id(check): replace(tools, memory={}) for check in checks}

        async def several(looks: int) -> set[Outcome]:
            seen = set()
            for check, kind in islice(zip(cycle(checks), cycle(ANSWERS), strict=False), looks):
                vendor.next("claude-api", kind)
                seen.add((await look(check, own[id(check)])).outcome)
            return seen

        vendor.set("claude-api", "claude-ai", latency_ms=0, first_token_ms=0)
        await several(300)
        before = await usage()
        assert {Outcome.OK, Outcome.FAILED, Outcome.INCONCLUSIVE} <= await several(1000)
        after = await usage()
    assert after[0] <= before[0] + 2, "tasks"
    assert after[1] <= before[1] + 4, "file descriptors"
    # The vendor's log of what it served is some 15 of them a look.
    assert after[2] - before[2] < 30_000, "blocks of memory"


async def usage() -> tuple[int, int, int]:
    """Tasks, file descriptors and blocks of memory, once what has ended is cleared away."""
    for _ in range(5):
        await asyncio.sleep(0)
    gc.collect()
    return len(asyncio.all_tasks()), descriptors(), sys.getallocatedblocks()


def descriptors() -> int:
    return sum(1 for _ in Path("/proc/self/fd").iterdir())


def test_the_catalogue_with_a_key() -> None:
    """The checks that need it come in: inference each five minutes, for the API and for Claude Code."""
    found = from_text("services: [claude]", environ={"ANTHROPIC_API_KEY": KEY})
    checks = {check.id: check for check in found.checks()}
    assert set(found.secrets) == {"ANTHROPIC_API_KEY"}
    assert {id_ for id_, check in checks.items() if check.options.get("key")} == {
        "claude-api/inference", "claude-api/count_tokens", "claude-api/models_keyed", "claude-code/inference"
    }  # fmt: skip
    assert checks["claude-api/inference"].interval_s == 300
    assert KEY not in repr(found)
    without = from_text("services: [claude]", environ={})
    assert sum(note.count("claude-") for note in without.notes if "ANTHROPIC_API_KEY is not set" in note) == 4
    assert len(without.checks()) == len(checks) - 4


async def test_the_catalogue_sees_inference_alone_fail(transport: Transport) -> None:
    """The case of 13 April: every message fails, and everything that needs no key stays green."""
    async with Vendor() as vendor:
        text = yaml.safe_dump(vendor.configuration(timeout_s=2))
        found = from_text(text, environ={"ANTHROPIC_API_KEY": KEY})
        vendor.set("claude-api", rate=1, kinds="http_500", paths="/v1/messages")
        tools = Tools(transport, "here", lambda: 0.0, secrets=found.secrets)
        checks = [check for component in found.components() for check in component.checks]
        seen = {check.id: await look(check, replace(tools, memory={})) for check in checks}
    failed = {id_ for id_, o in seen.items() if o.outcome is Outcome.FAILED}
    assert failed == {"claude-api/inference", "claude-code/inference"}
    assert all(o.outcome is Outcome.OK for id_, o in seen.items() if id_ not in failed)
    assert seen["claude-api/inference"].layer is Layer.APP_BACKEND
