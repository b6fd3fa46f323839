"""Sends the metrics to an OpenTelemetry collector, where one is configured: the newest, and nothing is queued.

A collector that is away or slow costs a line in the log and the points of that time; nothing waits for it.
"""

import asyncio
import gzip
import json
import logging
from importlib.metadata import version
from typing import Any

from bot.errors import DeliveryError
from bot.fields import HttpOptions
from bot.http.client import HttpClient, Request
from bot.http.masking import mask, secrets_to_mask
from bot.process import Process
from bot.settings import Otlp
from bot.web.metrics.exposition import Rows
from bot.web.metrics.otlp import MOST, Origin, request
from bot.web.metrics.scraper import Scraper
from bot.web.site import Site

log = logging.getLogger(__name__)

FAST = 1
COUNT = 19
"""Digits of a count."""
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
        self._hidden = secrets_to_mask(secrets)
        reached = HttpOptions(ca_file=wanted.ca_file)
        self._way = HttpClient("the OTLP collector", process.now, secrets, reached)
        self._failing = False
        self._left_out = 0
        self._rejected = ""
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
        body, left_out = await asyncio.to_thread(_body, rows, self._origin, now)
        if left_out and not self._left_out:
            log.warning("%d series of the metrics are beyond %d samples and are not exported", left_out, MOST)
        self._left_out = left_out
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
        self._partly(told.body)
        return True

    def _partly(self, told: Any) -> None:
        """Say what a collector has rejected, once for as long as it rejects for that reason."""
        found = told.get("partialSuccess") if isinstance(told, dict) else None
        partial = found if isinstance(found, dict) else {}
        count = _rejected(partial.get("rejectedDataPoints"))
        why = mask(str(partial.get("errorMessage") or "no reason given"), self._hidden) if count else ""
        if count and why != self._rejected:
            log.warning("the OTLP collector rejects %d data points: %s", count, why)
        elif self._rejected and not count:
            log.warning("the OTLP collector rejects no data points any more")
        self._rejected = why


def _rejected(found: Any) -> int:
    """How many points; 0 for what is no number, a 64-bit one being a string in OTLP's JSON."""
    if isinstance(found, str) and found.isascii() and found.isdigit() and len(found) < COUNT:
        return int(found)
    return found if type(found) is int and 0 < found < 10**COUNT else 0


def _body(rows: Rows, origin: Origin, now: float) -> tuple[bytes, int]:
    made, left_out = request(rows, origin, now)
    return gzip.compress(json.dumps(made, separators=(",", ":")).encode(), FAST), left_out
