"""Push notifications by ntfy: one an incident, replaced where the server is new enough (2.16), else sent again.

https://docs.ntfy.sh/publish/. It is sent only when something has changed, since every message makes a telephone ring:
louder the worse it is, and quietly once somebody has it in hand or it is over.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import said
from bot.channels.channel import Where
from bot.channels.desk import Memory
from bot.channels.ntfy.options import Options, read
from bot.channels.outgoing import Outgoing, Request
from bot.channels.outlet import Outlet
from bot.channels.registry import Outside
from bot.channels.said import Severity, Standing
from bot.core.card import Card
from bot.core.incident import Entry

WHO = "ntfy"
MESSAGE = 1_000
"""Characters; ntfy makes an attachment of more than 4,096 bytes."""
PRIORITY: Mapping[Severity, int] = {Severity.CRITICAL: 5, Severity.ERROR: 4, Severity.WARNING: 3, Severity.INFO: 2}
QUIET = 2


class Ntfy(Outlet):
    """One topic."""

    refresh_s = 300.0

    def __init__(self, name: str, options: Options, http: Outgoing, memory: Memory) -> None:
        super().__init__(name, http, memory)
        self._options = options

    async def post(self, place: str, card: Card, key: str) -> Where:  # noqa: ARG002  one place
        """Notify, under an id made of the key."""
        return await self.edit({"key": said.digest(key)[:32]}, card)

    async def edit(self, where: Where, card: Card) -> Where:
        """Replace the notification, if there is news."""
        key, news = str(where["key"]), said.news(card)
        if await self._told(key) != news:
            await self._send(key, card)
            await self._tell(key, news)
        return where

    async def follow(self, where: Where, entry: Entry, key: str) -> None:
        """Telephones need no trail: the newest lines stand in the message."""

    async def _send(self, key: str, card: Card) -> None:
        loud = said.standing(card) is Standing.FIRING
        links = said.links(card)
        message = {
            "topic": self._options.topic.reveal(),
            "sequence_id": key,
            "title": said.headline(card, 250),
            # ntfy writes "triggered" in place of an empty message.
            "message": said.body(card, MESSAGE, trail=True) or said.headline(card, 250),
            "priority": PRIORITY[said.severity(card)] if loud else QUIET,
            **({"click": links[0][1]} if links else {}),
        }
        token = self._options.token.reveal()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self._http.send(Request(key, self._options.url, message, "/", headers))
        if not isinstance(answer.body, dict) or "id" not in answer.body:
            self._http.unclear(answer)


def opened(name: str, options: Mapping[str, Any], outside: Outside) -> Ntfy:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    http = Outgoing(WHO, outside.now, (wanted.topic, wanted.token, wanted.url), wanted)
    return Ntfy(name, wanted, http, outside.memory)
