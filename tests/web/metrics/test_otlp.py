"""What an OpenTelemetry collector is sent: the figures of a scrape, over the wire; and nobody waits for it."""

import asyncio
import contextlib
import functools
import json
import logging
from collections.abc import Callable
from typing import Any

import pytest
from aiohttp import web
from google.protobuf.json_format import Parse
from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest

from bot.process import Process
from bot.settings import Otlp
from bot.web.metrics import otlp
from bot.web.metrics.export import OtlpExport
from bot.web.metrics.families import FAMILIES
from bot.web.metrics.otlp import Origin, request
from bot.web.metrics.scraper import Scraper
from bot.web.site import Site
from probes.secret import Secret
from tests.support.filled import fill
from tests.support.site import NOW, with_page

ODD: tuple[Any, ...] = (
    [],
    "x",
    {"rejectedDataPoints": "9" * 5_000},
    {"rejectedDataPoints": -1},
    {"rejectedDataPoints": {}},
)
"""Partial successes that say nothing of a rejected point."""


class Collector:
    """An OTLP/HTTP receiver: keeps what it is sent, and answers as told."""

    def __init__(self):
        self.got, self.headers, self.status, self.go = [], [], 200, asyncio.Event()
        self.go.set()
        self.partial: Callable[[web.Request], Any] = lambda _asked: {}

    async def take(self, asked: web.Request) -> web.Response:
        await self.go.wait()
        self.headers.append(dict(asked.headers))
        if self.status == 200:
            # aiohttp unpacks what says that it is gzip.
            self.got.append(json.loads(await asked.read()))
        return web.json_response({"partialSuccess": self.partial(asked)}, status=self.status)

    @contextlib.asynccontextmanager
    async def open(self):
        app = web.Application(client_max_size=2**24)
        app.router.add_post("/v1/metrics", self.take)
        runner = web.AppRunner(app, shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        try:
            yield f"http://127.0.0.1:{runner.addresses[0][1]}/v1/metrics"
        finally:
            await runner.cleanup()


@contextlib.asynccontextmanager
async def exporting(store, url, header="sesame-sesame"):
    """An export that is open, on what the store has, and the scraper it reads."""
    await fill(store)
    process = Process(store, with_page(), "me", lambda: NOW)
    site = Site(process)
    scraper = Scraper(process, site, lambda: {("slack", "delivered"): 3})
    await site.read()
    await scraper.read()
    wanted = Otlp(Secret(url), 60.0, (("x-key", Secret(header)),))
    export = OtlpExport(process, site, scraper, wanted)
    async with export._way:
        yield export, site, scraper


def points(sent):
    """Every data point by metric name."""
    (resource,) = sent["resourceMetrics"]
    (scope,) = resource["scopeMetrics"]
    found = {}
    for metric in scope["metrics"]:
        (kind,) = [key for key in ("gauge", "sum", "histogram") if key in metric]
        found[metric["name"]] = (kind, metric[kind]["dataPoints"])
    return found


def named(point):
    return {one["key"]: one["value"]["stringValue"] for one in point["attributes"]}


async def test_a_collector_has_the_figures_of_a_scrape(store):
    """Each family, each label, each value; compressed, with the header that was asked for."""
    collector = Collector()
    async with collector.open() as url, exporting(store, url) as (export, site, scraper):
        assert await export.export()
        rows = scraper.rows(site.standings, NOW, whole=True, openmetrics=False)
    (sent,) = collector.got
    assert collector.headers[0]["x-key"] == "sesame-sesame"
    assert collector.headers[0]["Content-Encoding"] == "gzip"
    found = points(sent)
    assert set(found) == {name for name, pieces in rows.items() if pieces} <= set(FAMILIES)
    state = {(named(p)["component"], named(p)["state"]): p["asDouble"] for p in found["groundtruth_component_state"][1]}
    lines = [line for piece in rows["groundtruth_component_state"] for line in piece.split("\n")]
    assert len(state) == len(lines)
    assert f'component="claude-api",state="partial_outage"}} {state["claude-api", "partial_outage"]:.0f}' in "\n".join(
        lines
    )
    kind, (delivered,) = found["groundtruth_deliveries"]
    assert (kind, delivered["asDouble"], named(delivered)) == ("sum", 3.0, {"channel": "slack", "outcome": "delivered"})
    assert {one["key"] for one in sent["resourceMetrics"][0]["resource"]["attributes"]} == {
        "service.name", "service.version", "service.instance.id",
    }  # fmt: skip


async def test_the_official_definition_decodes_all_of_it(store):
    """No field that it does not know, no value of another type; what it has is each sample of the scrape."""
    collector = Collector()
    async with collector.open() as url, exporting(store, url) as (export, site, scraper):
        assert await export.export()
        rows = scraper.rows(site.standings, NOW, whole=True, openmetrics=False)
    read = Parse(json.dumps(collector.got[0]), ExportMetricsServiceRequest())
    (scope,) = read.resource_metrics[0].scope_metrics
    assert {one.name for one in scope.metrics} == {name for name, pieces in rows.items() if pieces}
    for metric in scope.metrics:
        kind = metric.WhichOneof("data")
        values = getattr(metric, kind)
        assert values.data_points
        assert kind == "gauge" or values.aggregation_temporality == otlp.CUMULATIVE
        assert kind != "sum" or values.is_monotonic
        for point in values.data_points:
            assert point.time_unix_nano == int(NOW * 1e9)
            assert kind != "histogram" or sum(point.bucket_counts) == point.count


def test_histograms_have_single_buckets_and_labels_are_read_back():
    """Counts that are cumulative in a scrape are not in OTLP; quotes and breaks in names are as they were."""
    name = "groundtruth_check_duration_seconds"
    piece = "\n".join(
        f'{name}_bucket{{service="a\\"b\\n\\\\",le="{bound}"}} {below}'
        for bound, below in (("0.5", 2), ("1.0", 5), ("+Inf", 6))
    )
    piece += f'\n{name}_count{{service="a\\"b\\n\\\\"}} 6\n{name}_sum{{service="a\\"b\\n\\\\"}} 4.25'
    (kind, (point,)) = points(request({name: [piece]}, Origin("1", "me", NOW - 60), NOW)[0])[name]
    assert kind == "histogram"
    assert point["attributes"] == [{"key": "service", "value": {"stringValue": 'a"b\n\\'}}]
    assert (point["bucketCounts"], point["explicitBounds"]) == (["2", "3", "1"], [0.5, 1.0])
    assert (point["count"], point["sum"]) == ("6", 4.25)
    assert int(point["timeUnixNano"]) - int(point["startTimeUnixNano"]) == 60 * 10**9


@pytest.mark.parametrize("status", [401, 429, 503, 0])
async def test_a_collector_that_takes_nothing_is_one_line_in_the_log(store, caplog, status):
    """Refused, asked for patience, or not there: nothing is queued; it goes on once it is taken again."""
    collector = Collector()
    collector.status = status
    async with contextlib.AsyncExitStack() as stack:
        url = await stack.enter_async_context(collector.open())
        export, _, _ = await stack.enter_async_context(exporting(store, url if status else "http://127.0.0.1:9/v1"))
        with caplog.at_level(logging.WARNING):
            assert [await export.export() for _ in range(3)] == [False] * 3
            assert len([r for r in caplog.records if "not taken" in r.getMessage()]) == 1
            assert "sesame" not in caplog.text
        if status:
            collector.status, export._rests_until = 200, 0.0
            assert await export.export()
            assert len(collector.got) == 1


async def test_what_a_collector_rejects_is_said_once_and_without_secrets(store, caplog):
    """Whatever it echoes of our headers; a warning without a rejected point is none of ours."""
    collector = Collector()
    collector.partial = lambda asked: {
        "rejectedDataPoints": "0",
        "errorMessage": "use v2 for " + asked.headers["x-key"],
    }
    caplog.set_level(logging.WARNING)
    async with collector.open() as url, exporting(store, url, "Bearer sesame-sesame") as (export, _, _):
        assert await export.export()
        assert not caplog.records

        def rejects(asked):
            whole = asked.headers["x-key"]
            return {"rejectedDataPoints": "7", "errorMessage": f"<!channel> no quota for {whole} ({whole.split()[1]})"}

        collector.partial = rejects
        for _ in range(3):
            assert await export.export()
        (said,) = [record.getMessage() for record in caplog.records]
        assert "rejects 7 data points" in said
        assert "no quota for" in said
        assert "sesame" not in caplog.text
        for odd in ODD:
            collector.partial = functools.partial(lambda answer, _asked: answer, odd)
            assert await export.export()
        assert len(caplog.records) == 2
        assert "any more" in caplog.text


def histogram_of(service):
    name = "groundtruth_check_duration_seconds"
    lines = [f'{name}_bucket{{service="{service}",le="{bound}"}} {n}' for bound, n in (("0.5", 2), ("+Inf", 6))]
    return "\n".join([*lines, f'{name}_count{{service="{service}"}} 6', f'{name}_sum{{service="{service}"}} 4.25'])


async def test_series_beyond_the_bound_are_left_out_whole_and_counted(store, monkeypatch, caplog):
    """No histogram loses some of its buckets; the log says how many series are missing, once."""
    name = "groundtruth_check_duration_seconds"
    monkeypatch.setattr(otlp, "MOST", 10)
    made, left_out = request({name: [histogram_of(n) for n in "abc"]}, Origin("1", "me", NOW - 60), NOW)
    assert [(p["count"], p["sum"], p["bucketCounts"]) for p in points(made)[name][1]] == [("6", 4.25, ["2", "4"])] * 2
    assert left_out == 1
    collector = Collector()
    caplog.set_level(logging.WARNING)
    async with collector.open() as url, exporting(store, url) as (export, _, _):
        for _ in range(2):
            assert await export.export()
    assert len([r for r in caplog.records if "series of the metrics" in r.getMessage()]) == 1


async def test_a_slow_collector_holds_nothing_up(store):
    """While it does not answer, others have their turn, and a scrape is as before."""
    collector = Collector()
    collector.go.clear()
    async with collector.open() as url, exporting(store, url) as (export, site, scraper):
        sending = asyncio.create_task(export.export())
        for _ in range(20):
            await asyncio.sleep(0.01)
            assert scraper.rows(site.standings, NOW, whole=True, openmetrics=False)["groundtruth_component_state"]
        assert not sending.done()
        collector.go.set()
        assert await sending
