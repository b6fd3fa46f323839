"""`groundtruth catalogue add` against a server on loopback, for each platform; and the page of all services."""

import re
from collections.abc import Mapping
from urllib.parse import urlsplit

import pytest

from bot.cli.catalogue_add import add
from bot.config.load import from_text
from bot.errors import UserError
from bot.settings import Settings
from probes.dialects.registry import DIALECTS
from tests.fakes.web import Asked, Script, Wire, answer, head, paths, serve, silent
from tests.probes.dialects.recorded import FOLDER, recorded

STATUSPAGE = (FOLDER / "atlassian_green.json").read_bytes()


async def hund(asked: Asked, wire: Wire) -> None:
    """A stream that never ends."""
    await wire.send(head(200, {"content-type": "text/event-stream"}) + recorded("hund/live.txt"))
    await silent(asked, wire)


# What each platform serves at its own place; pages without a place of their own are given by the address of their data.
SERVED: Mapping[str, tuple[str, Mapping[str, Script], str, str]] = {
    "atlassian": ("", {"/api/v2/summary.json": answer(STATUSPAGE)}, "Acme API", "cmapi0000002"),
    "aws": ("/public/currentevents", {"/public/currentevents": answer(recorded("aws/currentevents.json"))}, "", ""),
    "azure_rss": ("", {"/en-us/status/feed/": answer(recorded("azure_rss/open.xml"))}, "", ""),
    "betterstack": ("", {"/index.json": answer(recorded("betterstack/index.json"))}, "", "1"),
    "cachet": ("", {"/api/components": answer(recorded("cachet/components_v2.json"))}, "API", "1"),
    "checkly": (
        "/api/status-page/acme/unresolved-incidents",
        {"/api/status-page/acme/unresolved-incidents": answer(recorded("checkly/unresolved.json"))},
        "Chat Completions API",
        "5e000000-0000-4000-8000-000000000001",
    ),
    "cloudflare": ("", {"/api/v3/summary": answer(recorded("cloudflare/summary.json"))}, "Replicate", "aaaa00000002"),
    "cstate": ("", {"/index.json": answer(recorded("cstate/index.json"))}, "API", "API"),
    "datadog": (
        "",
        {"/config.json": answer(recorded("datadog/config.json"))},
        "Web & Application Services",
        "00000000-0000-4000-8000-000000000013",
    ),
    "feed": ("", {"/feed.xml": answer(recorded("feed/xai.xml"))}, "", "page"),
    "gatus": (
        "",
        {"/api/v1/endpoints/statuses": answer(recorded("gatus/statuses.json"))},
        "gateways / ollama",
        "gateways_ollama",
    ),
    "google": ("", {"/incidents.json": answer(recorded("google/open.json"))}, "", "Z0FZJAMvEB4j3NbCJs6B"),
    "hund": ("", {"/live/v2/status_page": hund}, "Website", "5a0000000000000000000012"),
    "incident_io": (
        "",
        {"/proxy/127.0.0.1": answer(recorded("incident_io/native.json"))},
        "Responses",
        "01K00000000000000000000011",
    ),
    "instatus": ("", {"/v2/components.json": answer(recorded("instatus/components.json"))}, "Search", "cc3"),
    "onlineornot": (
        "/v1/status_pages/acme/summary",
        {"/v1/status_pages/acme/summary": answer(recorded("onlineornot/summary.json"))},
        "Homepage",
        "cmphome00002",
    ),
    "openstatus": ("/public/status/a", {"/public/status/a": answer(recorded("openstatus/status.json"))}, "", "page"),
    "rootly": ("", {"/api/v1/status.json": answer(recorded("rootly/status.json"))}, "", "page"),
    "slack": ("", {"/api/v2.0.0/current": answer(recorded("slack/current.json"))}, "Canvases", "Canvases"),
    "sorry": (
        "/v1/pages/a/components",
        {"/v1/pages/a/components": answer(recorded("sorry/components.json"))},
        "Mail",
        "103",
    ),
    "statuscast": ("", {"/": answer(recorded("statuscast/page.html"))}, "Mail & files", "Mail & files"),
    "statusio": (
        "/1.0/status/x",
        {"/1.0/status/x": answer(recorded("statusio/status.json"))},
        "API (EU)",
        "5b0000000000000000000001/5b0000000000000000000012",
    ),
    "statuspage_feed": ("", {"/history.atom": answer(recorded("statuspage_feed/calm.atom"))}, "", "page"),
    "uptime_kuma": (
        "/status/gateway",
        {
            "/api/status-page/heartbeat/gateway": answer(recorded("uptime_kuma/heartbeat.json")),
            "/api/status-page/gateway": answer(recorded("uptime_kuma/page.json")),
        },
        "Ollama",
        "2",
    ),
    "uptimerobot": (
        "/api/getMonitorList/k",
        {"/api/getMonitorList/k": answer(recorded("uptimerobot/monitors.json"))},
        "Mail",
        "790000003",
    ),
}  # fmt: skip


def test_every_dialect_is_tried() -> None:
    """A dialect without a row here would be one that `add` cannot find."""
    assert set(SERVED) == set(DIALECTS)


@pytest.mark.parametrize("dialect", SERVED)
async def test_a_page_s_format_and_ids_are_found(dialect: str) -> None:
    """What is written can be used as it is: the dialect, the address of the data, and the ids with their names."""
    address, routes, name, page_id = SERVED[dialect]
    async with serve(paths(routes)) as site:
        written = await add(site.url(address), "Acme", Settings(services=()))
    assert re.match(r"# Source: http\S+, read \d{4}-\d\d-\d\d as " + dialect, written)
    (service,) = from_text(written, environ={}).services
    assert service.page is not None
    assert (service.id, service.page.dialect) == ("acme", dialect)
    assert (urlsplit(service.page.url).path or "/") in routes
    ids = {component.page_id: component.name for component in service.components}
    assert not page_id or page_id in ids
    assert not name or ids[page_id] == name


async def test_two_components_of_one_name_get_ids_of_their_own() -> None:
    """Regions often bear the same names."""
    body = STATUSPAGE.replace(b"Acme Code", b"Acme API")
    async with serve(paths({"/api/v2/summary.json": answer(body)})) as site:
        (service,) = from_text(await add(site.url(), "", Settings(services=())), environ={}).services
    assert [(one.id, one.name) for one in service.components] == [
        ("page-acme-chat", "Acme chat"),
        ("page-acme-api", "Acme API (cmapi0000002)"),
        ("page-acme-api-2", "Acme API (cmcode000003)"),
    ]


async def test_what_nobody_knows_is_said_with_what_was_tried() -> None:
    """A page drawn in the browser, and one that is not there."""
    async with serve(paths({"/": answer(b"<!doctype html><html><body>hello</body></html>")})) as site:
        with pytest.raises(UserError, match="no format that we know") as refused:
            await add(site.url(), "", Settings(services=()))
    said, _, rest = str(refused.value).partition("\n")
    assert "addresses were tried" in said
    assert " x HTTP 404" in said
    assert rest == f"  {site.url()}: no format that we know"
    assert "onlineornot" not in str(refused.value), "a host of one's own network is not named to a platform"
    with pytest.raises(UserError, match=r"does not answer: connection refused"):
        await add(site.url(), "", Settings(services=()))
    with pytest.raises(UserError, match="no web address"):
        await add("ftp://x", "", Settings(services=()))
