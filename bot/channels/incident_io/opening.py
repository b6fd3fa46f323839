"""An HTTP alert source of incident.io: one alert by its deduplication key, firing or resolved.

https://docs.incident.io/alerts/custom-http-sources. It knows no acknowledgement from outside: that stands in the
metadata, where its routes can read it.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import said
from bot.channels.channel import Where
from bot.channels.desk import Memory
from bot.channels.incident_io.options import Options, read
from bot.channels.outgoing import Outgoing, Request
from bot.channels.outlet import Outlet
from bot.channels.registry import Outside
from bot.core.card import Card
from bot.core.incident import Entry
from bot.core.words.quoting import clean

WHO = "incident.io"
KEY = 250
DESCRIPTION = 8_000


class IncidentIo(Outlet):
    """One alert source."""

    refresh_s = 300.0

    def __init__(self, name: str, options: Options, http: Outgoing, memory: Memory) -> None:
        super().__init__(name, http, memory)
        self._options = options

    async def post(self, place: str, card: Card, key: str) -> Where:  # noqa: ARG002  one place
        """Fire the alert."""
        return await self.edit({"key": said.identity(key, KEY)}, card)

    async def edit(self, where: Where, card: Card) -> Where:
        """Fire or resolve it, if that is news."""
        key, news = str(where["key"]), said.news(card)
        if await self._told(key) != news:
            await self._send(key, card)
            await self._tell(key, news)
        return where

    async def follow(self, where: Where, entry: Entry, key: str) -> None:
        """Alerts have no trail: the newest lines stand in the description."""

    async def _send(self, key: str, card: Card) -> None:
        links = said.links(card)
        alert = {
            "title": said.headline(card, 300),
            "description": said.body(card, DESCRIPTION, trail=True),
            "deduplication_key": key,
            "status": "resolved" if card.closed else "firing",
            "metadata": {
                "kind": clean(card.kind, 40),
                "incident": clean(card.subject, 80),
                "service": clean(card.facts.service, 80),
                "components": [clean(c, 80) for c in card.facts.components[:20]],
                "severity": said.severity(card).value,
                "standing": said.standing(card).value,
            },
            **({"source_url": links[0][1]} if links else {}),
        }
        headers = {"authorization": f"Bearer {self._options.token.reveal()}"}
        path = f"/v2/alert_events/http/{self._options.source}"
        answer = await self._http.send(Request(key, self._options.url, alert, path, headers))
        if not isinstance(answer.body, dict) or answer.body.get("status") != "success":
            self._http.unclear(answer)


def opened(name: str, options: Mapping[str, Any], outside: Outside) -> IncidentIo:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    return IncidentIo(name, wanted, Outgoing(WHO, outside.now, (wanted.token, wanted.url), wanted), outside.memory)
