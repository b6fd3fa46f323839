"""The pulse of a process: what its channels say of themselves, written down for whoever asks how we are."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from pydantic import TypeAdapter, ValidationError

from bot.channels.channel import Channel
from bot.core.words.health import Sign
from bot.errors import StoreError
from bot.store.shared import Shared

log = logging.getLogger(__name__)

EVERY_S = 15.0
FORGOTTEN_S = 3600.0
"""A part that said nothing for so long belonged to a process that is no more."""

SIGN = TypeAdapter(Sign)


class Pulse:
    """Writes a sign of each channel; `resting(name)` says why its courier waits, "" where it does not."""

    def __init__(
        self,
        shared: Shared,
        channels: Mapping[str, Channel],
        resting: Callable[[str], str],
        owner: str,
        now: Callable[[], float],
    ) -> None:
        self._shared = shared
        self._channels = channels
        self._resting = resting
        self._owner = owner
        self._now = now

    async def run(self) -> None:
        """Write every `EVERY_S` seconds, for ever."""
        while True:
            try:
                await self.beat()
            except StoreError as error:
                log.debug("the pulse waits for the store: %s", error)
            await asyncio.sleep(EVERY_S)

    async def beat(self) -> None:
        """Write once, and forget the parts of processes that are no more. Raises StoreError."""
        now = self._now()
        for sign in self.signs(now):
            await self._shared.put_health(f"{self._owner}/{sign.name}", SIGN.dump_json(sign).decode())
        parts = await self._shared.health()
        await self._shared.drop_health(*(part for part, body in parts.items() if _age(body, now) > FORGOTTEN_S))

    def signs(self, now: float) -> list[Sign]:
        """How each channel is, as it and its courier see it."""
        found = []
        for name, channel in self._channels.items():
            well, sentence = channel.health()
            rests = self._resting(name)
            found.append(
                Sign(name, well and not rests, f"{sentence}; deliveries rest: {rests}" if rests else sentence, now)
            )
        return found


def _age(body: str, now: float) -> float:
    try:
        return now - (SIGN.validate_json(body).at or now)
    except ValidationError:
        return FORGOTTEN_S * 2
