"""Grafana IRM by its Formatted Webhook: alerts grouped by their uid, resolved by the state "ok".

https://grafana.com/docs/grafana-cloud/alerting-and-irm/irm/ (incoming webhooks). It takes no acknowledgement from
outside; what is in hand is not sent again until it is over or released.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import paging
from bot.channels.context import ChannelContext
from bot.channels.grafana_irm.options import Options, read
from bot.channels.http_channel import AlertChannel
from bot.channels.paging import AlertStatus
from bot.core.model.card import Card
from bot.http.client import HttpClient, Request

WHO = "Grafana IRM"
MESSAGE = 4_000


class GrafanaIrm(AlertChannel[Options]):
    """A channel that posts to one Grafana IRM integration."""

    longest = 250

    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:  # noqa: ARG002  it is told all
        """Alert again or resolve."""
        if paging.standing(card) is AlertStatus.TAKEN:
            return False
        links = paging.links(card)
        alert = {
            "alert_uid": key,
            "title": paging.headline(card, 300),
            "state": "ok" if card.closed else "alerting",
            "message": paging.body(card, MESSAGE, trail=True),
            "severity": paging.severity(card).value,
            **({"link_to_upstream_details": links[0][1]} if links else {}),
        }
        answer = await self._http.send(Request(key, self._options.url, alert))
        if answer.text.lstrip().startswith("<"):
            self._http.unclear(answer)
        return True


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> GrafanaIrm:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    return GrafanaIrm(name, wanted, HttpClient(WHO, outside.now, (wanted.url,), wanted), outside.memory)
