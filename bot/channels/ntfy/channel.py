"""Push notifications by ntfy: one an incident, replaced where the server is new enough (2.16), else sent again.

https://docs.ntfy.sh/publish/. It is sent only when something has changed, since every message makes a telephone ring:
louder the worse it is, and quietly once somebody has it in hand or it is over. Whoever is called again gets a message
of its own, for one that is replaced may go unheard.
"""

from collections.abc import Mapping
from typing import Any

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext
from bot.channels.http_channel import CALLS, HEADLINE, AlertChannel
from bot.channels.ntfy.options import Options, read
from bot.channels.paging import AlertStatus, Severity
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.http.client import HttpClient, Request

WHO = "ntfy"
MESSAGE = 1_000
"""Characters; ntfy makes an attachment of more than 4,096 bytes."""
PRIORITY: Mapping[Severity, int] = {Severity.CRITICAL: 5, Severity.ERROR: 4, Severity.WARNING: 3, Severity.INFO: 2}
QUIET = 2


class Ntfy(AlertChannel[Options]):
    """A channel that publishes to one ntfy topic."""

    def _named(self, key: str) -> str:
        return paging.digest(key)[:32]

    async def _change(self, key: str, card: Card, known: Mapping[str, str]) -> bool:  # noqa: ARG002  it is told all
        """Replace the notification."""
        loud = paging.standing(card) is AlertStatus.FIRING
        links = paging.links(card)
        message = {
            "sequence_id": key,
            "title": paging.headline(card, 250),
            # ntfy writes "triggered" in place of an empty message.
            "message": paging.body(card, MESSAGE, trail=True) or paging.headline(card, 250),
            "priority": PRIORITY[paging.severity(card)] if loud else QUIET,
            **({"click": links[0][1]} if links else {}),
        }
        await self._send(key, message)
        return True

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Ring once more where somebody is called who has not taken it; other lines stand in the message itself."""
        known = await self._told(str(where["key"]))
        if entry.event not in CALLS or known.get("state") != AlertStatus.FIRING:
            return
        words = paging.line(entry, MESSAGE)
        message = {
            "sequence_id": self._named(key),
            "title": known.get(HEADLINE, words),
            "message": words,
            "priority": PRIORITY[Severity(known["severity"])],
        }
        await self._once(key, lambda: self._send(key, message))

    async def _send(self, key: str, message: Mapping[str, object]) -> None:
        token = self._options.token.reveal()
        headers = {"authorization": f"Bearer {token}"} if token else {}
        answer = await self._http.send(
            Request(key, self._options.url, {"topic": self._options.topic.reveal(), **message}, "/", headers)
        )
        if not isinstance(answer.body, dict) or "id" not in answer.body:
            self._http.unclear(answer)


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Ntfy:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    http = HttpClient(WHO, outside.now, (wanted.topic, wanted.token, wanted.url), wanted)
    return Ntfy(name, wanted, http, outside.memory)
