"""`/metrics` and `/probe`: for Prometheus, and whatever reads its formats."""

import asyncio
import gzip

from aiohttp import web
from prometheus_client import GC_COLLECTOR, PLATFORM_COLLECTOR, PROCESS_COLLECTOR, CollectorRegistry
from prometheus_client.exposition import generate_latest
from prometheus_client.openmetrics.exposition import generate_latest as as_openmetrics

from bot.core.text.quoting import clean
from bot.web.metrics.aliases import ALIASES, aliases
from bot.web.metrics.exposition import rendered
from bot.web.metrics.probe import probe_text
from bot.web.metrics.scraper import Scraper
from bot.web.replies import TEXT
from bot.web.routing import Call, HttpError, Route, Section

END = b"# EOF\n"
OPENMETRICS = "application/openmetrics-text; version=1.0.0; charset=utf-8"
PLAIN = "text/plain; version=0.0.4; charset=utf-8"
FAST = 1
"""Compression that keeps a scrape quick."""


class Metrics:
    """Answers scrapes."""

    def __init__(self, scraper: Scraper) -> None:
        self._scraper = scraper
        self._own = CollectorRegistry()
        for collector in (PROCESS_COLLECTOR, PLATFORM_COLLECTOR, GC_COLLECTOR):
            self._own.register(collector)

    async def metrics(self, call: Call) -> web.Response:
        """Everything, in the format that the scraper asks for; what is not public only for whoever shows a token."""
        openmetrics = "application/openmetrics-text" in call.request.headers.get("Accept", "")
        visible, names = call.site.visible(call.visitor), call.query("names").split(",")
        if wrong := [name for name in names if name and name not in ALIASES]:
            raise HttpError(400, f"expected names={','.join(ALIASES)} or one of them, not {clean(wrong[0], 40)!r}")
        rows = self._scraper.rows(visible, call.now, whole=call.visitor.inside, openmetrics=openmetrics)
        # This process's memory, time and files; the library ends OpenMetrics with its mark, which must come last.
        write, kind = (as_openmetrics, OPENMETRICS) if openmetrics else (generate_latest, PLAIN)
        own = write(self._own).removesuffix(END)
        body = own + rendered(rows, openmetrics=openmetrics).encode()
        body += aliases(names, visible, call.now).encode() + (END if openmetrics else b"")
        return await _sent(call, body, kind)

    async def probe(self, call: Call) -> web.Response:
        """One component in the form of the blackbox exporter."""
        target = call.query("target")
        for standing in call.site.visible(call.visitor).values():
            for voices in standing.voices:
                if voices.measured.component == target:
                    latest = self._scraper.counts.latest.get(target)
                    return await _sent(call, probe_text(voices.measured, latest, call.now).encode(), PLAIN)
        raise HttpError(404, "expected ?target= and the id of a component" if not target else "no such component")


async def _sent(call: Call, body: bytes, kind: str) -> web.Response:
    headers = {"Content-Type": kind, "Cache-Control": "no-store", "Vary": "Accept, Accept-Encoding, Authorization"}
    if len(body) > 1024 and "gzip" in call.request.headers.get("Accept-Encoding", ""):
        # Megabytes take a while; zlib lets others run meanwhile.
        body = await asyncio.to_thread(gzip.compress, body, FAST, mtime=0)
        headers["Content-Encoding"] = "gzip"
    return web.Response(body=body, headers=headers)


def metrics_section(scraper: Scraper) -> Section:
    """The routes of Prometheus."""
    metrics = Metrics(scraper)
    routes = (Route("GET", "/metrics", metrics.metrics), Route("GET", "/probe", metrics.probe))
    return Section(("/metrics", "/probe"), routes, fault)


def fault(_call: Call, told: HttpError) -> web.Response:
    """A fault in a line."""
    return web.Response(
        status=told.status, text=f"{told.sentence}\n", headers={"Content-Type": TEXT, "Cache-Control": "no-store"}
    )
