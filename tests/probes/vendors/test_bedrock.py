"""Kind `bedrock`: real event-stream frames, signatures worked out anew by the server, Amazon's ways to fail."""

import json
import sys
from dataclasses import replace
from typing import Any

import pytest

from probes.inference.call import NOT_MEASURED
from probes.model import Fault, Layer, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from probes.vendors import bedrock
from tests.fakes.llm import (
    AMAZON,
    FRAMES,
    amazon_error,
    converse_frames,
    exception,
    frame,
    invoke_frames,
    path_of,
    signature,
    signed_with,
    stream,
    told,
)
from tests.fakes.web import Asked, Script, Wire, answer, serve, silent

MODEL = "eu.anthropic.claude-haiku-4-5-20251001-v1:0"
SECRETS = {
    "KEY": "bedrock-api-key-0123456789",
    "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE012345678",
    "AWS_SECRET_ACCESS_KEY": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    "AWS_SESSION_TOKEN": "session/token+0123456789==",
}
BEARER = {"mode": "converse", "model": MODEL, "api_key": "${KEY}"}
SIGNED = {
    "mode": "converse",
    "model": MODEL,
    "access_key_id": "${AWS_ACCESS_KEY_ID}",
    "secret_access_key": "${AWS_SECRET_ACCESS_KEY}",
    "region": "eu-central-1",
}


@pytest.fixture
def keyed(tools: Tools) -> Tools:
    return replace(tools, secrets={name: Secret(value) for name, value in SECRETS.items()})


def checking(good: Script) -> Script:
    """Answer well what is well signed, and as Amazon does what is not."""
    wrong = amazon_error("InvalidSignatureException", "The request signature we calculated does not match", 403)

    async def script(asked: Asked, wire: Wire) -> None:
        fits = signed_with(asked) == signature(asked, SECRETS["AWS_SECRET_ACCESS_KEY"])
        await (good if fits else wrong)(asked, wire)

    return script


@pytest.mark.parametrize(
    ("mode", "frames", "verb"),
    [
        ("converse", converse_frames(), "converse-stream"),
        ("invoke", invoke_frames(), "invoke-with-response-stream"),
    ],
)
async def test_an_answer(keyed: Tools, make_check, mode: str, frames: list[bytes], verb: str) -> None:
    """Both ways of asking, read to the last message, with its tokens and their price."""
    async with serve(stream(frames, FRAMES, "hang")) as site:
        seen = await look(make_check(site.url(""), "bedrock", **{**BEARER, "mode": mode}), keyed)
        (request,) = site.requests
    assert (seen.outcome, seen.layer, seen.symptom, seen.tokens) == (Outcome.OK, Layer.OK, "", 9)
    assert seen.cost_usd == pytest.approx(13e-6)
    assert seen.timings.first_token is not None
    assert (seen.timings.total or 0) < 4000, "nobody waits after the end mark"
    assert seen.request_id == AMAZON["x-amzn-requestid"]
    assert request.target == f"/model/{MODEL.replace(':', '%3A')}/{verb}"
    assert request.headers["authorization"] == f"Bearer {SECRETS['KEY']}"
    asked = json.loads(request.body)
    assert asked.get("max_tokens", asked.get("inferenceConfig")) in (1, {"maxTokens": 1})


@pytest.mark.parametrize("session", [{}, {"session_token": "${AWS_SESSION_TOKEN}"}])
async def test_signatures(keyed: Tools, make_check, session: dict[str, str]) -> None:
    """What the server works out from the request as it came is what we sent; another secret does not fit."""
    async with serve(checking(stream(converse_frames(), FRAMES))) as site:
        check = make_check(site.url(""), "bedrock", **SIGNED, **session)
        good = await look(check, keyed)
        spoilt = {**keyed.secrets, "AWS_SECRET_ACCESS_KEY": Secret("another/secret+0123456789")}
        bad = await look(check, replace(keyed, secrets=spoilt))
        assert ("x-amz-security-token" in site.requests[0].headers) is bool(session)
    assert (good.outcome, good.layer) == (Outcome.OK, Layer.OK)
    assert (bad.outcome, bad.fault, bad.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY)


async def test_the_list_is_signed_too(keyed: Tools, make_check) -> None:
    """It is free, and a model that is named must stand in it."""
    models = {"modelSummaries": [{"modelId": "amazon.nova-micro-v1:0"}]}
    async with serve(checking(told(models, headers=AMAZON))) as site:
        options = {**SIGNED, "mode": "models"}
        good = await look(make_check(site.url(""), "bedrock", **{**options, "model": "amazon.nova-micro-v1:0"}), keyed)
        gone = await look(make_check(site.url(""), "bedrock", **options), keyed)
        assert path_of(site.requests[0]) == "/foundation-models"
    assert (good.outcome, gone.symptom) == (Outcome.OK, "unexpected_body")


@pytest.mark.parametrize("mode", ["models", "converse"])
@pytest.mark.parametrize(
    "keys", [{}, {"api_key": "${GONE}"}, {"access_key_id": "${GONE}"}, {"access_key_id": "${KEY}"}]
)
async def test_without_a_key(keyed: Tools, make_check, mode: str, keys: dict[str, str]) -> None:
    """An unsigned request is refused with 403: the region lives, and the detail says what is not known."""
    refusal = amazon_error("MissingAuthenticationTokenException", "Missing Authentication Token", 403)
    async with serve(refusal) as site:
        seen = await look(make_check(site.url(""), "bedrock", mode=mode, model=MODEL, **keys), keyed)
        assert "authorization" not in site.requests[0].headers
    assert (seen.outcome, seen.layer, seen.tokens) == (Outcome.OK, Layer.ALIVE_NEEDS_AUTH, 0)
    assert seen.detail.endswith(NOT_MEASURED)


async def test_without_the_library(keyed: Tools, make_check, monkeypatch: pytest.MonkeyPatch) -> None:
    """The check says what to install; it is no failure of anybody's."""
    monkeypatch.setitem(sys.modules, "probes.vendors.sigv4", None)
    seen = await look(make_check("http://127.0.0.1:9", "bedrock", **SIGNED), keyed)
    assert (seen.fault, seen.symptom) == (Fault.OURS, "cannot_sign")
    assert "botocore" in seen.detail


@pytest.mark.parametrize(
    ("target", "region"),
    [
        ("https://bedrock-runtime.eu-central-1.amazonaws.com", "eu-central-1"),
        ("https://bedrock-runtime-fips.us-gov-west-1.amazonaws.com/", "us-gov-west-1"),
        ("https://vpce-0a1b.bedrock-runtime.ap-southeast-2.vpce.amazonaws.com", "ap-southeast-2"),
        ("https://gateway.example.com", ""),
        ("nonsense", ""),
    ],
)
def test_regions(target: str, region: str) -> None:
    """The region stands in the host's name, or nowhere."""
    assert bedrock._region(target) == region


GOOD = converse_frames()
DAMAGED = GOOD[1][:-1] + b"\x00"
ERROR = frame(b"", message_type="error", error_code="InternalFailure", error_message="An internal error occurred")


STALLED = stream(GOOD[:1], FRAMES, "hang")
OURS, THEIRS = ("inconclusive", "ours"), ("failed", "vendor")


@pytest.mark.parametrize(
    ("script", "verdict", "layer"),
    [
        (amazon_error("ThrottlingException", "Too many requests", 429), OURS, "our_quota"),
        (amazon_error("ServiceUnavailableException", "Bedrock is unable to process it.", 503), THEIRS, "capacity"),
        (amazon_error("ModelNotReadyException", "The model is not ready.", 429), THEIRS, "capacity"),
        (amazon_error("InternalServerException", "An error.", 500), THEIRS, "app_backend"),
        (amazon_error("ModelTimeoutException", "The model timed out.", 408), THEIRS, "app_backend"),
        (amazon_error("AccessDeniedException", "You don't have access.", 403), OURS, "our_key"),
        (amazon_error("ValidationException", "The model identifier is invalid.", 400), OURS, "our_request"),
        (answer(b"", 503), THEIRS, "edge_or_gateway_unknown"),
        (stream(GOOD[:3], FRAMES), THEIRS, "stream"),
        (stream(GOOD[:3], FRAMES, "cut"), THEIRS, "stream"),
        (STALLED, THEIRS, "stream"),
        (stream([GOOD[0], DAMAGED], FRAMES), THEIRS, "stream"),
        (stream([GOOD[0], GOOD[1][:20]], FRAMES), THEIRS, "stream"),
        (stream([], FRAMES), THEIRS, "stream"),
        (stream([b"data: {}\n\n" * 9], FRAMES), THEIRS, "stream"),
        (stream([GOOD[0], ERROR], FRAMES), THEIRS, "app_backend"),
        (stream([GOOD[0], exception("throttlingException", "slow down")], FRAMES), OURS, "our_quota"),
        (stream([GOOD[0], exception("serviceUnavailableException", "busy")], FRAMES), THEIRS, "capacity"),
        (stream([GOOD[0], exception("modelStreamErrorException", "broke")], FRAMES), THEIRS, "app_backend"),
        (stream(GOOD[1:2] * 2000, FRAMES), ("inconclusive", "unknown"), "unknown"),
        (told({"output": {"message": {}}}, headers=AMAZON), ("ok", "none"), "ok"),
        (told({"Output": {"__type": "UnknownOperation"}}, headers=AMAZON), OURS, "our_request"),
        (silent, THEIRS, "no_answer"),
    ],
)  # fmt: skip
async def test_every_failure(keyed: Tools, make_check, script: Script, verdict: tuple[str, str], layer: str) -> None:
    """One observation in its time, with the right layer, and no key in it."""
    timeout_s = 1.0 if script in (silent, STALLED) else 10.0
    async with serve(script) as site:
        seen = await look(make_check(site.url(""), "bedrock", timeout_s=timeout_s, **BEARER), keyed)
        await site.all_closed()
        assert len(site.requests) == 1
    assert ((seen.outcome, seen.fault), seen.layer) == (verdict, layer)
    assert not any(value in repr(seen) for value in SECRETS.values())


async def test_a_signature_that_is_quoted(keyed: Tools, make_check, caplog: Any) -> None:
    """Amazon quotes requests in its errors: neither key nor signature stays."""
    caplog.set_level("DEBUG")
    sent = []

    async def quoting(asked: Asked, wire: Wire) -> None:
        sent.append(signed_with(asked))
        said = f"The Canonical String was {asked.headers['authorization']} {asked.headers['x-amz-security-token']}"
        headers = {**AMAZON, "x-amzn-requestid": sent[0]}
        await told({"message": said, "type": sent[0][:20]}, 403, headers)(asked, wire)

    async with serve(quoting) as site:
        seen = await look(make_check(site.url(""), "bedrock", **SIGNED, session_token="${AWS_SESSION_TOKEN}"), keyed)
    assert sent
    for secret in (*sent, *SECRETS.values()):
        assert secret not in repr(seen) + caplog.text
