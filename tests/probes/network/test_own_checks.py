"""Checks of one's own services: what was not expected is a failure; at a vendor's it may be our own fault."""

from dataclasses import replace

import pytest

from probes.model import Fault, Layer, Outcome
from probes.network.dns import ResolverAnswer
from probes.network.dns import judged as resolved
from probes.network.expectations import ends_elsewhere, headers_missing
from probes.network.tls import Certificate
from probes.network.tls import judged as shaken
from probes.probe import look
from probes.registry import complaints
from probes.tools import Tools
from tests.fakes.web import answer, paths, serve

REFUSALS = (400, 401, 402, 403, 404, 405, 410, 418, 429, 451)


@pytest.mark.parametrize("status", REFUSALS)
@pytest.mark.parametrize("expected", [{}, {"expect_status": [200]}])
async def test_a_refusal_is_a_failure_on_a_check_of_ones_own(tools: Tools, make_check, status, expected) -> None:
    """At a vendor's the very same answer says nothing of the vendor."""
    check = make_check("", redirects=0, **expected)
    async with serve(answer(b"no", status)) as site:
        ours, vendors = [await look(replace(check, target=site.url(), own=own), tools) for own in (True, False)]
    assert (ours.outcome, ours.fault, ours.status) == (Outcome.FAILED, Fault.VENDOR, status)
    assert ours.symptom == vendors.symptom
    assert vendors.outcome is not Outcome.FAILED


async def test_a_login_page_of_a_network_is_not_the_services(tools: Tools, make_check) -> None:
    """What stands between us and the service answers in its place."""
    async with serve(answer(b"<html>sign in</html>", 511)) as site:
        seen = await look(replace(make_check(site.url()), own=True), tools)
    assert (seen.outcome, seen.layer) == (Outcome.INCONCLUSIVE, Layer.CAPTIVE_PORTAL)


async def test_a_missing_key_is_no_failure_of_the_service(tools: Tools, make_check) -> None:
    """Nothing was asked."""
    check = make_check("http://127.0.0.1:1/", headers={"authorization": "Bearer ${NOT_THERE}"})
    assert (await look(replace(check, own=True), tools)).outcome is Outcome.INCONCLUSIVE


@pytest.mark.parametrize(
    ("wanted", "outcome"),
    [
        ({"expect_url": "/app"}, Outcome.FAILED),
        ({"expect_url": "/login"}, Outcome.OK),
        ({"expect_url": "/log*"}, Outcome.OK),
        ({"expect_header": "X-Api"}, Outcome.OK),
        ({"expect_header": {"x-api": "v2"}}, Outcome.OK),
        ({"expect_header": {"x-api": "v3"}}, Outcome.FAILED),
        ({"expect_header": "x-other"}, Outcome.FAILED),
    ],
)
async def test_where_redirects_end_and_which_headers_come(tools: Tools, make_check, wanted, outcome) -> None:
    """A redirect to the login page is a failure where the app was expected, and so is a missing header."""
    there = answer(b"", 302, {"location": "/login"})
    login = answer(b"please", 200, {"X-Api": "v2.1"})
    async with serve(paths({"/app": there, "/login": login})) as site:
        seen = await look(replace(make_check(site.url("/app"), **wanted), own=True), tools)
    assert seen.outcome is outcome
    if outcome is Outcome.FAILED:
        symptom = "unexpected_url" if "expect_url" in wanted else "missing_header"
        assert (seen.layer, seen.symptom) == (Layer.UNEXPECTED, symptom)
        assert seen.detail


@pytest.mark.parametrize(
    ("url", "expected", "fine"),
    [
        ("https://a.example/x?y=1", "https://a.example/x", True),
        ("https://a.example/x?y=1", "https://a.example/x?y=2", False),
        ("https://A.example:443", "https://a.example/", True),
        ("https://a.example:8443/", "https://a.example/", False),
        ("http://a.example/x", "https://a.example/x", False),
        ("https://a.example/app/1", "/app/*", True),
        ("https://b.example/app/1", "https://a.example/*", False),
        ("https://a.example/anything", "", True),
        ("https://b.example/x", "https://*", True),
        ("http://b.example/x", "https://*", False),
    ],
)
def test_places(url, expected, fine) -> None:
    """Spelling does not matter, the query only where it is named."""
    assert (ends_elsewhere(url, expected) == "") is fine


def test_headers_by_any_case() -> None:
    """One name, or several with texts."""
    assert headers_missing({"X-A": "1"}, "x-a") == ""
    assert headers_missing({"X-A": "1"}, {"x-a": "1", "X-B": ""}) == "no header X-B"
    assert headers_missing({"X-A": "1"}, {"x-a": "2"}) == "another value in header x-a"


@pytest.mark.parametrize(
    "options", [{"expect_url": "app"}, {"expect_header": {"a b": ""}}, {"expect_header": {"a": 1}}]
)
def test_what_no_answer_could_meet_is_a_complaint(options) -> None:
    """With what was expected."""
    assert [key for key, said in complaints("http", options) if said] == list(options)


def test_certificates_and_addresses_of_ones_own() -> None:
    """Another issuer, an address elsewhere, resolvers that do not answer: failures, which the control hosts confirm."""
    wanted = {"warn_days": 14, "fail_days": 0, "issuer": "Our CA"}
    stranger = Certificate("Somebody", 1e10)
    assert shaken(stranger, 0.0, wanted, "", own=True).outcome is Outcome.FAILED
    assert shaken(stranger, 0.0, wanted, "").outcome is Outcome.INCONCLUSIVE
    moved, silent = [ResolverAnswer("system", "", ("192.0.2.1",))], [ResolverAnswer("9.9.9.9", "silent")]
    for said, options in ((moved, {"expect": ["198.51.100.0/24"]}), (silent, {"expect": []})):
        seen = resolved(said, options, own=True)
        assert (seen.outcome, seen.fault, seen.layer) == (Outcome.FAILED, Fault.VENDOR, Layer.DNS)
        assert resolved(said, options).outcome is Outcome.INCONCLUSIVE
