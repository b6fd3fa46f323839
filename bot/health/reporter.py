"""The pulse of a process: what its channels and its clock say of themselves, written down for whoever asks."""

import asyncio
import logging
from collections.abc import Callable, Mapping

from pydantic import TypeAdapter, ValidationError

from bot.channels.channel import Channel
from bot.core.health.signs import HealthSign
from bot.core.health.text import ticking, working
from bot.errors import StoreError
from bot.store.store import Store

log = logging.getLogger(__name__)

EVERY_S = 15.0
FORGOTTEN_S = 3600.0
"""A part that said nothing for so long belonged to a process that is no more."""

SIGN = TypeAdapter(HealthSign)


class HealthReporter:
    """Writes a sign of each channel; `resting(name)` says why its courier waits, "" where it does not."""

    def __init__(  # noqa: PLR0913, PLR0917 - what it reports on, from the one place that wires everything
        self,
        store: Store,
        channels: Mapping[str, Channel],
        resting: Callable[[str], str],
        owner: str,
        now: Callable[[], float],
        broken: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """`broken` are this process's workers that broke and are not well again, and how often."""
        self._broken = broken
        self._store = store
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
                log.debug("the health report waits for the store: %s", error)
            await asyncio.sleep(EVERY_S)

    async def beat(self) -> None:
        """Write once, and forget the parts of processes that are no more. Raises StoreError."""
        now, shared = self._now(), self._store.shared
        channels, clock = self.signs(now), ticking(self._owner, await self._store.skew(), now)
        workers = [working(name, times, now) for name, times in self._broken().items()]
        written = {f"{self._owner}/{sign.name}": sign for sign in (*channels, *workers)}
        written[f"{self._owner}/{clock.kind}"] = clock
        for part, sign in written.items():
            await shared.put_health(part, SIGN.dump_json(sign).decode())
        parts = await shared.health()
        old = (part for part, body in parts.items() if _age(body, now) > FORGOTTEN_S)
        well = (part for part in parts if part.startswith(f"{self._owner}/") and part not in written)
        await shared.drop_health(*{*old, *well})

    def signs(self, now: float) -> list[HealthSign]:
        """How each channel is, as it and its courier see it."""
        found = []
        for name, channel in self._channels.items():
            well, sentence = channel.health()
            rests = self._resting(name)
            said = f"{sentence}; deliveries rest: {rests}" if rests else sentence
            # Of what rests its courier has told.
            found.append(
                HealthSign(name, well and not rests, said, now, elsewhere=bool(rests), back="heard and served again")
            )
        return found


def _age(body: str, now: float) -> float:
    try:
        return now - (SIGN.validate_json(body).at or now)
    except ValidationError:
        return FORGOTTEN_S * 2
