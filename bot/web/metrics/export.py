"""Sends the metrics to an OpenTelemetry collector, where one is configured: the newest, and nothing is queued.

A collector that is away or slow costs a line in the log and the points of that time; nothing waits for it.
"""

import asyncio
import gzip
import json
import logging
from importlib.metadata import version

from bot.errors import DeliveryError
from bot.fields import HttpOptions
from bot.http.client import HttpClient, Request
from bot.process import Process
from bot.settings import Otlp
from bot.web.metrics.exposition import Rows
from bot.web.metrics.otlp import Origin, request
from bot.web.metrics.scraper import Scraper
from bot.web.site import Site

log = logging.getLogger(__name__)

FAST = 1
LONGEST_S = 600.0
"""The longest that a collector may ask us to wait."""


class OtlpExport:
    """Exports every interval; every process its own, told apart by `service.instance.id`."""

    def __init__(self, process: Process, site: Site, scraper: Scraper, wanted: Otlp) -> None:
        self._process = process
        self._site = site
        self._scraper = scraper
        self._wanted = wanted
        self._origin = Origin(version("groundtruth"), process.owner, process.now())
        secrets = [wanted.url, *(value for _, value in wanted.headers)]
        reached = HttpOptions(ca_file=wanted.ca_file)
        self._way = HttpClient("the OTLP collector", process.now, secrets, reached)
        self._failing = False
        self._rests_until = 0.0

    async def run(self) -> None:
        """Export until cancelled."""
        async with self._way:
            await self._process.every(self._wanted.interval_s * self._process.speed, self.export, at_once=False)

    async def export(self) -> bool:
        """Send what is known now; whether it was taken."""
        now = self._process.now()
        if now < self._rests_until <= now + LONGEST_S:
            return False
        rows = self._scraper.rows(self._site.standings, now, whole=True, openmetrics=False)
        body = await asyncio.to_thread(_body, rows, self._origin, now)
        headers = {name: value.reveal() for name, value in self._wanted.headers}
        try:
            told = await self._way.send(
                Request("metrics", self._wanted.url, body, headers={**headers, "content-encoding": "gzip"})
            )
        except DeliveryError as error:
            self._rests_until = now + min(error.retry_after or 0.0, LONGEST_S)
            if not self._failing:
                log.warning("metrics are not taken, and it is tried again: %s", error)
            self._failing = True
            return False
        if self._failing:
            log.warning("metrics are taken again")
        self._failing = False
        if isinstance(told.body, dict) and (partly := told.body.get("partialSuccess")):
            log.warning("the OTLP collector left out some metrics: %s", str(partly)[:200])
        return True


def _body(rows: Rows, origin: Origin, now: float) -> bytes:
    return gzip.compress(json.dumps(request(rows, origin, now), separators=(",", ":")).encode(), FAST)
