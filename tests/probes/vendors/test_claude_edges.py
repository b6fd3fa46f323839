"""The kinds that need no key: the edge's greeting, claude.ai, and the three parts of Claude Code."""

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from bot.demo.vendor import Vendor
from probes.model import Fault, Layer, Observation, Outcome, Timings
from probes.probe import look
from probes.registry import complaints
from probes.secret import Secret
from probes.tools import Tools
from probes.vendors.claude_code import worst
from tests.fakes.web import answer, serve, silent

HELLO = "edge_hello"
JSON = {"content-type": "application/json"}
EDGE = {"server": "cloudflare", "cf-ray": "972a33bb3977d246-FRA"}
HTML = {**EDGE, "content-type": "text/html"}
NOT_FOUND = b'{"type":"error","error":{"type":"not_found_error","message":"Not found"}}'


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor() as made:
        yield made


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome", "layer"),
    [
        (200, b'{"message":"hello"}', JSON | EDGE, Outcome.OK, Layer.OK_EDGE_AND_GATEWAY),
        (200, b'{"message":"hello"}', JSON | {"request-id": "req_1"}, Outcome.OK, Layer.OK_EDGE_AND_GATEWAY),
        (404, NOT_FOUND, JSON | EDGE, Outcome.OK, Layer.OK_EDGE_AND_GATEWAY),
        (404, b"", EDGE, Outcome.OK, Layer.OK_EDGE_AND_GATEWAY),
        (404, b"<html>not found</html>", {}, Outcome.INCONCLUSIVE, None),
        (401, b'{"error":{"type":"authentication_error","message":"x-api-key header is required"}}', JSON | EDGE,
         Outcome.OK, Layer.ALIVE_NEEDS_AUTH),
        (200, b"<html><title>Welcome</title>Wi-Fi login</html>", {}, Outcome.INCONCLUSIVE, Layer.CAPTIVE_PORTAL),
        (302, b"", {"location": "http://10.0.0.1/login"}, Outcome.INCONCLUSIVE, Layer.CAPTIVE_PORTAL),
        (403, b"<title>Just a moment...</title>", HTML | {"cf-mitigated": "challenge"},
         Outcome.INCONCLUSIVE, Layer.EDGE_BOT_BLOCK),
        (503, b"upstream connect error or disconnect/reset before headers. reset reason: overflow", EDGE,
         Outcome.FAILED, Layer.GATEWAY_TO_APP),
        (429, b"error code: 1015", EDGE, Outcome.INCONCLUSIVE, Layer.EDGE_RATE_LIMIT),
    ],
)  # fmt: skip
async def test_hello(tools: Tools, make_check, status, body, headers, outcome, layer) -> None:
    """A greeting, or the gateway's own "not found", proves edge and gateway and never the app."""
    async with serve(answer(body, status, headers)) as site:
        seen = await look(make_check(site.url("/api/hello"), HELLO), tools)
    assert seen.outcome is outcome
    assert layer is None or seen.layer is layer
    assert (seen.fault is Fault.NONE) is (outcome is Outcome.OK)


async def test_hello_of_the_vendor(vendor: Vendor, tools: Tools, make_check) -> None:
    """It goes on while every message fails: that is why it is not enough."""
    check = make_check(vendor.url("claude-api") + "/api/hello", HELLO)
    vendor.set("claude-api", rate=1, kinds="http_500", paths="/v1/messages")
    assert (await look(check, tools)).layer is Layer.OK_EDGE_AND_GATEWAY
    vendor.next("claude-api", "cloudflare_522")
    assert (await look(check, tools)).layer is Layer.EDGE_TO_ORIGIN


@pytest.mark.parametrize(
    ("status", "body", "headers", "outcome", "layer", "said"),
    [
        (200, b"<!doctype html><title>Claude</title>", HTML, Outcome.OK, Layer.OK_EDGE_AND_GATEWAY, "not measured"),
        (403, b"<title>Just a moment...</title>", HTML | {"cf-mitigated": "challenge"},
         Outcome.INCONCLUSIVE, Layer.EDGE_BOT_BLOCK, "the edge is alive"),
        (200, b"<h1>Claude will return soon</h1>", HTML, Outcome.FAILED, Layer.APP_BACKEND, ""),
        (200, b"Rate exceeded.", EDGE, Outcome.FAILED, Layer.CAPACITY, ""),
        (522, b"<title>claude.ai | 522: Connection timed out</title>", HTML, Outcome.FAILED, Layer.EDGE_TO_ORIGIN, ""),
        (500, b"<h1>500</h1>", HTML, Outcome.FAILED, None, ""),
        (200, b"<html>Hotel Wi-Fi login</html>", {"content-type": "text/html"},
         Outcome.INCONCLUSIVE, Layer.CAPTIVE_PORTAL, ""),
    ],
)  # fmt: skip
async def test_claude_web(tools: Tools, make_check, status, body, headers, outcome, layer, said) -> None:
    """A robot check is the edge's life and says nothing of the app; the page that says "down" is down."""
    async with serve(answer(body, status, headers)) as site:
        seen = await look(make_check(site.url("/"), "claude_web"), tools)
    assert seen.outcome is outcome
    assert layer is None or seen.layer is layer
    assert said in seen.detail
    if seen.layer is Layer.EDGE_BOT_BLOCK:
        assert seen.fault is Fault.UNKNOWN


async def test_claude_web_in_another_region(tools: Tools, make_check) -> None:
    """Where it is not offered it is not down."""
    away = {"location": "/app-unavailable-in-region"}
    async with serve(answer(b"", 302, away | EDGE)) as site:
        seen = await look(make_check(site.url("/"), "claude_web"), tools)
    assert (seen.outcome, seen.layer) == (Outcome.INCONCLUSIVE, Layer.UNKNOWN)
    async with serve(answer(b"<title>Claude</title>", 200, HTML)) as site:
        seen = await look(make_check(site.url("/app-unavailable-in-region"), "claude_web"), tools)
    assert (seen.outcome, seen.fault, seen.symptom) == (Outcome.INCONCLUSIVE, Fault.OURS, "region")


async def test_claude_code_has_three_parts(vendor: Vendor, tools: Tools, make_check) -> None:
    """Each fails alone; without a key inference is only the front door, and says so."""
    checks = {
        "login": make_check(vendor.url("claude-login") + "/v1/oauth/hello", "claude_code", part="login"),
        "inference": make_check(vendor.url("claude-api"), "claude_code", part="inference"),
        "install": make_check(vendor.url("claude-downloads") + "/", "claude_code", part="install"),
    }
    fine = {part: await look(check, tools) for part, check in checks.items()}
    assert {seen.outcome for seen in fine.values()} == {Outcome.OK}
    assert fine["inference"].detail == "edge and gateway answer; inference not measured"
    vendor.next("claude-api", "http_500")
    assert (await look(checks["inference"], tools)).outcome is Outcome.FAILED
    assert (await look(checks["login"], tools)).outcome is Outcome.OK


async def test_claude_code_with_a_key(vendor: Vendor, tools: Tools, make_check) -> None:
    """Then inference is a message."""
    keyed = replace(tools, secrets={"K": Secret("sk-ant-0123456789")})
    check = make_check(vendor.url("claude-api"), "claude_code", part="inference", key="${K}")
    seen = await look(check, keyed)
    assert (seen.outcome, seen.layer, seen.model) == (Outcome.OK, Layer.OK, "claude-haiku-4-5")
    assert vendor.log.entries[-1].path == "/v1/messages"


@pytest.mark.parametrize("status", [200, 400, 404])
async def test_a_depot_promises_nothing_at_its_root(tools: Tools, make_check, status: int) -> None:
    """Its own "not found" is an answer; a server error is none."""
    async with serve(answer(b"<Error><Code>NoSuchKey</Code></Error>", status, EDGE)) as site:
        assert (await look(make_check(site.url("/"), "claude_code", part="install"), tools)).outcome is Outcome.OK
    async with serve(answer(b"", 503, EDGE)) as site:
        assert (await look(make_check(site.url("/"), "claude_code", part="install"), tools)).outcome is Outcome.FAILED


async def test_a_part_is_as_well_as_its_worst_host(vendor: Vendor, tools: Tools, make_check) -> None:
    """Hosts are asked at the same time, and the one that fails is named."""
    good = vendor.url("claude-login") + "/v1/oauth/hello"
    async with serve(silent) as site:
        also = [site.url("/", "localhost"), good]
        seen = await look(make_check(good, "claude_code", timeout_s=1.2, also=also), tools)
    assert (seen.outcome, seen.symptom) == (Outcome.FAILED, "timeout")
    assert seen.detail.startswith("localhost (1 of 3 hosts): ")
    assert seen.timings.total is not None
    assert seen.timings.total < 1500


def test_the_worst_then_the_slowest() -> None:
    """Failed before inconclusive, slow and fine; of equals the slowest speaks."""
    fine = Observation("c", "s", "c", "v", 0.0, Outcome.OK, timings=Timings(total=5))
    slower = replace(fine, timings=Timings(total=9))
    failed = replace(fine, outcome=Outcome.FAILED, symptom="http_500")
    urls = ["https://a/", "https://b/"]
    unclear = replace(fine, outcome=Outcome.INCONCLUSIVE, timings=Timings(total=99))
    assert worst(urls, [unclear, failed]) == replace(failed, detail="b (1 of 2 hosts): http_500")
    assert worst(urls, [unclear, fine]).outcome is Outcome.INCONCLUSIVE
    assert worst(urls, [fine, failed]).detail == "b (1 of 2 hosts): http_500"
    assert worst(urls, [fine, slower]).timings.total == 9
    assert worst(urls[:1], [fine]) == fine


@pytest.mark.parametrize(
    "wrong", [{"part": "shell"}, {"also": ["ftp://x"]}, {"also": ["https://x"] * 9}, {"also": [1]}]
)
def test_wrong_options(wrong) -> None:
    """Are answered with what was expected."""
    ((key, expected),) = complaints("claude_code", wrong)
    assert key in wrong
    assert expected
