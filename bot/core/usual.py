"""What is usual for a target: how often it fails by itself, and the spells in which it fails for a while.

Model of a quiet stream: every look fails with probability p by itself; now and then (`enters` a second) a spell begins
in which everything fails, mostly with one symptom, and which ends after `lasts` seconds on average. Seen through looks
at any distance this is a hidden Markov chain of two states whose filter is one number, the belief to be in a spell:
a failure long after the last one is nearly always single, the fifth in a row is nearly surely a spell, and only what
neither explains is evidence of an outage. Every success ends the spell, so the belief is nought most of the time.

Learned only from data that was cleared afterwards (`Pending` waits for the verdict), with priors that make a first day
without history work; memory is a week of looks. Usual failures follow the clock: `Spells` keeps the hours of the day at
which a service's single failures came, and each stream has a second, short memory around what the hour makes likely.
Neither can lift the rate above `LIFT` times the long one, nor above `CAP`, nor lower it below the long one.
"""

from dataclasses import dataclass, field
from math import exp

FLOOR, CAP, LIFT = 0.002, 0.05, 4.0
PRIOR_FAILED, PRIOR_LOOKS = 0.5, 100.0
SHORT_S, SHORT_LOOKS = 2 * 3600.0, 120.0
WEEK_S = 7 * 86400.0
DAY_S = 86400.0
SPELL_DAYS = 2.0
"""Days of observation the prior of one spell a day is worth."""
SPELL_S, SPELL_WEIGHT = 20.0, 4.0
SAME, SAME_WEIGHT = 0.8, 4.0
HOURLY = 4.0
"""Single failures the evenness of the hours is worth at first."""
CHANCE = 0.4
"""Chance that two unrelated failures have the same symptom."""


@dataclass(slots=True)
class Pending:
    """Counts that wait until what they were counted in is known to have been quiet."""

    looks: float = 0.0
    seconds: float = 0.0
    single: float = 0.0
    spells: float = 0.0
    ended: float = 0.0
    spell_s: float = 0.0
    same: float = 0.0
    other: float = 0.0
    hour: int = 0


@dataclass(slots=True)
class Spells:
    """Usual spells and hours of a service, learned from all its streams together; times are seconds of one stream."""

    seconds: float = 0.0
    count: float = 0.0
    ended: float = 0.0
    spell_s: float = 0.0
    same: float = 0.0
    other: float = 0.0
    hours: list[float] = field(default_factory=lambda: [0.0] * 24)

    def by_clock(self, at: float) -> float:
        """How much likelier than on average single failures are at this hour of the day."""
        hour = hour_of(at)
        around = self.hours[hour - 1] + self.hours[hour] + self.hours[(hour + 1) % 24]
        return (around + HOURLY) / (sum(self.hours) / 8 + HOURLY)

    @property
    def enters(self) -> float:
        """Spells a second and stream."""
        return (self.count + SPELL_DAYS) / (self.seconds + SPELL_DAYS * DAY_S)

    @property
    def lasts(self) -> float:
        """Mean length in seconds, kept within 10 s and two minutes: longer is no spell any more."""
        mean = (self.spell_s + SPELL_WEIGHT * SPELL_S) / (self.ended + SPELL_WEIGHT)
        return min(120.0, max(10.0, mean))

    @property
    def alike(self) -> float:
        """Chance that the next failure of a spell has the symptom of the last."""
        return (self.same + SAME_WEIGHT * SAME) / (self.same + self.other + SAME_WEIGHT)

    def learn(self, counts: Pending) -> None:
        """Take in cleared counts; the older ones fade with a memory of four weeks of stream time."""
        fade = exp(-counts.seconds / (4 * WEEK_S))
        self.seconds = self.seconds * fade + counts.seconds
        self.count = self.count * fade + counts.spells
        self.ended = self.ended * fade + counts.ended
        self.spell_s = self.spell_s * fade + counts.spell_s
        self.same = self.same * fade + counts.same
        self.other = self.other * fade + counts.other
        if counts.single:
            self.hours = [h * fade for h in self.hours]
            self.hours[counts.hour] += counts.single


@dataclass(slots=True)
class Usual:
    """A stream's usual rate of single failures."""

    failed: float = 0.0
    looks: float = 0.0
    short_failed: float = 0.0
    short_looks: float = 0.0
    pending: Pending = field(default_factory=Pending)
    rate: float = PRIOR_FAILED / PRIOR_LOOKS
    hour: int = -1

    def learn(self, spells: Spells, at: float) -> None:
        """Take in what was pending at `at`: it has turned out to be quiet."""
        counts = self.pending
        self.pending = Pending()
        spells.learn(counts)
        fade = exp(-counts.seconds / WEEK_S)
        self.failed = self.failed * fade + counts.single
        self.looks = self.looks * fade + counts.looks
        fade = exp(-counts.seconds / SHORT_S)
        self.short_failed = self.short_failed * fade + counts.single
        self.short_looks = self.short_looks * fade + counts.looks
        self.follow(spells, at)

    def follow(self, spells: Spells, at: float) -> None:
        """Set the rate for the hour of `at`: what was learned of the hours holds whatever is going on."""
        self.hour = hour_of(at)
        self.rate = self._rate(spells.by_clock(at))

    def drop(self) -> None:
        """Forget what was pending: it belongs to an episode."""
        self.pending = Pending()

    def _rate(self, by_clock: float) -> float:
        slow = (self.failed + PRIOR_FAILED) / (self.looks + PRIOR_LOOKS)
        fast = (self.short_failed + SHORT_LOOKS * slow * by_clock) / (self.short_looks + SHORT_LOOKS)
        return min(CAP, max(FLOOR, slow, min(fast, LIFT * slow)))


def hour_of(at: float) -> int:
    """The hour of the day (UTC)."""
    return int(at // 3600) % 24
