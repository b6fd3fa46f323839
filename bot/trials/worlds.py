"""Worlds made up for calibration: usual failures with spells, and every kind of trouble, with the truth beside them.

The process of usual failures was inferred from quiet recordings: single failures independent of each other, and about
once a day and stream a spell of twenty seconds on average in which everything fails with one symptom. Nothing here
knows of the recordings' seeds; calibration and tests use other seeds and other parameters than any of them.
"""

import math
import random
from collections.abc import Callable
from dataclasses import dataclass

from bot.core.replay.scoring import TrueInterval
from bot.core.replay.trace import Place, World

SLOT_S = 5.0
DAY = 17_280
HOUR = 720
USUAL = "55 93t".replace(" ", "5")
OUTAGE = "5555593m5m"


@dataclass(frozen=True, slots=True)
class Habits:
    """How a target usually behaves; `daily` makes its rate follow the clock, from a third to 2.5 times the mean."""

    rate: float = 0.005
    spells_a_day: float = 1.0
    spell_s: float = 20.0
    daily: bool = False


@dataclass(frozen=True, slots=True)
class Trouble:
    """An outage: share of failing looks, whether in bursts of `burst_s`, and whom it concerns (components of three)."""

    rate: float
    burst_s: float = 0.0
    components: int = 3
    vantages: int = 3
    symptoms: str = OUTAGE


def hard_stop(
    name: str, seed: int, days: float, *, rate: float = 0.0, interval_s: float = 30.0, symptoms: str = "c"
) -> tuple[World, tuple[TrueInterval, ...]]:
    """A target without spells that stops altogether now and then, always with the same symptom."""
    return made(
        name, seed, days, Habits(rate=rate, spells_a_day=0), Trouble(1.0, symptoms=symptoms), interval_s=interval_s
    )


def geometric(rng: random.Random, p: float) -> int:
    """Looks until and with the first success, at least one."""
    return 1 + int(math.log(1 - rng.random()) / math.log(1 - p)) if p < 1 else 1


def quiet(rng: random.Random, slots: int, habits: Habits) -> bytearray:
    """What a stream sees while nothing is wrong."""
    seen = bytearray(b".") * slots
    top = habits.rate * (2.5 if habits.daily else 1.0)
    at = geometric(rng, top) - 1 if top > 0 else slots
    while at < slots:
        if not habits.daily or rng.random() < clock(at) / 2.5:
            seen[at] = ord(rng.choice(USUAL))
        at += geometric(rng, top)
    if habits.spells_a_day > 0:
        at = geometric(rng, habits.spells_a_day / DAY)
        while at < slots:
            length = geometric(rng, SLOT_S / habits.spell_s)
            end = min(slots, at + length)
            seen[at:end] = rng.choice(USUAL).encode() * (end - at)
            at = end + geometric(rng, habits.spells_a_day / DAY)
    return seen


def clock(slot: int) -> float:
    """The usual rate at this time of day relative to the mean: low at night, 2.5 times at noon."""
    hour = slot * SLOT_S / 3600 % 24
    return 0.3 + 2.2 * math.sin(math.pi * (hour - 6) / 12) ** 2 if 6 < hour < 18 else 0.3


def strike(rng: random.Random, seen: bytearray, start: int, end: int, trouble: Trouble) -> None:
    """Put an outage into a stream."""
    if not trouble.burst_s:
        for slot in range(start, end):
            if rng.random() < trouble.rate:
                seen[slot] = ord(rng.choice(trouble.symptoms))
        return
    leave = SLOT_S / trouble.burst_s
    enter = leave * trouble.rate / (1 - trouble.rate)
    bad = rng.random() < trouble.rate
    for slot in range(start, end):
        if bad:
            seen[slot] = ord(rng.choice(trouble.symptoms))
        bad = rng.random() >= leave if bad else rng.random() < enter


def made(
    name: str,
    seed: int,
    days: float,
    habits: Habits,
    trouble: Trouble | None = None,
    *,
    components: int = 1,
    vantages: int = 1,
    first_slot: int = 20_000,
    interval_s: float = 30.0,
) -> tuple[World, tuple[TrueInterval, ...]]:
    """A world of `days`, with troubles of 20 to 120 minutes at least three hours apart if there is any."""
    rng = random.Random(seed)
    slots = int(days * DAY)
    names = [f"c{i}" for i in range(components)]
    sites = [f"v{i}" for i in range(vantages)]
    streams = {(v, c): quiet(rng, slots, habits) for v in sites for c in names}
    truths = []
    at = first_slot + rng.randrange(HOUR)
    while trouble is not None and at + 2 * HOUR < slots:
        end = at + rng.randrange(240, 1440)
        struck = names[: trouble.components]
        for v in sites[: trouble.vantages]:
            for c in struck:
                strike(rng, streams[(v, c)], at, end, trouble)
        if trouble.vantages >= vantages:
            truths.append(TrueInterval(at * SLOT_S, end * SLOT_S, tuple(struck), trouble.rate))
        at = end + 3 * HOUR + rng.randrange(2 * HOUR)
    every = max(1, round(interval_s / SLOT_S))
    places = tuple(
        Place(v, c, i % every, seen.decode("ascii")) for i, ((v, c), seen) in enumerate(sorted(streams.items()))
    )
    return World(name, SLOT_S, slots, interval_s, 1_775_001_600.0, tuple(names), places), tuple(truths)


def slowed(
    name: str, seed: int, days: float, choose: Callable[[random.Random], float]
) -> tuple[World, tuple[TrueInterval, ...]]:
    """A world whose answers take `choose` times as long for stretches of 40 to 120 minutes."""
    world, _ = made(name, seed, days, Habits())
    rng = random.Random(seed + 1)
    looks = world.slots // 6
    latency = [700 * math.exp(rng.gauss(0, 0.35)) for _ in range(looks)]
    truths, at = [], 2000
    while at + 240 < looks:
        end = at + rng.randrange(80, 240)
        for look in range(at, end):
            latency[look] *= choose(rng)
        truths.append(TrueInterval(at * 30.0, end * 30.0, world.components))
        at = end + 1500 + rng.randrange(1500)
    place = world.places[0]
    timed = Place(place.vantage, place.component, place.offset, place.seen, tuple(latency))
    return World(name, SLOT_S, world.slots, 30.0, world.start, world.components, (timed,)), tuple(truths)
