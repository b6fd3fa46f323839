"""Grafana IRM by its Formatted Webhook: alerts grouped by their uid, resolved by the state "ok".

https://grafana.com/docs/grafana-cloud/alerting-and-irm/irm/ (incoming webhooks). It takes no acknowledgement from
outside; what is in hand is not sent again until it is over or handed back.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import said
from bot.channels.channel import Where
from bot.channels.desk import Memory
from bot.channels.grafana_irm.options import Options, read
from bot.channels.outgoing import Outgoing, Request
from bot.channels.outlet import Outlet
from bot.channels.registry import Outside
from bot.channels.said import Standing
from bot.core.card import Card
from bot.core.incident import Entry

WHO = "Grafana IRM"
KEY = 250
MESSAGE = 4_000


class GrafanaIrm(Outlet):
    """One integration."""

    refresh_s = 300.0

    def __init__(self, name: str, options: Options, http: Outgoing, memory: Memory) -> None:
        super().__init__(name, http, memory)
        self._options = options

    async def post(self, place: str, card: Card, key: str) -> Where:  # noqa: ARG002  one place
        """Alert."""
        return await self.edit({"key": said.identity(key, KEY)}, card)

    async def edit(self, where: Where, card: Card) -> Where:
        """Alert again or resolve, if that is news."""
        key, news = str(where["key"]), said.news(card)
        if said.standing(card) is not Standing.TAKEN and await self._told(key) != news:
            await self._send(key, card)
            await self._tell(key, news)
        return where

    async def follow(self, where: Where, entry: Entry, key: str) -> None:
        """Alerts have no trail: the newest lines stand in the message."""

    async def _send(self, key: str, card: Card) -> None:
        links = said.links(card)
        alert = {
            "alert_uid": key,
            "title": said.headline(card, 300),
            "state": "ok" if card.closed else "alerting",
            "message": said.body(card, MESSAGE, trail=True),
            "severity": said.severity(card).value,
            **({"link_to_upstream_details": links[0][1]} if links else {}),
        }
        answer = await self._http.send(Request(key, self._options.url, alert))
        if answer.text.lstrip().startswith("<"):
            self._http.unclear(answer)


def opened(name: str, options: Mapping[str, Any], outside: Outside) -> GrafanaIrm:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    return GrafanaIrm(name, wanted, Outgoing(WHO, outside.now, (wanted.url,), wanted), outside.memory)
