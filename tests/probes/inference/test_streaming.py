"""Whatever strangers stream, the questions asked of each event have an answer."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.inference.call import StreamProtocol
from probes.inference.model_options import listing, usage
from probes.vendors import bedrock_stream, gemini, openai
from probes.vendors.bedrock_stream import event_of
from probes.vendors.openrouter_endpoints import routes_of, told

KEYS = st.sampled_from(
    [
        *("choices", "delta", "content", "finish_reason", "text", "usage", "prompt_tokens", "completion_tokens"),
        *("candidates", "finishReason", "usageMetadata", "promptTokenCount", "promptFeedback", "blockReason"),
        *("bytes", "type", "inputTokens", "data", "endpoints", "provider_name", "uptime_last_5m", "models", "id"),
    ]
)
LEAVES = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=9)
VALUES = st.recursive(
    LEAVES, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4), max_leaves=12
)
SPEECHES = {"openai": openai.SPEECH, "gemini": gemini.SPEECH, "bedrock": bedrock_stream.SPEECH}


@pytest.mark.parametrize("speech", SPEECHES.values(), ids=SPEECHES)
@given(value=VALUES, name=st.text(max_size=9), raw=st.booleans())
def test_any_event(speech: StreamProtocol, value: Any, name: str, *, raw: bool) -> None:
    """Booleans, texts and small figures come out; nothing is raised."""
    event = (name, str(value) if raw else json.dumps(value))
    assert speech.begun(event) in (True, False)
    assert speech.ended(event) in (True, False)
    assert len(speech.refused(event)) < 80
    spent = speech.spent(event)
    assert spent is None or all(0 <= count < 10**7 for count in spent)


@given(value=VALUES, kind=st.sampled_from(["event", "exception", "error", ""]))
def test_any_message(value: Any, kind: str) -> None:
    """Amazon's chunks and lists too."""
    body = json.dumps(value).encode()
    name, data = event_of(({":message-type": kind, ":event-type": "chunk"}, body))
    assert isinstance(name + data, str)
    assert isinstance(listing(body, ("data", "models"), "gpt"), str)
    routes = routes_of(body)
    assert len(told(routes)) < 1000
    assert usage("[" * 100_000 + '"usage"', "usage", "a", "b") is None
