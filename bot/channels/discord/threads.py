"""The threads under roots: made when first needed, done without where a channel has none."""

import logging
from collections.abc import Mapping
from typing import Any

from bot.channels.discord import errors
from bot.channels.discord.errors import DiscordError
from bot.channels.discord.markdown import plain
from bot.channels.discord.rest import Rest

log = logging.getLogger(__name__)

ARCHIVE_MIN = 1440
NO_THREAD = frozenset({errors.MISSING_ACCESS, errors.MISSING_PERMISSIONS, errors.THREADS_FULL})
SILENCED = frozenset({errors.THREAD_LOCKED, errors.UNKNOWN_MESSAGE, errors.UNKNOWN_CHANNEL})
"""Errors after which a thread gets no more lines: somebody locked or deleted it."""
REMEMBERED = 5_000


class Threads:
    """The threads of one bot; what is kept here only saves requests."""

    def __init__(self, name: str, rest: Rest) -> None:
        self._name = name
        self._rest = rest
        self._standing: dict[str, None] = {}
        self._without: dict[str, None] = {}

    def possible(self, channel: str) -> bool:
        """Whether roots of a channel have threads, as far as it is known."""
        return channel not in self._without

    async def say(self, channel: str, root: str, name: str, payload: Mapping[str, Any], file: bytes = b"") -> str:
        """Post to the thread of that name: the id, "" where there can be none and it is left out.

        `file` is the first of the payload's attachments. Raises DeliveryError.
        """
        said, path = {**payload, "enforce_nonce": True}, f"/channels/{root}/messages"
        try:
            await self._made(channel, root, name)
            made = await self._rest.call("POST", path, said, root, file)
        except DiscordError as error:
            if error.code in NO_THREAD:
                self._without[channel] = None
                log.warning(
                    "%s: no threads in channel %s, only the main messages are sent: %s", self._name, channel, error
                )
            elif error.code not in SILENCED:
                raise
            self._standing.pop(root, None)
            return ""
        self._without.pop(channel, None)
        return str(made.get("id", "")) if isinstance(made, dict) else ""

    async def _made(self, channel: str, root: str, name: str) -> None:
        """Create the thread unless it exists."""
        if root in self._standing:
            return
        body = {"name": plain(name, 90) or "trail", "auto_archive_duration": ARCHIVE_MIN}
        try:
            await self._rest.call("POST", f"/channels/{channel}/messages/{root}/threads", body, channel)
        except DiscordError as error:
            if error.code != errors.THREAD_EXISTS:
                raise
        self._standing[root] = None
        bound(self._standing)


def bound(kept: dict[str, Any]) -> None:
    """Forget the oldest beyond what is worth remembering."""
    while len(kept) > REMEMBERED:
        del kept[next(iter(kept))]
