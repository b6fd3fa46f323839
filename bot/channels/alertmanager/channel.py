"""Prometheus' Alertmanager, by its API v2, as Prometheus itself sends to it.

https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml. An alert is its labels; it is sent again with
every refresh of the figures and ends by itself some time after the last one, so that it does not outlive us. The
severity is a label, since people route by it: it only ever rises, and when it does the milder alert ends in the same
request. Every member of a cluster is told, since members share silences but not alerts; one that takes it is enough.
"""

import asyncio
import base64
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels import paging
from bot.channels.alertmanager.options import Options, read
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, KeyValues
from bot.channels.http_channel import HttpChannel
from bot.channels.paging import RANK, AlertStatus, Severity
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.core.text.quoting import clean
from bot.errors import DeliveryError
from bot.http.client import HttpClient, Request
from probes.secret import Secret

WHO = "Alertmanager"
KEY = 255
TEXT = 4_000


class Alertmanager(HttpChannel):
    """A channel that sends alerts to one cluster of Alertmanagers."""

    refresh_s = 45.0

    def __init__(
        self, name: str, options: Options, http: HttpClient, memory: KeyValues, now: Callable[[], float]
    ) -> None:
        super().__init__(name, http, memory)
        self._options = options
        self._now = now

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  one place
        """Fire the alert."""
        return await self.edit({"key": paging.identity(key, KEY)}, card)

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Fire the alert again with its current text, or resolve it."""
        key = str(where["key"])
        known = (await self._told(key)).get("severity", "")
        before = Severity(known) if known in RANK else None
        severity = max(paging.severity(card), before or Severity.INFO, key=RANK.index)
        alerts = [self._alert(key, card, severity, over=card.closed)]
        if before is not None and before is not severity:
            alerts.append(self._alert(key, card, before, over=True))
        # Noted first: whatever may stand there must be known to be ended.
        if severity is not before:
            await self._tell(key, {"severity": severity.value})
        await self._send(key, alerts)
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Alerts have no trail: the newest lines stand in the annotations, with the next edition."""

    def _alert(self, key: str, card: Card, severity: Severity, *, over: bool) -> dict[str, Any]:
        labels = {
            "alertname": f"Groundtruth{clean(card.kind, 40).capitalize() or 'Notice'}",
            "groundtruth": key,
            "service": clean(card.facts.service, 80),
            "severity": severity.value,
            **self._options.labels,
        }
        annotations = {
            "summary": paging.headline(card, 300),
            "description": paging.body(card, TEXT, trail=True),
            "components": ", ".join(clean(c, 80) for c in card.facts.components[:20]),
            "standing": paging.standing(card).value if card.closed or not over else AlertStatus.OVER.value,
        }
        now = self._now()
        alert = {
            "labels": {name: value for name, value in labels.items() if value},
            "annotations": {name: value for name, value in annotations.items() if value},
            "endsAt": paging.moment(now if over else now + self._options.expires_s),
        }
        if not over:
            alert["startsAt"] = paging.moment(min((at for label, at in card.times if label == "Began"), default=now))
        links = paging.links(card)
        return alert | ({"generatorURL": links[0][1]} if links else {})

    async def _send(self, key: str, alerts: list[dict[str, Any]]) -> None:
        """To every member; raises DeliveryError, the mildest, if none has taken it."""
        headers = {"authorization": way_in} if (way_in := _authorization(self._options)) else {}
        requests = (
            Request(f"{key} {number}", url, alerts, "/api/v2/alerts", headers)
            for number, url in enumerate(self._options.urls)
        )
        failures = [failed for failed in await asyncio.gather(*map(self._one, requests)) if failed is not None]
        if len(failures) == len(self._options.urls):
            raise min(failures, key=lambda error: (error.permanent, not error.ambiguous))

    async def _one(self, request: Request) -> DeliveryError | None:
        try:
            answer = await self._http.send(request)
            if answer.status != 200 or (answer.body is None and answer.text):
                self._http.unclear(answer)
        except DeliveryError as error:
            return error
        return None


def _authorization(options: Options) -> str:
    if options.token.reveal():
        return f"Bearer {options.token.reveal()}"
    return _basic(options) if options.user else ""


def _basic(options: Options) -> str:
    return "Basic " + base64.b64encode(f"{options.user}:{options.password.reveal()}".encode()).decode()


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Alertmanager:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    hidden = (*wanted.urls, wanted.token, wanted.password, Secret(_basic(wanted).removeprefix("Basic ")))
    return Alertmanager(name, wanted, HttpClient(WHO, outside.now, hidden, wanted), outside.memory, outside.now)
