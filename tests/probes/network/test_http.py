"""Kind `http`: expectations, slowness, and whose fault it is."""

from typing import Any

import pytest

from probes.model import Fault, Layer, Outcome
from probes.network.expectations import status_matches, unmet
from probes.probe import look
from probes.registry import complaints, secrets_wanted
from probes.secret import Secret
from probes.tools import Tools
from probes.transport.client import Transport
from tests.fakes.web import answer, paths, serve

JSON = {"content-type": "application/json"}


@pytest.mark.parametrize(
    ("status", "expected", "outcome"),
    [
        (200, {}, Outcome.OK),
        (204, {}, Outcome.OK),
        (401, {"expect_status": [401]}, Outcome.OK),
        (401, {"expect_status": 401}, Outcome.OK),
        (404, {"expect_status": "400-499"}, Outcome.OK),
        (503, {"expect_status": ["200-299", 404]}, Outcome.FAILED),
        (500, {}, Outcome.FAILED),
        (200, {"expect_status": [401]}, Outcome.FAILED),
        (302, {"expect_status": [302], "redirects": 0}, Outcome.OK),
    ],
)
async def test_statuses(tools: Tools, make_check, status: int, expected: dict[str, Any], outcome: Outcome) -> None:
    """What is expected is fine, whatever it is; a vendor's error is its failure, and so is a 200 where none belongs."""
    body = (
        b'{"type":"error","error":{"type":"api_error","message":"x"},"request_id":"req_1"}' if status >= 500 else b"{}"
    )
    async with serve(answer(body, status, JSON)) as site:
        seen = await look(make_check(site.url(), **expected), tools)
    assert (seen.outcome, seen.status) == (outcome, status)
    assert (seen.fault is Fault.NONE) is (outcome is Outcome.OK)
    assert seen.timings.total is not None


@pytest.mark.parametrize(
    ("expected", "outcome"),
    [
        ({"expect_text": "hello"}, Outcome.OK),
        ({"expect_text": "goodbye"}, Outcome.FAILED),
        ({"json_path": "data.0.state", "json_equals": "ready"}, Outcome.OK),
        ({"json_path": "data.0.state", "json_equals": "gone"}, Outcome.FAILED),
        ({"json_path": "data.0.state"}, Outcome.OK),
        ({"json_path": "data.7.state"}, Outcome.FAILED),
        ({"json_path": "data.0.n", "json_equals": 1}, Outcome.OK),
        ({"json_path": "data.0.n", "json_equals": True}, Outcome.FAILED),
    ],
)
async def test_contents(tools: Tools, make_check, expected: dict[str, Any], outcome: Outcome) -> None:
    """A text, or a value in JSON."""
    body = b'{"message":"hello","data":[{"state":"ready","n":1}]}'
    async with serve(answer(body, headers=JSON | {"request-id": "req_7"})) as site:
        seen = await look(make_check(site.url(), **expected), tools)
    assert seen.outcome is outcome
    if outcome is Outcome.FAILED:
        assert seen.symptom == "unexpected_body"


async def test_evidence_is_kept(tools: Tools, make_check) -> None:
    """Request id and point of presence, of good answers too."""
    headers = JSON | {"request-id": "req_011", "cf-ray": "972a33bb3977d246-FRA", "server": "cloudflare"}
    async with serve(answer(b"{}", headers=headers)) as site:
        seen = await look(make_check(site.url()), tools)
    assert (seen.request_id, seen.pop) == ("req_011", "FRA")


async def test_a_good_answer_may_be_slow(tools: Tools, make_check) -> None:
    """Slower than `slow_ms` is SLOW; without it nothing is."""
    async with serve(answer(b"x")) as site:
        slow = await look(make_check(site.url(), slow_ms=0.000001), tools)
        fine = await look(make_check(site.url(), slow_ms=60_000), tools)
    assert (slow.outcome, slow.symptom, slow.status) == (Outcome.SLOW, "slow", 200)
    assert fine.outcome is Outcome.OK


async def test_a_slow_failure_is_a_failure(tools: Tools, make_check) -> None:
    """Slowness excuses nothing."""
    async with serve(answer(b"", 500)) as site:
        seen = await look(make_check(site.url(), slow_ms=0.000001), tools)
    assert seen.outcome is Outcome.FAILED


async def test_secrets_go_where_they_are_named(transport: Transport, make_check) -> None:
    """`${NAME}` in a header stands for the secret; one that is not set is ours, and nothing is asked."""
    async with serve(answer(b"{}")) as site:
        check = make_check(site.url(), headers={"Authorization": "Bearer ${ACME_KEY}"})
        assert secrets_wanted(check) == {"ACME_KEY"}
        keyless = await look(check, Tools(transport, "here", lambda: 0.0))
        assert (keyless.outcome, keyless.fault, keyless.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.OUR_KEY)
        assert site.requests == []
        await look(check, Tools(transport, "here", lambda: 0.0, secrets={"ACME_KEY": Secret("k-1")}))
        assert site.requests[0].headers["authorization"] == "Bearer k-1"


async def test_method_and_body_are_sent(tools: Tools, make_check) -> None:
    """As configured."""
    async with serve(answer(b"{}")) as site:
        await look(make_check(site.url("/v1/x"), method="post", body='{"a":1}', headers={"x-a": "b"}), tools)
    [asked] = site.requests
    assert (asked.method, asked.target, asked.body, asked.headers["x-a"]) == ("POST", "/v1/x", b'{"a":1}', "b")


async def test_a_body_beyond_its_bound_is_no_good_answer(tools: Tools, make_check) -> None:
    """What cannot be read whole cannot be vouched for."""
    async with serve(answer(b"x" * 10_000)) as site:
        seen = await look(make_check(site.url(), max_bytes=5_000), tools)
    assert seen.outcome in (Outcome.FAILED, Outcome.INCONCLUSIVE)


async def test_a_portal_that_takes_over_plain_http_is_not_the_target(tools: Tools, make_check) -> None:
    """Over http anyone on the way can send us to a login page of theirs: ours, not good news."""
    page = b"<!doctype html><html><title>Welcome to our hotel</title><form>room number</form></html>"
    async with (
        serve(answer(page, headers={"content-type": "text/html", "server": "NetGuest 2"})) as portal,
        serve(answer(status=302, headers={"location": portal.url("/login")})) as site,
    ):
        seen = await look(make_check(site.url()), tools)
    assert (seen.outcome, seen.fault, seen.layer) == (Outcome.INCONCLUSIVE, Fault.OURS, Layer.CAPTIVE_PORTAL)


async def test_a_web_page_may_be_a_target(tools: Tools, make_check) -> None:
    """HTML is fine where nothing else was asked for, redirects on the same host too."""
    page = answer(b"<!doctype html><html><title>Ours</title></html>", headers={"content-type": "text/html"})
    script = paths({"/": answer(status=301, headers={"location": "/home"}), "/home": page})
    async with serve(script) as site:
        assert (await look(make_check(site.url()), tools)).outcome is Outcome.OK


@pytest.mark.parametrize(
    ("options", "keys"),
    [
        ({}, []),
        ({"expect_status": ["200-299", 404], "slow_ms": 2000, "headers": {"a": "b"}, "json_equals": False}, []),
        ({"expect_status": "2xx"}, ["expect_status"]),
        ({"expect_status": []}, ["expect_status"]),
        ({"expect_status": ["299-200"]}, ["expect_status"]),
        ({"method": "FETCH"}, ["method"]),
        ({"method": 1, "redirects": True, "slow_ms": -1}, ["method", "redirects", "slow_ms"]),
        ({"headers": {"a": 1}}, ["headers"]),
        ({"max_bytes": 0, "redirects": 99}, ["max_bytes", "redirects"]),
        ({"expect": "x"}, ["expect"]),
    ],
)
def test_wrong_options_are_complained_about(options: dict[str, Any], keys: list[str]) -> None:
    """Each with what was expected; an unknown one with nothing."""
    found = complaints("http", options)
    assert [key for key, _ in found] == keys
    assert all(expected or key == "expect" for key, expected in found)


def test_statuses_and_ranges() -> None:
    """Bounds belong to a range."""
    assert status_matches(200, ["200-299"])
    assert status_matches(299, ["200-299"])
    assert not status_matches(300, ["200-299", 301])
    assert status_matches(301, ["200-299", 301])


def test_json_that_is_none() -> None:
    """Nested too deeply, cut off, or a bare value."""
    assert unmet(b"[" * 100_000, "", "a", None) == "JSON was expected"
    assert unmet(b'{"a": ', "", "a", None) == "JSON was expected"
    assert unmet(b'"a"', "", "0", None) == "nothing at 0"
