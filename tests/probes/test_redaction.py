"""The one redactor: no secret of a hundred forms survives, wherever it stands; what stands for one is none."""

import time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from probes.fingerprints.sanitise import one_line
from probes.redaction import MASK, redact
from tests.support.secret_forms import PLACEHOLDERS, TEMPLATES, made

FRAMES = (
    "{}",
    "2026-11-30 10:00:00 ERROR request failed: {} (attempt 2 of 3)",
    "it said:\n{}\nand stopped",
    "because {} leaked",
    "<p>{}</p>",
)


def leaked(secret: str, text: str) -> bool:
    """Whether eight characters of it in a row are left, or it is left whole."""
    lines = [line for line in secret.split("\n") if line]
    return any(line in text for line in lines) or any(
        line[at : at + 8] in text for line in lines for at in range(len(line) - 7) if len(line) >= 16
    )


def test_there_are_enough_of_them() -> None:
    """Each once."""
    assert len(set(TEMPLATES)) == len(TEMPLATES) >= 100


@pytest.mark.parametrize("template", TEMPLATES)
@settings(max_examples=12, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10**9), frame=st.sampled_from(FRAMES))
def test_no_secret_survives(template: str, seed: int, frame: str) -> None:
    """Neither in the text, nor in the line that probes store; its kind is named."""
    text, secret = made(template, seed)
    safe, kinds = redact(frame.format(text))
    assert kinds
    assert MASK in safe
    body = secret[4:] if secret == text else secret
    assert not leaked(body, safe)
    assert not leaked(body, one_line(frame.format(text)))


@pytest.mark.parametrize("value", PLACEHOLDERS)
@pytest.mark.parametrize(
    "carrier",
    ["{}", "api_key={}", "Authorization: Bearer {}", "x-api-key: {}", "--api-key {}", '"token": "{}"', "password: {}"],
)
def test_what_stands_for_a_secret_is_none(value: str, carrier: str) -> None:
    """A variable, a mask, a gap to fill in: it stays, and nobody is told to revoke it."""
    assert redact(carrier.format(value)) == (carrier.format(value), ())


@pytest.mark.parametrize(
    "text",
    [
        "https://registry.npmjs.org:443/@anthropic-ai/sdk",
        "POST https://router.huggingface.co/hf-inference/models/mistralai/Mistral-7B-Instruct-v0.1 503",
        "max_tokens=4096, input_tokens: 55, cache_read_input_tokens=12",
        "token: invalid; password is wrong; the api key was missing",
        "anthropic.AuthenticationError: Error code: 401 - invalid x-api-key",
        'File "/usr/lib/python3.12/site-packages/anthropic/_base_client.py", line 1058, in request',
        "commit 9a3c1f0e5d7b2a4c6e8f9a3c1f0e5d7b2a4c6e8f",
        "request id 1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed, cf-ray: 8f00000000000000-FRA",
        "design=compact, monkey=banana, turkey: roast",
        "https://status.claude.com/incidents/6jd2m42f8mld?utm_source=email",
        "dial tcp: lookup api.anthropic.com on 10.0.0.2:53: no such host",
        "--max-tokens 4096 --model claude-sonnet-4-5-20250929",
        "user: somebody@example.com wrote",
    ],
)
def test_ordinary_text_stays(text: str) -> None:
    """What speaks of keys, and ids, and addresses."""
    assert redact(text) == (text, ())


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=300))
def test_twice_is_once(text: str) -> None:
    """What was redacted holds nothing to redact."""
    safe, _ = redact(text)
    assert redact(safe) == (safe, ())


LINE = (
    "2026-11-30 10:00:00,123 INFO bot.judge: incident 4F7K opened for claude-api (partial outage, 18% of 240 checks"
    " failed: HTTP 500 api_error x27, timeout x2); page says operational; request-id: req_011CSample000000000000001"
)


def test_fast_enough_for_logs() -> None:
    """A line costs the processor less than a millisecond, even on a slow machine."""
    begun = time.process_time()
    for _ in range(300):
        redact(LINE)
    assert (time.process_time() - begun) / 300 < 0.001
