"""Worlds whose incidents have the lengths, gaps and joint failures of real ones: `bot.trials.published`."""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace

from bot.core.replay.scoring import AFTER_S, TrueInterval
from bot.core.replay.trace import World
from bot.trials.published import GAPS_H, LENGTHS_MIN, ONLY_AFTERWARDS, PAGE_LAGS_MIN, TOGETHER, at_share
from bot.trials.worlds import DAY, SLOT_S, Habits, Trouble, made, strike

COMPONENTS = ("api", "web", "console")
LONGEST_MIN = 360.0
"""Longer incidents are cut: whether and when one is found is decided long before."""
APART_S = 2 * AFTER_S
"""An incident that would begin earlier than this after the end of the last one is put off."""


@dataclass(frozen=True, slots=True)
class Happening:
    """One incident, by slots; `posted_s` is when the page speaks of it, None if not while it lasts."""

    start: int
    end: int
    components: tuple[str, ...]
    posted_s: float | None


def happenings(seed: int, days: float) -> Iterator[Happening]:
    """The incidents of `days`, the same for the same seed."""
    rng = random.Random(seed)
    sets, weights = list(TOGETHER), list(TOGETHER.values())
    at_s = 86_400 + at_share(GAPS_H, rng.random()) * 3600
    while True:
        length_s = min(LONGEST_MIN, at_share(LENGTHS_MIN, rng.random())) * 60
        names = rng.choices(sets, weights)[0]
        lag_s = at_share(PAGE_LAGS_MIN, rng.random()) * 60
        late = rng.random() < ONLY_AFTERWARDS or lag_s >= length_s
        start, end = round(at_s / SLOT_S), round((at_s + length_s) / SLOT_S)
        if end + AFTER_S / SLOT_S >= days * DAY:
            return
        yield Happening(start, end, names, None if late else lag_s)
        at_s = max(at_s + at_share(GAPS_H, rng.random()) * 3600, at_s + length_s + APART_S)


def world(
    rate: float, interval_s: float, days: float, seed: int
) -> tuple[World, tuple[TrueInterval, ...], list[Happening]]:
    """A service of three components checked from one vantage, in whose incidents `rate` of the requests fail.

    The incidents are the same for every rate and interval of a seed; what the checks see is not.
    """
    noise = round(seed * 1_000_003 + rate * 1000 + interval_s * 7919)
    quiet, _ = made(f"{rate:.0%}", noise, days, Habits(), components=len(COMPONENTS), interval_s=interval_s)
    rng, told = random.Random(noise + 1), list(happenings(seed, days))
    places = []
    for name, place in zip(COMPONENTS, quiet.places, strict=True):
        seen = bytearray(place.seen, "ascii")
        for one in told:
            if name in one.components:
                strike(rng, seen, one.start, one.end, Trouble(rate))
        places.append(replace(place, component=name, seen=seen.decode("ascii")))
    truths = tuple(TrueInterval(one.start * SLOT_S, one.end * SLOT_S, one.components, rate) for one in told)
    return replace(quiet, components=COMPONENTS, places=tuple(places)), truths, told
