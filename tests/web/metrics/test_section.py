"""Scrapes over the wire, from a real store with results in its streams."""

import httpx
from prometheus_client.openmetrics.parser import text_string_to_metric_families as read_openmetrics
from prometheus_client.parser import text_string_to_metric_families as read_plain

from bot.web.metrics.families import FAMILIES
from tests.support.filled import fill
from tests.support.site import bearer, page, with_page
from tests.support.waiting import until

OPENMETRICS = {"Accept": "application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5"}


def values(families):
    """The samples by name and labels, however they are ordered."""
    return {(s.name, *sorted(s.labels.values())): s.value for family in families for s in family.samples}


async def scraped(client: httpx.AsyncClient, **how) -> httpx.Response:
    """A scrape once the streams have been read."""

    async def counted():
        return "groundtruth_stream_unjudged_rows" in (await client.get("/metrics", **how)).text

    await until(counted)
    return await client.get("/metrics", **how)


async def test_a_scrape_has_the_format_that_was_asked_for(store):
    """OpenMetrics where the scraper takes it, else the older text; read back by the library's parsers."""
    await fill(store)
    async with page(store, with_page()) as client:
        new = await scraped(client, headers=OPENMETRICS | bearer("viewer"))
        old = await client.get("/metrics", headers=bearer("viewer"))
        odd = await client.get("/metrics", headers={"Accept": "application/openmetrics-text;version=x.y"})

    assert new.headers["content-type"].startswith("application/openmetrics-text; version=1.0.0")
    assert old.headers["content-type"].startswith("text/plain; version=0.0.4")
    assert odd.status_code == 200
    found = values(read_openmetrics(new.text))
    assert found["groundtruth_component_state", "claude", "claude-api", "partial_outage"] == 1
    assert found["groundtruth_component_state", "claude", "claude-code", "unknown"] == 1
    assert found["groundtruth_page_discrepancy", "claude", "claude-api", "unacknowledged"] == 1
    assert found["groundtruth_judgement_age_seconds", "claude"] == 2
    assert found["groundtruth_stream_unjudged_rows", "claude"] == 1
    assert found["groundtruth_detection_lead_seconds", "claude"] == 1800
    assert found["groundtruth_check_results_total", "claude", "claude-api", "claude-api/hello", "eu", "failed"] == 1
    assert found["groundtruth_store_up",] == 1
    assert "process_resident_memory_bytes" in {name for name, *_ in found}
    assert values(read_plain(old.text))["groundtruth_component_state", "claude", "claude-api", "partial_outage"] == 1


async def test_dashboards_of_other_monitors_go_on(store):
    """Under the names of Gatus and Kuma where they are asked for, and only there; what is unknown is never up."""
    await fill(store)
    async with page(store, with_page()) as client:
        plain = await scraped(client)
        both = await client.get("/metrics", params={"names": "gatus,kuma"})
        new = await client.get("/metrics", params={"names": "kuma"}, headers=OPENMETRICS)
        wrong = await client.get("/metrics", params={"names": "zabbix"})

    assert "monitor_status" not in plain.text
    found = values(read_plain(both.text))
    up = {name[3]: value for name, value in found.items() if name[0] == "gatus_results_endpoint_success"}
    assert (len(up), set(up.values())) == (3, {0.0, 1.0})
    kuma = [s for f in read_openmetrics(new.text) for s in f.samples if s.name == "monitor_status"]
    assert {s.labels["monitor_name"]: s.value for s in kuma}["Claude Code"] == 2
    assert (wrong.status_code, "expected names=gatus,kuma" in wrong.text) == (400, True)


async def test_services_of_ones_own_take_a_token(store):
    """Without one a scrape says nothing of them, nor of our deliveries."""
    await fill(store)
    async with page(store, with_page(public=frozenset())) as client:
        inside = await scraped(client, headers=bearer("viewer"))
        outside = await client.get("/metrics")
        probe = await client.get("/probe", params={"target": "claude-api"})

    assert 'component="claude-api"' in inside.text
    assert "claude" not in outside.text
    assert "groundtruth_build_info" in outside.text
    assert "groundtruth_spent_dollars_total" in inside.text
    assert probe.status_code == 404


async def test_a_probe_in_blackbox_form(store):
    """Success by what is measured, the latest check's times; unknown is no success."""
    await fill(store)
    async with page(store, with_page()) as client:
        open_to_all = await scraped(client)
        failing, well, unknown, nobody = [
            await client.get("/probe", params={"target": name})
            for name in ("claude-api", "claude-web", "claude-code", "x")
        ]

    assert "groundtruth_spent" not in open_to_all.text
    found = values(read_plain(failing.text))
    assert found["probe_success",] == 0
    assert found["probe_http_status_code",] == 200
    assert found["probe_duration_seconds",] == 0.12
    assert found["probe_dns_lookup_time_seconds",] == 0.003
    assert found["probe_ssl_earliest_cert_expiry",] > 0
    assert values(read_plain(well.text)) == {("probe_success",): 1}
    assert values(read_plain(unknown.text)) == {("probe_success",): 0}
    assert nobody.status_code == 404


def test_every_family_has_words():
    """Help is what people read in Prometheus."""
    assert all(family.help.endswith(".") for family in FAMILIES.values())
