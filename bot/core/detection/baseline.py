"""What is usual for a target: how often it fails by itself, and the spells in which it fails for a while.

Model of a quiet stream: every result fails with probability p by itself; now and then (`enters` a second) a spell
begins in which everything fails, mostly with one symptom, and which ends after `lasts` seconds on average. Seen through
results at any distance this is a hidden Markov chain of two states whose filter is one number, the belief to be in a
spell: a failure long after the last one is nearly always single, the fifth in a row is nearly surely a spell, and only
what neither explains is evidence of an outage. Every success ends the spell, so the belief is nought most of the time.

Spells are learned from the target itself. One that has never failed is presumed to have none (`RARELY`), so that its
first total failure is told at once. One that does fail by itself may have spells too: they are presumed at `PER_SINGLE`
for each single failure, with a weight that begins at one half and falls with every failure that was looked at again
and was single (`presumed`). What was seen replaces both (`Baseline.enters`): this stream's own spells, and with the
weight of `SHARED_S` those of the service's other streams. Spells count for that as soon as single failures count
against it: if they had to wait for longer, a target with an incident every few hours would never show any. Failures
with a lasting cause (`classification.LASTING`) are presumed to be part of a spell only as far as spells of that kind
have been seen.

Learned only from data that was cleared afterwards (`Pending` waits for the verdict, two hours at least), with priors
that make a first day without history work; memory is a week of results. Usual failures follow the clock: `Spells` keeps
the hours of the day at which a service's single failures came. An hour can lift the rate to `LIFT` times the mean,
never above `CAP`, and does not lower it below the mean; on the first day twice the prior is allowed for.
"""

from dataclasses import dataclass, field
from math import exp

FLOOR, CAP, LIFT = 0.002, 0.05, 3.0
PRIOR_FAILED, PRIOR_LOOKS = 6.0, 1200.0
WEEK_S = 7 * 86400.0
DAY_S = 86400.0
SPELL_DAYS = 1.0
"""Days without a spell that the service's learned rate begins with."""
RARELY = 5e-5 / DAY_S
"""Spells a second of a target that has shown no sign of any."""
PER_SINGLE, TELLS, PRESUMED_S = 0.035, 0.05, 0.5 * DAY_S
SHARED_S = 0.25 * DAY_S
LASTING_SHARE, LASTING_WEIGHT = 1e-4, 1.0
SPELL_S, SPELL_WEIGHT = 20.0, 4.0
LONGEST_S = 60.0
SAME, SAME_WEIGHT = 0.8, 4.0
HOLD_S = 7200.0
"""So much time must pass without an episode, and be quiet at its end, until what was seen counts as usual."""
FIRST_DAY = 2.0
"""How much more than usual is allowed for while not every hour of a day has been seen."""
HOURLY = 5.0
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
    hours: dict[str, float] = field(default_factory=dict)
    lasting: float = 0.0


@dataclass(slots=True)
class BurstModel:
    """Usual spells and hours of a service, learned from all its streams together; times are seconds of one stream."""

    seconds: float = 0.0
    count: float = 0.0
    ended: float = 0.0
    spell_s: float = 0.0
    same: float = 0.0
    other: float = 0.0
    since: float = -1.0
    hours: list[float] = field(default_factory=lambda: [0.0] * 24)
    lasting: float = 0.0

    def by_clock(self, at: float) -> float:
        """How much likelier than on average single failures are at this hour of the day."""
        hour = hour_of(at)
        around = self.hours[hour - 1] + self.hours[hour] + self.hours[(hour + 1) % 24]
        return (around + HOURLY) / (sum(self.hours) / 8 + HOURLY)

    def first_day(self, at: float) -> bool:
        """Whether not every hour of a day has been seen yet."""
        return self.since < 0 or at - self.since < DAY_S

    @property
    def enters(self) -> float:
        """Spells a second and stream that were seen, over all streams."""
        return self.count / (self.seconds + SPELL_DAYS * DAY_S)

    @property
    def lasts(self) -> float:
        """Mean length in seconds, within 10 s and `LONGEST_S`: a longer one is no spell, and nobody waits so long."""
        mean = (self.spell_s + SPELL_WEIGHT * SPELL_S) / (self.ended + SPELL_WEIGHT)
        return min(LONGEST_S, max(10.0, mean))

    @property
    def alike(self) -> float:
        """Chance that the next failure of a spell has the symptom of the last."""
        alike = (self.same + SAME_WEIGHT * SAME) / (self.same + self.other + SAME_WEIGHT)
        return min(0.98, max(0.02, alike))

    @property
    def lasting_share(self) -> float:
        """The share of spells whose failures have a lasting cause."""
        return (self.lasting + LASTING_WEIGHT * LASTING_SHARE) / (max(self.lasting, self.ended) + LASTING_WEIGHT)

    def learn(self, counts: Pending) -> None:
        """Take in cleared counts; the older ones fade with a memory of four weeks of stream time."""
        fade = exp(-counts.seconds / (4 * WEEK_S))
        self.seconds = self.seconds * fade + counts.seconds
        self.count = self.count * fade + counts.spells
        self.ended = self.ended * fade + counts.ended
        self.spell_s = self.spell_s * fade + counts.spell_s
        self.same = self.same * fade + counts.same
        self.other = self.other * fade + counts.other
        self.lasting = self.lasting * fade + counts.lasting
        self.hours = [h * fade for h in self.hours]
        for hour, single in counts.hours.items():
            self.hours[int(hour)] += single


@dataclass(slots=True)
class Baseline:
    """A stream's usual rate of single failures, and the spells it has shown itself."""

    failed: float = 0.0
    looks: float = 0.0
    pending: Pending = field(default_factory=Pending)
    held: Pending = field(default_factory=Pending)
    turned: float = 0.0
    rate: float = PRIOR_FAILED / PRIOR_LOOKS
    hour: int = -1
    spells: float = 0.0
    seconds: float = 0.0

    def learn(self, spells: BurstModel, at: float) -> None:
        """All is quiet at `at`: what was held since long enough is learned, and what was pending is held."""
        if at - self.turned < HOLD_S:
            return
        counts, self.held, self.pending, self.turned = self.held, self.pending, Pending(), at
        spells.learn(counts)
        fade = exp(-counts.seconds / WEEK_S)
        self.failed = self.failed * fade + counts.single
        self.looks = self.looks * fade + counts.looks
        fade = exp(-counts.seconds / (4 * WEEK_S))
        self.spells = self.spells * fade + counts.spells
        self.seconds = self.seconds * fade + counts.seconds
        self.follow(spells, at)

    def follow(self, spells: BurstModel, at: float) -> None:
        """Set the rate for the hour of `at`: what was learned of the hours holds whatever is going on."""
        self.hour = hour_of(at)
        mean = (self.failed + PRIOR_FAILED) / (self.looks + PRIOR_LOOKS)
        if spells.first_day(at):
            mean = FIRST_DAY * max(mean, PRIOR_FAILED / PRIOR_LOOKS)
        else:
            mean *= min(LIFT, max(1.0, spells.by_clock(at)))
        self.rate = min(CAP, max(FLOOR, mean))

    def enters(self, spells: BurstModel, single: float, several: float, looked_s: float) -> float:
        """Spells a second to be reckoned with; `single` failures and `several` spells were seen in so many seconds."""
        seen = (self.spells + spells.enters * SHARED_S) / (self.seconds + SHARED_S)
        return RARELY + presumed(single, looked_s) + max(seen, several / (max(0.0, looked_s) + SHARED_S))

    def drop(self) -> None:
        """Forget what was pending: it belongs to an episode."""
        self.pending, self.held = Pending(), Pending()


def presumed(single: float, looked_s: float) -> float:
    """Spells a second presumed of a target with so many single failures in so many seconds, and no spell yet.

    Bayes' rule on two kinds of targets, equally likely at first: those with spells, of which a failure looked at again
    is single with chance exp(-`TELLS`), and those without.
    """
    still = exp(-TELLS * single)
    weight = still / (still + 1)
    return weight * PER_SINGLE * single / (max(0.0, looked_s) + PRESUMED_S)


def hour_of(at: float) -> int:
    """The hour of the day (UTC)."""
    return int(at // 3600) % 24
