"""Real errors from outside: hardly one is read wrongly, nearly all rightly, and nobody is blamed who never answered."""

import re
from collections import Counter
from pathlib import Path

import pytest

from bot.core.messages.error_meanings import ADVICE
from bot.explain.attribution import clues
from bot.explain.explain import finding
from bot.explain.messages.lookup import EVERY, hits
from bot.explain.noise import without_numbers
from bot.explain.statuses import stated
from probes.model import Fault, Layer
from tests.support.reading_errors import CASES, CLASSES, PUBLIC, cases, judged
from tests.support.reading_errors import table as counted

NO_ANSWER = {"dns", "tcp", "tls", "no_answer", "our_network"}


@pytest.mark.parametrize("path", [CASES, PUBLIC], ids=lambda path: path.stem)
def test_real_errors(path: Path) -> None:
    """Wrong at most 2%, right at least 95% of the cases that are known here (of unseen ones fewer)."""
    counts = Counter(judged(case)[0] for case in cases(path))
    total = sum(counts[name] for name in CLASSES)
    assert counts["wrong"] <= 0.02 * total, counted([(path.name, cases(path))])
    assert counts["right"] >= 0.95 * total


@pytest.mark.parametrize("case", [*cases(CASES), *cases(PUBLIC)], ids=lambda case: case["id"])
def test_nobody_is_blamed_who_never_answered(case) -> None:
    """Where no answer came, or it came from one's own program or network, no vendor is named guilty."""
    layers = set(case["expected"]["layer"].split("|"))
    if case["kind"] == "explain" and "vendor" not in case["expected"]["fault"] and layers <= NO_ANSWER:
        assert finding(case["input"]).fault not in (Fault.VENDOR, Fault.EDGE)


def test_there_are_enough_of_them() -> None:
    """From public sources, each with its own."""
    public = cases(PUBLIC)
    assert len(public) >= 100
    assert len({case["input"] for case in public}) == len(public)
    assert all(case["source"] for case in public)


FORMS = [(message, form) for message in EVERY for form in message.forms]


@pytest.mark.parametrize(("message", "form"), FORMS, ids=[form[:50] for _, form in FORMS])
def test_every_message_is_found(message, form) -> None:
    """As a client prints it: its own meaning, and an advice that exists."""
    text = f"Error: {form.replace('…', 'claude-x')}"
    assert message in [hit.message for hit in hits(text)]
    found = finding(text)
    assert found.known
    assert found.means or found.layer in {Layer.DNS, Layer.TCP, Layer.TLS, Layer.OUR_PROXY, Layer.NO_ANSWER}
    assert message.do or ADVICE[message.verdict.advice]


def test_a_refusal_by_policy_is_no_reason_to_retry() -> None:
    """Nor is an empty account, a key, or a length."""
    for message in EVERY:
        if message.verdict.fault is Fault.OURS and message.verdict.layer in (Layer.OUR_BILLING, Layer.OUR_REQUEST):
            assert not re.match(r"retry|try again|wait a", message.do or ADVICE[message.verdict.advice]), (
                message.symptom
            )


@pytest.mark.parametrize(
    ("text", "status"),
    [
        ('File "_base_client.py", line 521, in request', None),
        ("connect ECONNREFUSED 203.0.113.4:443", None),
        ("port: 443, errno: -111", None),
        ("failed after 500 ms with 404 bytes and max_tokens: 500", None),
        ('{"retry_delay_ms": 500, "limit": 429}', None),
        ("2026-05-04 10:00:00,503 INFO done", None),
        ("Error code: 529 - overloaded", 529),
        ("API Error (503 upstream)", 503),
        ('"POST /v1/messages HTTP/1.1" 499 0', 499),
        ("HTTP 502", 502),
    ],
)
def test_a_number_is_a_status_only_where_it_stands_as_one(text: str, status: int | None) -> None:
    """Lines, ports, bytes, durations, limits are none."""
    assert stated(without_numbers(text)) == status


@pytest.mark.parametrize(
    ("text", "service", "component"),
    [
        ("openai.APIError: POST https://api.deepseek.com/v1/chat/completions 503", "deepseek", "deepseek-api"),
        ("openai.RateLimitError at https://api.x.ai/v1", "xai", "xai-api"),
        ("openai.NotFoundError https://me.openai.azure.com/openai/deployments/x", "azure-openai", "azure-openai"),
        ("an incoherent answer", "", ""),
        ("could not connect to s3.eu-west-1.amazonaws.com:443", "", ""),
        ("anthropic.InternalServerError: 500 https://llm.corp.example/v1/messages", "", ""),
        (
            "https://bedrock-runtime.eu-central-1.amazonaws.com/model/x/invoke 503",
            "aws-bedrock",
            "bedrock-eu-central-1",
        ),
        ("see https://docs.anthropic.com/login; groq 429", "groq", "groq-api"),
    ],
)
def test_whose_it_is(text: str, service: str, component: str) -> None:
    """The host that was asked before the SDK, the SDK before words; an unknown host is nobody's."""
    found = clues(text)
    assert (found.service, found.component) == (service, component)


def test_a_gateway_of_one_s_own_is_never_the_vendor() -> None:
    """Though its answer looks like the vendor's; an id of the vendor's own says that it did come from there."""
    text = 'API Error: 500 {"type":"error","error":{"type":"api_error","message":"Internal server error"}'
    assert finding(text + "}").fault is Fault.VENDOR
    own = finding(text + "} https://llm.corp.example/v1/messages")
    assert (own.fault, own.advice) == (Fault.UNKNOWN, "check_gateway")
    relayed = finding(text + ',"request_id":"req_011CaaaaaaaaaaaaaaaaaaAA"} https://llm.corp.example/v1/messages')
    assert relayed.fault is Fault.VENDOR
