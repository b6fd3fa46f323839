"""The real configuration and the real probes read this vendor as they would read Claude."""

import time
from collections.abc import AsyncIterator
from urllib.parse import urlsplit

import pytest
import yaml

from bot.config.load import from_text
from bot.demo.scenario import Kind
from bot.demo.vendor import Vendor
from bot.settings import Settings
from probes.model import Fault, Layer, Observation, Outcome, State
from probes.probe import look
from probes.tools import Tools
from probes.transport.client import Transport
from probes.transport.request import TransportSettings


@pytest.fixture
async def vendor() -> AsyncIterator[Vendor]:
    async with Vendor() as running:
        yield running


@pytest.fixture
async def tools() -> AsyncIterator[Tools]:
    async with Transport(TransportSettings()) as transport:
        yield Tools(transport, "here", time.time)


def watched(vendor: Vendor) -> Settings:
    return from_text(yaml.safe_dump(vendor.configuration(timeout_s=1)), "demo", environ={})


async def seen(vendor: Vendor, tools: Tools, check_id: str) -> Observation:
    return await look(next(c for c in watched(vendor).checks() if c.id == check_id), tools)


async def test_nothing_looks_outside(vendor: Vendor):
    """Every address in the effective configuration is this vendor's: a check added to the catalogue shows up here."""
    settings = watched(vendor)
    mine = {urlsplit(url).netloc for url in vendor.urls.values()}
    targets = [check.target for check in settings.checks()]
    targets += [url for check in settings.checks() for url in check.options.get("fallbacks", ())]
    assert {urlsplit(target).netloc for target in targets} <= mine
    assert {check.interval_s for check in settings.checks()} == {0.5}
    assert [c.id for c in settings.components()] == ["claude-ai", "claude-api", "claude-code"]


async def test_a_healthy_vendor_is_seen_as_healthy(vendor: Vendor, tools: Tools):
    """All checks of the catalogue find what they look for, and each look is one request in the log."""
    checks = watched(vendor).checks()
    found = {check.id: await look(check, tools) for check in checks}
    assert {name: o.outcome for name, o in found.items()} == dict.fromkeys(found, Outcome.OK)
    assert found["claude-api/models"].layer is Layer.ALIVE_NEEDS_AUTH
    assert vendor.log.total == len(checks)
    page = found["claude:page"].page
    assert page is not None
    assert {claim.state for claim in page.claims} == {State.OPERATIONAL}


LAYERS = {
    Kind.HTTP_500: (True, Layer.APP_BACKEND),
    Kind.OVERLOADED_529: (True, Layer.CAPACITY),
    Kind.EMPTY_500: (True, Layer.EDGE_OR_GATEWAY),
    Kind.NGINX_502: (True, Layer.GATEWAY_TO_APP),
    Kind.ENVOY_503: (True, Layer.GATEWAY_TO_APP),
    Kind.CLOUDFLARE_522: (True, Layer.EDGE_TO_ORIGIN),
    Kind.QUOTA_429: (False, Layer.OUR_QUOTA),
    Kind.EDGE_429: (False, Layer.EDGE_RATE_LIMIT),
    Kind.THROTTLED_429: (True, Layer.CAPACITY),
    Kind.FORBIDDEN_403: (False, Layer.OUR_BILLING),
    Kind.CHALLENGE_403: (False, Layer.EDGE_BOT_BLOCK),
    Kind.RESET: (True, Layer.TCP),
    Kind.HANG: (True, Layer.NO_ANSWER),
}


@pytest.mark.parametrize("kind", LAYERS)
async def test_failures_are_told_apart(vendor: Vendor, tools: Tools, kind: Kind):
    """The prober finds the layer that the vendor pretended to break, whose fault it is, and the id given."""
    vendor.set("claude-api", rate=1, kinds=kind)
    o = await seen(vendor, tools, "claude-api/hello")
    assert (o.fault in {Fault.VENDOR, Fault.EDGE}, o.layer) == LAYERS[kind]
    assert o.request_id == vendor.log.entries[-1].request_id


async def test_the_page_is_read_through_its_fallback(vendor: Vendor, tools: Tools):
    """A broken main host is read at the platform's own; both broken is unreadable, never green."""
    vendor.page.post("Claude.ai down", {"claude-ai": "major_outage"}, impact="critical")
    vendor.page.break_("405")
    page = (await seen(vendor, tools, "claude:page")).page
    assert page is not None
    assert {c.state for c in page.claims if c.name == "claude.ai"} == {State.MAJOR}
    vendor.page.break_("garbage", origin=True)
    page = (await seen(vendor, tools, "claude:page")).page
    assert page is not None
    assert page.unreadable
    assert page.claims == ()


async def test_the_web_sites_500_is_a_failure_of_the_vendor(vendor: Vendor, tools: Tools):
    """It is no maintenance and no captive portal, and counts."""
    vendor.set("claude-ai", rate=1)
    o = await seen(vendor, tools, "claude-ai/site")
    assert (o.outcome, o.status, o.fault) == (Outcome.FAILED, 500, Fault.VENDOR)
    assert o.symptom != "maintenance"
