"""Kind `vertex`: a service account's token asked for once, Gemini and Claude answering, Google's ways to fail."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import jwt
import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from probes.inference.call import NOT_MEASURED
from probes.model import Check, Fault, Layer, Outcome
from probes.probe import look
from probes.secret import Secret
from probes.tools import Tools
from probes.vendors.google_account import GRANT, MARGIN_S
from tests.fakes.llm import (
    GOOGLE,
    SSE,
    claude_chunks,
    gemini_chunks,
    google_error,
    login,
    path_of,
    posted,
    stream,
    told,
)
from tests.fakes.web import Asked, Script, Site, Wire, answer, cut_off, serve, silent

TOKEN = "ya29.c.swordfish-0123456789"
MODEL = "gemini-2.5-flash-lite"
OPEN = {**SSE, **GOOGLE}
GENERATE = {"mode": "generate", "model": MODEL, "credentials": "${ACCOUNT}", "location": "europe-west4"}
PLACE = "/v1/projects/acme-1/locations/europe-west4/publishers"


@pytest.fixture(scope="session")
def pem() -> str:
    key = rsa.generate_private_key(65537, 2048)
    form = serialization.PrivateFormat.PKCS8
    return key.private_bytes(serialization.Encoding.PEM, form, serialization.NoEncryption()).decode()


def account(site: Site, pem: str, **changes: Any) -> Secret:
    told = {
        "type": "service_account",
        "project_id": "acme-1",
        "private_key_id": "k1",
        "private_key": pem,
        "client_email": "probe@acme-1.iam.gserviceaccount.com",
        "token_uri": site.url("/token"),
    }
    return Secret(json.dumps({**told, **changes}))


@dataclass
class Google:
    """Login and API behind one address; who has not the token is refused."""

    api: Script
    login: Script = field(default_factory=lambda: login(TOKEN))

    async def __call__(self, asked: Asked, wire: Wire) -> None:
        if path_of(asked) == "/token":
            script = self.login
        elif asked.headers.get("authorization") == f"Bearer {TOKEN}" or asked.headers.get("x-goog-api-key") == "AQ.key":
            script = self.api
        else:
            script = google_error(401, "UNAUTHENTICATED", "Request is missing required authentication credential.")
        await script(asked, wire)


def check_of(make_check: Any, site: Site, timeout_s: float = 10.0, **options: Any) -> Check:
    made: Check = make_check(site.url("/v1"), "vertex", timeout_s=timeout_s, **{**GENERATE, **options})
    return made


async def test_a_token_is_asked_for_once(tools: Tools, make_check, pem: str) -> None:
    """Signed by the account's key, kept for its hour, renewed before it ends."""
    clock = {"now": 1_000_000.0}
    async with serve(Google(stream(gemini_chunks(), OPEN, "hang"))) as site:
        tools = replace(tools, now=lambda: clock["now"], secrets={"ACCOUNT": account(site, pem)})
        check = check_of(make_check, site)
        for now in (1_000_000, 1_000_000 + 3599 - MARGIN_S - 1, 1_000_000 + 3599 - MARGIN_S + 1):
            clock["now"] = now
            seen = await look(check, tools)
            assert (seen.outcome, seen.layer, seen.tokens, seen.model) == (Outcome.OK, Layer.OK, 3, MODEL)
        targets = [path_of(asked) for asked in site.requests]
        form = posted(site.requests[0])
    asked = f"{PLACE}/google/models/{MODEL}:streamGenerateContent"
    assert targets == ["/token", asked, asked, "/token", asked]
    assert form["grant_type"] == GRANT
    private = serialization.load_pem_private_key(pem.encode(), None)
    assert isinstance(private, rsa.RSAPrivateKey)
    claims = jwt.decode(
        form["assertion"], private.public_key(), ["RS256"], audience=site.url("/token"), options={"verify_exp": False}
    )
    assert (claims["iss"], claims["exp"] - claims["iat"]) == ("probe@acme-1.iam.gserviceaccount.com", 3600)
    assert jwt.get_unverified_header(form["assertion"])["kid"] == "k1"


async def test_claude_on_vertex(tools: Tools, make_check, pem: str) -> None:
    """The same model's other road: Anthropic's own words behind Google's door."""
    async with serve(Google(stream(claude_chunks(), OPEN, "hang"))) as site:
        tools = replace(tools, secrets={"ACCOUNT": account(site, pem)})
        seen = await look(check_of(make_check, site, publisher="anthropic", model="claude-haiku-4-5@20251001"), tools)
        request = site.requests[-1]
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.OK)
    assert seen.tokens > 0
    assert 0 < seen.cost_usd < 1e-4
    assert path_of(request) == f"{PLACE}/anthropic/models/claude-haiku-4-5@20251001:streamRawPredict"
    assert json.loads(request.body)["anthropic_version"] == "vertex-2023-10-16"


@pytest.mark.parametrize("options", [{}, {"mode": "model"}, {"publisher": "anthropic", "project": "acme-1"}])
async def test_without_a_key(tools: Tools, make_check, options: dict[str, Any]) -> None:
    """Neither account nor key: they live, and no more is known."""
    async with serve(Google(answer())) as site:
        seen = await look(check_of(make_check, site, **{"credentials": "${GONE}", **options}), tools)
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.ALIVE_NEEDS_AUTH)
    assert seen.detail == f"GONE is not set: {NOT_MEASURED}"


async def test_an_api_key_and_the_models_entry(tools: Tools, make_check) -> None:
    """A key needs no project; the entry is free."""
    tools = replace(tools, secrets={"KEY": Secret("AQ.key")})
    async with serve(Google(told({"name": f"publishers/google/models/{MODEL}"}, headers=GOOGLE))) as site:
        seen = await look(check_of(make_check, site, mode="model", credentials="", api_key="${KEY}"), tools)
        assert path_of(site.requests[0]) == f"/v1/publishers/google/models/{MODEL}"
    assert (seen.outcome, seen.layer, seen.tokens) == (Outcome.OK, Layer.OK, 0)


@pytest.mark.parametrize(
    ("script", "fault", "layer"),
    [
        (login("", 400), "ours", "our_key"),
        (told({"id_token": "x"}), "unknown", None),
        (answer(b"", 503), "unknown", None),
        (answer(b"<html>hotel</html>", 200, {"content-type": "text/html"}), "ours", "captive_portal"),
        (cut_off(), "unknown", "tcp"),
        (silent, "unknown", "no_answer"),
    ],
)
async def test_no_token(tools: Tools, make_check, pem: str, script: Script, fault: str, layer: str | None) -> None:
    """Whatever the login does, it is never an outage of Vertex AI."""
    async with serve(Google(answer(), script)) as site:
        seen = await look(
            check_of(make_check, site, 1.0 if script is silent else 10.0),
            replace(tools, secrets={"ACCOUNT": account(site, pem)}),
        )
        assert [path_of(asked) for asked in site.requests] == ["/token"]
    assert (seen.outcome, seen.fault) == (Outcome.INCONCLUSIVE, fault)
    assert seen.layer == (layer or seen.layer)
    assert seen.detail.startswith("no token from Google's login")
    assert seen.symptom.startswith("token_")


@pytest.mark.parametrize("changes", [{"private_key": "x"}, {"private_key": 7}, None], ids=["key", "type", "no JSON"])
async def test_bad_credentials(tools: Tools, make_check, pem: str, changes: Mapping[str, Any] | None) -> None:
    """Ours, said in words, without a request and without the key."""
    async with serve(Google(answer())) as site:
        secret = Secret(pem) if changes is None else account(site, pem, **changes)
        seen = await look(check_of(make_check, site), replace(tools, secrets={"ACCOUNT": secret}))
        assert site.requests == []
    assert (seen.fault, seen.layer, seen.symptom) == (Fault.OURS, Layer.OUR_KEY, "bad_credentials")


OURS, THEIRS = ("inconclusive", "ours"), ("failed", "vendor")


@pytest.mark.parametrize(
    ("script", "verdict", "layer"),
    [
        (google_error(401, "UNAUTHENTICATED", f"Bad {TOKEN}", "ACCESS_TOKEN_EXPIRED"), OURS, "our_key"),
        (google_error(403, "PERMISSION_DENIED", "Permission 'x' denied", "IAM_PERMISSION_DENIED"), OURS, "our_key"),
        (google_error(429, "RESOURCE_EXHAUSTED", "Quota exceeded for aiplatform."), OURS, "our_quota"),
        (google_error(503, "UNAVAILABLE", "The service is currently unavailable."), THEIRS, "capacity"),
        (google_error(500, "INTERNAL", "Internal error encountered."), THEIRS, "app_backend"),
        (stream(gemini_chunks()[:1], {**OPEN, "x-request-id": TOKEN}), THEIRS, "stream"),
        (silent, THEIRS, "no_answer"),
    ],
)
async def test_every_failure(
    tools: Tools, make_check, caplog: Any, pem: str, script: Script, verdict: tuple[str, str], layer: str
) -> None:
    """One observation in its time, and neither token nor key in it."""
    caplog.set_level("DEBUG")
    async with serve(Google(script)) as site:
        seen = await look(
            check_of(make_check, site, 1.0 if script is silent else 10.0),
            replace(tools, secrets={"ACCOUNT": account(site, pem)}),
        )
        await site.all_closed()
        assert len(site.requests) == 2
    assert ((seen.outcome, seen.fault), seen.layer) == (verdict, layer)
    for secret in (TOKEN, pem.splitlines()[3]):
        assert secret not in repr(seen) + caplog.text
