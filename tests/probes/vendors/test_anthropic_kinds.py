"""The kinds that ask Claude's API, over the wire: inference, its cheaper cousins, and what is left without a key."""

import json
from collections.abc import AsyncIterator, Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.demo.vendor import Vendor
from probes.model import Check, Fault, Layer, Observation, Outcome
from probes.probe import look
from probes.registry import KIND_OPTIONS, complaints
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from probes.vendors.anthropic_message import SPEECH
from tests.fakes.web import Script, answer, cut_off, drip, head, serve

KEY = "sk-ant-demo.0123456789"
PAID = "anthropic_message"
KEYED = {"key": "${CLAUDE_KEY}"}
STREAM = {"content-type": "text/event-stream; charset=utf-8", "request-id": "req_1", "cf-ray": "972a33bb3977d246-FRA"}
START = (
    b'event: message_start\ndata: {"type":"message_start","message":{"usage":{"input_tokens":8,"output_tokens":1}}}\n\n'
)
TOKEN = (
    b'event: content_block_delta\ndata: {"type":"content_block_delta","delta":{"type":"text_delta","text":"Hi"}}\n\n'
)
DELTA = b'event: message_delta\ndata: {"type":"message_delta","usage":{"input_tokens":9,"output_tokens":1}}\n\n'
STOP = b'event: message_stop\ndata: {"type":"message_stop"}\n\n'


class Purse:
    """A budget that notes what it is asked for."""

    def __init__(self, *, full: bool) -> None:
        self.full = full
        self.asked: list[tuple[str, int, float]] = []

    async def allow(self, check: Check, tokens: int, cost_usd: float) -> bool:
        self.asked.append((check.id, tokens, cost_usd))
        return self.full


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor(key=KEY) as made:
        yield made


@pytest.fixture
def keyed(transport: Transport) -> Tools:
    return Tools(transport, "here", lambda: 1000.0, secrets={"CLAUDE_KEY": Secret(KEY)})


async def asked(script: Script, tools: Tools, make_check: Callable[..., Check], **options: Any) -> Observation:
    """One look at inference of a server of the test's own."""
    async with serve(script) as site:
        return await look(make_check(site.url(""), PAID, **{"timeout_s": 2.0, **KEYED, **options}), tools)


async def test_inference_works(vendor: Vendor, keyed: Tools, make_check) -> None:
    """One token, timed from the request's sending, with its model, its price and what is left of our limit."""
    vendor.set("claude-api", latency_ms=20, first_token_ms=60)
    seen = await look(make_check(vendor.url("claude-api"), PAID, **KEYED), keyed)
    assert (seen.outcome, seen.layer, seen.fault, seen.status) == (Outcome.OK, Layer.OK, Fault.NONE, 200)
    assert (seen.model, seen.quota) == ("claude-haiku-4-5", 0.999)
    assert seen.tokens > 1
    assert seen.cost_usd == pytest.approx((seen.tokens - 1) * 1e-6 + 5e-6)
    timings = seen.timings
    assert timings.first_byte is not None
    assert timings.first_token is not None
    assert timings.total is not None
    assert timings.first_byte + 30 < timings.first_token <= timings.total
    (served,) = (entry for entry in vendor.log.entries if entry.path == "/v1/messages")
    assert (served.model, served.request_id) == ("claude-haiku-4-5", seen.request_id)
    assert seen.pop == "FRA"


@pytest.mark.parametrize(
    ("kind", "outcome", "fault", "layer"),
    [
        ("http_500", Outcome.FAILED, Fault.VENDOR, Layer.APP_BACKEND),
        ("overloaded_529", Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY),
        ("empty_500", Outcome.FAILED, Fault.VENDOR, None),
        ("nginx_502", Outcome.FAILED, Fault.VENDOR, Layer.GATEWAY_TO_APP),
        ("envoy_503", Outcome.FAILED, Fault.VENDOR, Layer.GATEWAY_TO_APP),
        ("cloudflare_522", Outcome.FAILED, Fault.VENDOR, Layer.EDGE_TO_ORIGIN),
        ("reset", Outcome.FAILED, Fault.EDGE, Layer.TCP),
        ("sse_error", Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY),
        ("sse_cut", Outcome.FAILED, Fault.VENDOR, Layer.STREAM),
        ("sse_abort", Outcome.FAILED, Fault.VENDOR, Layer.STREAM),
        ("throttled_429", Outcome.FAILED, Fault.VENDOR, Layer.CAPACITY),
        ("quota_429", Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_QUOTA),
        ("edge_429", Outcome.INCONCLUSIVE, Fault.OURS, Layer.EDGE_RATE_LIMIT),
        ("unauthorized_401", Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY),
        ("forbidden_403", Outcome.INCONCLUSIVE, Fault.OURS, None),
        ("challenge_403", Outcome.INCONCLUSIVE, Fault.UNKNOWN, Layer.EDGE_BOT_BLOCK),
    ],
)
async def test_failures(
    vendor: Vendor, keyed: Tools, make_check, kind: str, outcome: Outcome, fault: Fault, layer: Layer | None
) -> None:
    """Each failure is one observation of one request: no retry hides it."""
    vendor.next("claude-api", kind)
    seen = await look(make_check(vendor.url("claude-api"), PAID, timeout_s=3, **KEYED), keyed)
    assert (seen.outcome, seen.fault) == (outcome, fault)
    assert layer is None or seen.layer is layer
    assert seen.symptom
    assert seen.model == "claude-haiku-4-5"
    assert vendor.log.count("claude-api", path="/v1/messages") == vendor.log.count("claude-api", kind=kind) == 1


async def test_our_quota_is_kept_as_evidence(vendor: Vendor, keyed: Tools, make_check) -> None:
    """A 429 of ours says that nothing is left; it costs nothing and is nobody's outage."""
    vendor.next("claude-api", "quota_429")
    seen = await look(make_check(vendor.url("claude-api"), PAID, **KEYED), keyed)
    assert (seen.quota, seen.tokens, seen.cost_usd) == (0.0, 0, 0.0)


async def test_a_hanging_answer_ends_in_time(vendor: Vendor, keyed: Tools, make_check) -> None:
    """No headers within the patience is the vendor's failure."""
    vendor.next("claude-api", "hang")
    seen = await look(make_check(vendor.url("claude-api"), PAID, timeout_s=0.3, **KEYED), keyed)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.NO_ANSWER, "timeout")
    assert seen.timings.total is not None
    assert seen.timings.total < 1000


async def test_models_take_turns(vendor: Vendor, keyed: Tools, make_check) -> None:
    """Capacity fails by model: each look asks the next one; an unknown model is our mistake."""
    names = ["claude-haiku-4-5", "claude-opus-4-7", "gpt-9"]
    check = make_check(vendor.url("claude-api"), PAID, models=names, **KEYED)
    vendor.set("claude-api", rate=1, kinds="overloaded_529", models="claude-opus-4-7")
    seen = [await look(check, keyed) for _ in range(5)]
    assert [o.model for o in seen] == [*names, *names[:2]]
    ok, failed, ours = Outcome.OK, Outcome.FAILED, Outcome.INCONCLUSIVE
    assert [o.outcome for o in seen] == [ok, failed, ours, ok, failed]
    assert seen[2].layer is Layer.OUR_REQUEST
    assert [entry.model for entry in vendor.log.entries if entry.path == "/v1/messages"] == [o.model for o in seen]


@pytest.mark.parametrize(
    ("body", "symptom", "layer"),
    [
        (START + TOKEN + STOP, "", Layer.OK),
        (START + DELTA + STOP, "", Layer.OK),
        (START.replace(b"\n", b"\r\n") + TOKEN.replace(b"\n", b"\r\n") + STOP, "", Layer.OK),
        (START + TOKEN + STOP.partition(b"\n")[2], "", Layer.OK),
        (START + TOKEN + DELTA, "stream_cut", Layer.STREAM),
        (START + STOP, "stream_empty", Layer.STREAM),
        (b"", "stream_empty", Layer.STREAM),
        (b": waiting\n\n" * 9, "stream_empty", Layer.STREAM),
        (START + b'event: error\ndata: {"type":"error","error":{"type":"api_error","message":"x"}}\n\n',
         "api_error", Layer.APP_BACKEND),
        (START + b'data: {"type":"error","error":{"type":"overloaded_error","message":"x"}}\n\n',
         "overloaded_error", Layer.CAPACITY),
        (START + b"event: error\ndata: " + b"[" * 9000 + b"\n\n", "stream_error", Layer.STREAM),
        (START + TOKEN + b"event: ping\ndata: {}\n\n" * 9000, "too_large", Layer.UNKNOWN),
        (START + b"data: " + b"x" * 99_000, "too_large", Layer.UNKNOWN),
    ],
)  # fmt: skip
async def test_streams(keyed: Tools, make_check, body: bytes, symptom: str, layer: Layer) -> None:
    """A 200 is only the beginning."""
    seen = await asked(answer(body, headers=STREAM), keyed, make_check)
    assert (seen.symptom, seen.layer, seen.status) == (symptom, layer, 200)
    assert (seen.outcome is Outcome.OK) is (symptom == "")
    assert seen.request_id == ("" if symptom == "too_large" else "req_1")


async def test_the_last_full_account_counts(keyed: Tools, make_check) -> None:
    """Later figures replace earlier ones; a cut stream has cost what it said so far."""
    whole = await asked(answer(START + TOKEN + DELTA + STOP, headers=STREAM), keyed, make_check)
    cut = await asked(answer(START, headers=STREAM), keyed, make_check)
    assert (whole.tokens, cut.tokens) == (10, 9)
    priced = await asked(answer(START, headers=STREAM), keyed, make_check, price={"input_per_mtok": 1000})
    assert priced.cost_usd == pytest.approx(0.008 + 5e-6)


async def test_what_follows_the_stop_is_not_waited_for(keyed: Tools, make_check) -> None:
    """A server that keeps the stream open after `message_stop` has answered."""
    stream = head(200, STREAM) + START + TOKEN + STOP
    seen = await asked(drip(stream, b": still here\n\n"), keyed, make_check, timeout_s=4.0)
    assert seen.outcome is Outcome.OK
    assert seen.timings.total is not None
    assert seen.timings.total < 3000


@pytest.mark.parametrize("sent", [b"", START, START + TOKEN], ids=["headers", "start", "token"])
async def test_a_stalling_stream(keyed: Tools, make_check, sent: bytes) -> None:
    """Headers and no token, or a token and no end: inference hangs, which fails within the timeout."""
    stream = head(200, STREAM) + sent
    seen = await asked(drip(stream, b": ping\n\n"), keyed, make_check, timeout_s=1.0)
    assert (seen.outcome, seen.layer, seen.symptom) == (Outcome.FAILED, Layer.STREAM, "stream_stalled")
    assert (seen.timings.first_token is not None) is (TOKEN in sent)


async def test_a_broken_refusal_counts_by_its_status(keyed: Tools, make_check) -> None:
    """A 529 whose body breaks off is still a 529."""
    script = cut_off(head(529, {"content-type": "application/json"}, 500) + b'{"type":"error","error":{"type":"over')
    seen = await asked(script, keyed, make_check)
    assert (seen.status, seen.outcome, seen.layer) == (529, Outcome.FAILED, Layer.CAPACITY)


async def test_a_slow_first_token(vendor: Vendor, keyed: Tools, make_check) -> None:
    """Slower than the option allows is slow, with the figure."""
    vendor.set("claude-api", first_token_ms=80)
    seen = await look(make_check(vendor.url("claude-api"), PAID, slow_ms=40, **KEYED), keyed)
    assert (seen.outcome, seen.symptom) == (Outcome.SLOW, "slow")
    assert "first token after" in seen.detail


async def test_a_gateway_of_ones_own(keyed: Tools, make_check) -> None:
    """`base_url` replaces the target, the key may go as a bearer, and a whole message will do."""
    message = json.dumps({"type": "message", "content": [{"type": "text", "text": "Hi"}]}).encode()
    async with serve(answer(message, headers={"content-type": "application/json"})) as site:
        options = {"base_url": site.url("/v1"), "auth": "bearer", **KEYED}
        seen = await look(make_check("https://api.example.invalid", PAID, **options), keyed)
        (request,) = site.requests
    assert seen.outcome is Outcome.OK
    assert (request.method, request.target) == ("POST", "/v1/messages")
    assert request.headers["authorization"] == f"Bearer {KEY}"
    assert "x-api-key" not in request.headers
    sent = json.loads(request.body)
    assert (sent["max_tokens"], sent["stream"]) == (1, True)


@pytest.mark.parametrize("body", [b'{"message":"hello"}', b'{"data":{},"content_block":[]}', b"[]", b'"message"'])
@pytest.mark.parametrize("kind", [PAID, "anthropic_count_tokens", "anthropic_models"])
async def test_somebody_else_answers(keyed: Tools, make_check, kind: str, body: bytes) -> None:
    """JSON that is none of the API's says nothing of the vendor."""
    async with serve(answer(body, headers={"content-type": "application/json"})) as site:
        seen = await look(make_check(site.url(""), kind, **KEYED), keyed)
    assert seen.outcome is Outcome.INCONCLUSIVE
    assert seen.fault in (Fault.OURS, Fault.UNKNOWN)


@pytest.mark.parametrize(
    ("kind", "path"),
    [("anthropic_models", "/v1/models"), ("anthropic_count_tokens", "/v1/messages/count_tokens")],
)
async def test_what_is_free_with_a_key(vendor: Vendor, keyed: Tools, make_check, kind: str, path: str) -> None:
    """Authentication and app answer, at no cost; the budget is not asked."""
    purse = Purse(full=False)
    seen = await look(make_check(vendor.url("claude-api"), kind, **KEYED), replace(keyed, budget=purse))
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.OK)
    assert (seen.quota, seen.tokens, seen.cost_usd, purse.asked) == (0.999, 0, 0.0, [])
    assert vendor.log.entries[-1].path == path
    vendor.next("claude-api", "http_500")
    failed = await look(make_check(vendor.url("claude-api"), kind, **KEYED), keyed)
    assert (failed.outcome, failed.layer) == (Outcome.FAILED, Layer.APP_BACKEND)


@pytest.mark.parametrize("kind", [PAID, "anthropic_count_tokens", "anthropic_models"])
@pytest.mark.parametrize("options", [{}, {"key": "${NOT_SET}"}], ids=["none", "missing"])
async def test_without_a_key(vendor: Vendor, tools: Tools, make_check, kind: str, options: dict[str, str]) -> None:
    """A refusal for want of a key proves edge and gateway, and the observation says that it proves no more."""
    check = make_check(vendor.url("claude-api"), kind, **options)
    seen = await look(check, tools)
    assert (seen.outcome, seen.fault, seen.layer) == (Outcome.OK, Fault.NONE, Layer.ALIVE_NEEDS_AUTH)
    assert "edge and gateway answer; inference not measured" in seen.detail
    assert ("NOT_SET" in seen.detail) is bool(options)
    assert (seen.status, vendor.log.entries[-1].path) == (401, "/v1/models")
    vendor.next("claude-api", "envoy_503")
    assert (await look(check, tools)).outcome is Outcome.FAILED


async def test_over_budget(vendor: Vendor, keyed: Tools, make_check) -> None:
    """The paid look becomes the free one and says so; what it would have cost was asked for beforehand."""
    purse = Purse(full=False)
    check = make_check(vendor.url("claude-api"), PAID, **KEYED)
    seen = await look(check, replace(keyed, budget=purse))
    assert (seen.outcome, seen.layer) == (Outcome.OK, Layer.OK_EDGE_AND_GATEWAY)
    assert seen.detail == "the day's budget is spent: edge and gateway answer; inference not measured"
    assert (seen.tokens, seen.cost_usd) == (0, 0.0)
    assert [entry.path for entry in vendor.log.entries] == ["/v1/models"]
    assert purse.asked == [("c1", 21, 25e-6)]
    purse.full = True
    assert (await look(check, replace(keyed, budget=purse))).model == "claude-haiku-4-5"


@pytest.mark.parametrize(
    "wrong",
    [
        {"key": "sk-ant-verysecret"},
        {"auth": "cookie"},
        {"base_url": "gopher://x"},
        {"base_url": "https://user:pass@x"},
        {"models": []},
        {"models": [1]},
        {"models": ["a b"]},
        {"price": {"in": 1}},
        {"slow_ms": -1},
    ],
)
def test_wrong_options_are_answered(wrong: dict[str, Any]) -> None:
    """Each with what was expected there; a key in the file itself is refused."""
    ((key, expected),) = complaints(PAID, wrong)
    assert key in wrong
    assert expected
    assert "verysecret" not in expected


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(
        st.sampled_from(["type", "usage", "message", "input_tokens", "output_tokens", "message_stop"]), inner),
)  # fmt: skip


@given(st.text(max_size=20), st.text(max_size=99) | json_values.map(json.dumps))
def test_any_event_can_be_read(name: str, data: str) -> None:
    """Strangers' events never raise, and what they say was spent are counts."""
    event = (name, data)
    assert isinstance(SPEECH.begun(event) or SPEECH.ended(event), bool)
    spent = SPEECH.spent(event)
    assert spent is None or all(type(count) is int and count >= 0 for count in spent)


def test_names_or_types_will_do() -> None:
    """Gateways leave out the one or the other."""
    for event in (("message_stop", "{}"), ("", '{"type": "message_stop"}'), ("error", "overloaded")):
        assert SPEECH.ended(event)
    for event in (("content_block_delta", ""), ("", '{"index":0,"type":"content_block_delta"}')):
        assert SPEECH.begun(event)
        assert not SPEECH.ended(event)


def test_every_kind_of_ours_is_registered() -> None:
    """With options of its own."""
    assert {PAID, "anthropic_models", "anthropic_count_tokens", "edge_hello", "claude_web"} <= KIND_OPTIONS.keys()
