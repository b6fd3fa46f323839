"""The real Claude Code, played by small programs: what its stream says, and that nothing of it stays."""

import asyncio
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from probes.vendors.claude_code_events import Session

INIT = {"type": "system", "subtype": "init", "model": "claude-haiku-4-5"}
SAID = {"type": "assistant", "message": {"content": [{"type": "text", "text": "ready"}]}}
DONE = {"type": "result", "subtype": "success", "is_error": False, "result": "ready", "total_cost_usd": 0.0123,
        "usage": {"input_tokens": 5, "cache_read_input_tokens": 9000, "output_tokens": 4}}  # fmt: skip

Run = Callable[..., Any]


def failed(text: str) -> dict[str, Any]:
    return {**DONE, "is_error": True, "subtype": "success", "result": text}


def retry(error: str, status: int | None) -> dict[str, Any]:
    numbers = {"attempt": 1, "max_retries": 10, "retry_delay_ms": 500}
    return {"type": "system", "subtype": "api_retry", **numbers, "error_status": status, "error": error}


@pytest.fixture
def play(tmp_path: Path, tools: Tools, make_check: Callable[..., Check]) -> Run:
    """Run the kind on a program that prints these events, and then does `after` in the shell."""

    async def run(
        *events: Mapping[str, Any] | str, after: str = "", timeout_s: float = 5.0, given: Tools | None = None
    ) -> Observation:
        (tmp_path / "told").write_text("".join(f"{e if isinstance(e, str) else json.dumps(e)}\n" for e in events))
        program = tmp_path / "claude"
        program.write_text(f'#!/bin/sh\nprintf "%s\\n" "$*" > {tmp_path}/args\ncat {tmp_path}/told\n{after}\n')
        program.chmod(0o755)
        return await look(make_check(str(program), "claude_code_cli", timeout_s=timeout_s), given or tools)

    return run


async def test_it_answers(play: Run, tmp_path: Path) -> None:
    """One word from the model: its price and tokens as the program states them."""
    seen = await play(INIT, SAID, DONE)
    assert (seen.outcome, seen.layer, seen.model) == (Outcome.OK, Layer.OK, "claude-haiku-4-5")
    assert (seen.tokens, seen.cost_usd) == (9009, 0.0123)
    assert seen.timings.first_token <= seen.timings.total
    args = (tmp_path / "args").read_text()
    assert args.startswith("-p ")
    assert "--output-format stream-json --verbose" in args


@pytest.mark.parametrize(
    ("event", "outcome", "fault", "layer"),
    [
        (retry("server_error", 500), Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND),
        (retry("overloaded", 529), Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY),
        (retry("rate_limit", 429), Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_QUOTA),
        (retry("authentication_failed", 401), Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY),
        (retry("billing_error", 402), Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_BILLING),
        (retry("unknown", 503), Outcome.FAILED, Fault.VENDOR, None),
        (retry("unknown", None), Outcome.FAILED, Fault.EDGE, Layer.NO_ANSWER),
        (failed('API Error: 500 {"type":"error","error":{"type":"api_error","message":"Internal server error"}}'),
         Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND),
        (failed("API Error: Repeated 529 Overloaded errors"), Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY),
        (failed("Invalid API key · Please run /login"), Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY),
        (failed("API Error: Unable to connect to API (ECONNREFUSED)"), Outcome.FAILED, Fault.EDGE, Layer.TCP),
        (failed("API Error: Unable to connect to API (ENOTFOUND)"), Outcome.FAILED, Fault.VENDOR, Layer.DNS),
        (failed("Something new"), Outcome.INCONCLUSIVE, Fault.OURS, Layer.UNKNOWN),
        ({**DONE, "subtype": "error_max_turns"}, Outcome.INCONCLUSIVE, Fault.OURS, Layer.UNKNOWN),
    ],
)  # fmt: skip
async def test_its_troubles(play: Run, event: dict[str, Any], outcome: Outcome, fault: Fault, layer: Layer) -> None:
    """The first retry, or its last word, read like any other answer; what it would do after a retry is not awaited."""
    seen = await play(INIT, event, after="sleep 60")
    assert (seen.outcome, seen.fault) == (outcome, fault)
    assert layer is None or seen.layer is layer
    assert seen.symptom
    assert seen.detail


async def test_it_is_not_installed(tools: Tools, make_check, tmp_path: Path) -> None:
    """Then nothing is known, and the reason is told."""
    for target in ("no-such-claude-anywhere", str(tmp_path)):
        seen = await look(make_check(target, "claude_code_cli"), tools)
        assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "cli_missing")
        assert seen.detail == f"{target} is not installed here"


@pytest.mark.parametrize("target", ["-S", "A=B", "--help"])
async def test_a_target_that_is_no_command(tools: Tools, make_check, target: str) -> None:
    """It is not handed to the program that would take it for something else."""
    assert (await look(make_check(target, "claude_code_cli"), tools)).symptom == "bad_target"


@pytest.mark.parametrize(
    ("events", "after", "symptom", "outcome"),
    [
        ((INIT,), "sleep 60", "timeout", Outcome.FAILED),
        ((), "sleep 60", "cli_silent", Outcome.INCONCLUSIVE),
        ((), "exit 3", "cli_error", Outcome.INCONCLUSIVE),
        ((INIT,), "exit 127", "cli_error", Outcome.INCONCLUSIVE),
        (("not json", "[" * 9999, "7", '{"type":[]}'), "exit 0", "cli_error", Outcome.INCONCLUSIVE),
        ((INIT,), "yes x", "too_large", Outcome.INCONCLUSIVE),
        ((INIT,), "tr '\\0' x < /dev/zero", "too_large", Outcome.INCONCLUSIVE),
    ],
)
async def test_it_misbehaves(play: Run, events, after: str, symptom: str, outcome: Outcome) -> None:
    """One observation each within the timeout; hanging after a good start is the vendor's, before it is not."""
    began = asyncio.get_running_loop().time()
    seen = await play(*events, after=after, timeout_s=2.0)
    assert asyncio.get_running_loop().time() - began < 3
    assert (seen.symptom, seen.outcome) == (symptom, outcome)


async def test_nothing_outlives_the_look(play: Run, tmp_path: Path) -> None:
    """Its children end with it, and its directory goes."""
    await play(INIT, after=f"pwd > {tmp_path}/where; sleep 60 & echo $! > {tmp_path}/child; sleep 60", timeout_s=1.0)
    where, child = (tmp_path / "where").read_text().strip(), int((tmp_path / "child").read_text())
    assert not gone_wrong(where, child)


def gone_wrong(directory: str, child: int) -> bool:
    """Whether the directory is still there, or the child, which its killing may outlive by a moment."""
    deadline = time.monotonic() + 5
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0]
        except (ProcessLookupError, FileNotFoundError):
            break
        if state == "Z":
            break
    else:
        return True
    return Path(directory).exists()


async def test_our_secrets_are_none_of_its_business(
    play: Run, tools: Tools, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its own key is in its environment, the others are not."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-its-own")
    monkeypatch.setenv("SLACK_TOKEN", "xoxb-ours")
    secrets = {"ANTHROPIC_API_KEY": Secret("sk-ant-its-own"), "SLACK_TOKEN": Secret("xoxb-ours")}
    await play(INIT, DONE, after=f"env > {tmp_path}/env")
    await play(INIT, after=f"env > {tmp_path}/env", given=replace(tools, secrets=secrets))
    seen = (tmp_path / "env").read_text()
    assert "sk-ant-its-own" in seen
    assert "xoxb-ours" not in seen
    assert "DISABLE_AUTOUPDATER=1" in seen


class Empty:
    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        return False


async def test_over_budget_it_is_not_run(play: Run, tools: Tools, tmp_path: Path) -> None:
    """There is no free way to run it."""
    seen = await play(INIT, DONE, given=replace(tools, budget=Empty()))
    assert (seen.outcome, seen.symptom) == (Outcome.INCONCLUSIVE, "over_budget")
    assert not (tmp_path / "args").exists()


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.text(max_size=5) | st.integers(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "subtype", "result", "usage", "error", "error_status", "is_error", "attempt",
                         "total_cost_usd", "input_tokens", "system", "api_retry"]), inner),
)  # fmt: skip


@given(st.lists(json_values | st.sampled_from([INIT, DONE, retry("x", 5)]), max_size=5), st.booleans())
def test_whatever_it_says_it_is_a_reading(events: list[Any], late: bool) -> None:
    """Strange events are passed over or read carefully; nothing raises."""
    session = Session()
    for event in events:
        session.hear(json.dumps(event).encode(), 1.0)
    reading = session.reading(late=late, code=0)
    assert len(reading.detail) <= 300
    assert session.read >= 0
