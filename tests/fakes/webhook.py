"""Our own receiver of webhooks, as the documentation tells people to write one."""

import hashlib
import hmac

from aiohttp import web

from bot.channels.webhook.payload import Message
from tests.fakes.outlet import Asked, World, said

SECRET = "s3cr3t-of-the-webhook-that-signs"
TOKEN = "t0ken-of-the-receiver"


class Webhook(World):
    """Roots by id, the newest wins; lines by id, in their order."""

    def __init__(self) -> None:
        super().__init__()
        self.messages: list[Message] = []
        self.roots: dict[str, Message] = {}
        self.lines: dict[str, Message] = {}

    def do(self, asked: Asked) -> web.Response:
        if asked.headers.get("authorization") not in (None, f"Bearer {TOKEN}"):
            return said(401)
        stamp = asked.headers["x-groundtruth-timestamp"]
        right = hmac.new(SECRET.encode(), f"{stamp}.".encode() + asked.raw, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(f"v1={right}", asked.headers["x-groundtruth-signature"]):
            return said(401)
        message = Message.model_validate_json(asked.raw, strict=True, extra="forbid")
        self.messages.append(message)
        (self.lines if message.line else self.roots)[message.id] = message
        return said(204)
