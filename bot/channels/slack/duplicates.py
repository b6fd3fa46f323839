"""A root that stands twice: Slack's answer to the first post was lost, so nobody knows where that one stands.

It is learnt when somebody presses a button on it. The press works like any other; then the message becomes a pointer to
the root that is kept up to date.
"""

import json
import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.context import KeyValues
from bot.channels.slack.blocks import ROOT, context
from bot.channels.slack.errors import failure
from bot.channels.slack.mrkdwn import link
from bot.channels.slack.web_api import WRONG, Web
from bot.errors import StoreError

log = logging.getLogger(__name__)


def standing(channel: str, subject: str) -> str:
    """The name of the note of where a subject's root stands in a channel."""
    return f"standing:{channel}:{subject}"


class Duplicates:
    """Turns roots that are not the recorded one into pointers to it."""

    def __init__(self, name: str, web: Web, memory: KeyValues) -> None:
        self._name = name
        self._web = web
        self._memory = memory

    async def pressed(self, body: Mapping[str, Any], line: str) -> None:
        """After a press on a root: `line` is what it asked of the desk."""
        action: Mapping[str, Any] = next(iter(body.get("actions") or [{}]), {})
        container = body.get("container") or {}
        channel, ts = str(container.get("channel_id", "")), str(container.get("message_ts", ""))
        _, subject, *_ = *line.split(), "", ""
        if not (str(action.get("block_id", "")).startswith(ROOT) and channel and ts and subject):
            return
        try:
            noted = await self._memory.get(f"{self._name}:{standing(channel, subject)}")
        except StoreError as error:
            log.debug("%s cannot tell whether a root is the recorded one: %s", self._name, error)
            return
        root = json.loads(noted) if noted else {}
        if root.get("ts", ts) == ts:
            return
        said = f"Continued at {link(str(root.get('permalink', '')), 'the message that is kept up to date')}"
        call = self._web.poster.chat_update(channel=channel, ts=ts, text=said, blocks=context(said), attachments=[])
        try:
            await call
        except WRONG as error:
            log.warning("%s: a duplicate root of %s could not be marked: %s", self._name, subject, failure(error))
