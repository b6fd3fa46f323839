"""A signed webhook for whatever has no kind of its own.

`X-Groundtruth-Signature: v1=<hex>` is the HMAC-SHA256, with the shared secret, of `<X-Groundtruth-Timestamp>.<body>`.
A receiver compares it in constant time, refuses timestamps older than five minutes, and answers 2xx once it has kept
the message. Anything else is tried again by the courier, with the same `id`.
"""

import hashlib
import hmac
from collections.abc import Callable, Mapping
from typing import Any

from bot.channels import paging
from bot.channels.channel import MessageRef
from bot.channels.context import ChannelContext, KeyValues
from bot.channels.http_channel import HttpChannel
from bot.channels.webhook.options import Options, read
from bot.channels.webhook.payload import Message, line, told
from bot.core.model.card import Card
from bot.core.model.incident import TimelineEntry
from bot.http.client import HttpClient, Request
from probes.secret import Secret

WHO = "the webhook"
KEY = 255


class Webhook(HttpChannel):
    """A channel that posts signed JSON to one address."""

    def __init__(
        self, name: str, options: Options, http: HttpClient, memory: KeyValues, now: Callable[[], float]
    ) -> None:
        super().__init__(name, http, memory)
        self._options = options
        self._now = now

    async def post(self, place: str, card: Card, key: str) -> MessageRef:  # noqa: ARG002  one place
        """Send the root."""
        where = {"key": paging.identity(key, KEY)}
        await self._send(self._root("closed" if card.closed else "opened", where, card))
        return where

    async def edit(self, where: MessageRef, card: Card) -> MessageRef:
        """Send the root again with its current text."""
        await self._send(self._root("closed" if card.closed else "changed", where, card))
        return where

    async def follow(self, where: MessageRef, entry: TimelineEntry, key: str) -> None:
        """Send one timeline line under its own id."""
        its_id = paging.identity(key, KEY)
        message = Message(
            event="line", key=str(where["key"]), id=its_id, sent_at=paging.moment(self._now()), line=line(entry)
        )
        await self._once(key, lambda: self._send(message))

    def _root(self, event: Any, where: MessageRef, card: Card) -> Message:
        key = str(where["key"])
        return Message(event=event, key=key, id=key, sent_at=paging.moment(self._now()), message=told(card))

    async def _send(self, message: Message) -> None:
        body = message.model_dump_json().encode()
        headers = {
            **signed(self._options.secret, body, self._now()),
            "idempotency-key": message.id if message.id.isascii() else paging.digest(message.id),
        }
        token = self._options.token.reveal()
        if token:
            headers["authorization"] = f"Bearer {token}"
        await self._http.send(Request(message.id, self._options.url, body, headers=headers))


def signed(secret: Secret, body: bytes, now: float) -> dict[str, str]:
    """The headers by which a receiver knows that a body is ours and fresh; `now` is Unix seconds."""
    stamp = str(int(now))
    return {
        "x-groundtruth-timestamp": stamp,
        "x-groundtruth-signature": f"v1={signature(secret.reveal(), stamp, body)}",
    }


def signature(secret: str, stamp: str, body: bytes) -> str:
    """The hexadecimal HMAC-SHA256 of `stamp.body`."""
    return hmac.new(secret.encode(), f"{stamp}.".encode() + body, hashlib.sha256).hexdigest()


def opened(name: str, options: Mapping[str, Any], outside: ChannelContext) -> Webhook:
    """The channel of the configuration, to be entered. Raises UserError with every complaint about its options."""
    wanted = read(name, options)
    http = HttpClient(WHO, outside.now, (wanted.url, wanted.secret, wanted.token), wanted)
    return Webhook(name, wanted, http, outside.memory, outside.now)
