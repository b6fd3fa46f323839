"""The pulse of a process: what its channels and its clock say of themselves, written down for whoever asks."""

from collections.abc import Callable, Mapping

from bot.channels.channel import Channel
from bot.core.health.signs import HealthSign
from bot.core.health.text import ticking, working
from bot.process import Process
from bot.store.codec import SIGN

EVERY_S = 15.0
FORGOTTEN_S = 3600.0
"""A part that said nothing for so long belonged to a process that is no more."""


class HealthReporter:
    """Writes a sign of each channel; `resting(name)` says why its courier waits, "" where it does not."""

    def __init__(
        self,
        process: Process,
        channels: Mapping[str, Channel],
        resting: Callable[[str], str],
        broken: Callable[[], Mapping[str, int]] = dict,
    ) -> None:
        """`broken` are this process's workers that broke and are not well again, and how often."""
        self._broken = broken
        self._process = process
        self._channels = channels
        self._resting = resting

    async def run(self) -> None:
        """Write every `EVERY_S` seconds, for ever."""
        await self._process.every(EVERY_S, self.beat)

    async def beat(self) -> None:
        """Write once, and forget the parts of processes that are no more. Raises StoreError."""
        owner, store, now = self._process.owner, self._process.store, self._process.now()
        channels, clock = self.signs(now), ticking(owner, await store.skew(), now)
        workers = [working(name, times, now) for name, times in self._broken().items()]
        written = {f"{owner}/{sign.name}": sign for sign in (*channels, *workers)}
        written[f"{owner}/{clock.kind}"] = clock
        for part, sign in written.items():
            await store.health.put(part, SIGN.dump(sign))
        parts = await store.health.all()
        old = (part for part, body in parts.items() if _age(body, now) > FORGOTTEN_S)
        well = (part for part in parts if part.startswith(f"{owner}/") and part not in written)
        await store.health.drop(*{*old, *well})

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
    sign = SIGN.load(body)
    return FORGOTTEN_S * 2 if sign is None else now - (sign.at or now)
