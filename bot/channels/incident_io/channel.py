"""An HTTP alert source of incident.io: one alert by its deduplication key, firing or resolved.

https://docs.incident.io/alerts/custom-http-sources. It knows no acknowledgement from outside: that stands in the
metadata, where its routes can read it.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import paging
from bot.channels.context import ChannelContext
from bot.channels.http_channel import AlertChannel
from bot.channels.incident_io.options import Options, read
from bot.core.model.card import Card
from bot.core.text.quoting import clean
from bot.http.client import HttpClient, Request

WHO = "incident.io"
DESCRIPTION = 8_000


class IncidentIo(AlertChannel[Options]):
    """A channel that posts to one incident.io alert source."""

    longest = 250

    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:  # noqa: ARG002  it is told all
        """Fire or resolve it."""
        links = paging.links(card)
        alert = {
            "title": paging.headline(card, 300),
            "description": paging.body(card, DESCRIPTION, trail=True),
            "deduplication_key": key,
            "status": "resolved" if card.closed else "firing",
            "metadata": {
                "kind": clean(card.kind, 40),
                "incident": clean(card.subject, 80),
                "service": clean(card.facts.service, 80),
                "components": [clean(c, 80) for c in card.facts.components[:20]],
                "severity": paging.severity(card).value,
                "standing": paging.standing(card).value,
            },
            **({"source_url": links[0][1]} if links else {}),
        }
        headers = {"authorization": f"Bearer {self._options.token.reveal()}"}
        path = f"/v2/alert_events/http/{self._options.source}"
        answer = await self._http.send(Request(key, self._options.url, alert, path, headers))
        if not isinstance(answer.body, dict) or answer.body.get("status") != "success":
            self._http.unclear(answer)
        return True


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> IncidentIo:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    return IncidentIo(name, wanted, HttpClient(WHO, outside.now, (wanted.token, wanted.url), wanted), outside.memory)
