"""When it is over: the reverse test. Pure.

V is the log likelihood ratio of "as usual again" against "the episode goes on at a rate r": a success adds
ln((1-p)/(1-r)), a failure takes ln(r/p) away, a further one in a row ln 2 (it may be a usual spell). r is a third of
the episode's faded rate, within `R_LOW` and `R_HIGH`. The episode is over when V >= `ENOUGH` and V has stayed above
nought for longer than all but one in `1 / LONGER` of this episode's gaps last, at least `AT_LEAST_S`; at most
`AT_MOST_S`. With n gaps known that took s seconds, another one exceeds x with chance (1 + x/s)^-n (gaps of exponential
length whose mean is unknown); a first gap of `GAP_S` is presumed. A gap is one of the episode only if the failures that
end it bring V down to nought: usual single failures afterwards neither prolong it nor count. Before any gap is known
they are taken to be long, as failures may come in bursts, unless nothing at all worked for `SOLID_S`: then it takes
`GAPS` times `SOLID_GAP_S`. An outage without a gap (`hard`) has shown no bursts: where the target never showed spells
either, or for longer than a burst lasts (`HARD_S`), the same quiet ends it. Time without data does not count.
"""

from dataclasses import dataclass
from math import log

ENOUGH, HIGHEST = 4.0, 6.0
AT_LEAST_S, AT_MOST_S = 720.0, 2700.0
GAPS, GAP_S, SOLID_GAP_S, SOLID_S = 5.0, 540.0, 150.0, 600.0
LONGER = 1 / 400
"""An outage in bursts has some 13 gaps; with 1 of 400 gaps taken for the end, 1 of 30 outages opens twice."""
R_LOW, R_HIGH, R_USUAL = 0.03, 0.2, 4.0
R_MOST, USUAL_MOST = 0.9, 0.45
"""Bounds of both rates, so that what is usual stays below what goes on, and neither is certain."""
MONITORING_S = 180.0
HARD_S, GAPLESS_S = 180.0, 15.0
"""An outage of at least the one is longer than bursts; successes for no more than the other are no gap in it."""
MENDED, MENDED_S = 3, 30.0
"""Results that work after an outage without a gap, and for how long, until people hear that it works again."""


@dataclass(slots=True)
class RecoveryTest:
    """The test's state; `up_s` is the time with data since V was nought.

    `well` counts the results that worked since the last failure. `hard`: nothing worked for longer than `GAPLESS_S`
    between two failures so far; `long`: so it was for `HARD_S`. `bursts`: the target is known to fail in spells.
    """

    value: float = 0.0
    up_s: float = 0.0
    quiet_s: float = 0.0
    gaps: int = 0
    gap_s: float = 0.0
    run_s: float = 0.0
    solid: bool = False
    well: int = 0
    hard: bool = False
    long: bool = False
    bursts: bool = True

    def quiet(self, seconds: float, usual: float, rate: float) -> None:
        """A success, so many seconds of data after the last look."""
        self.quiet_s += seconds
        self.up_s += seconds
        self.well += 1
        usual = min(USUAL_MOST, usual)
        self.value = min(HIGHEST, self.value + log((1 - usual) / (1 - _rate(usual, rate))))

    def failure(self, seconds: float, usual: float, rate: float) -> None:
        """A failure, after a gap or not; `usual` is the usual chance of one."""
        usual = min(USUAL_MOST, usual)
        self.value -= log(_rate(usual, rate) / usual) if self.quiet_s > 0 else log(2)
        if self.quiet_s > GAPLESS_S:  # after a long outage a usual single failure is none of its own
            self.hard = self.hard and self.long and self.value > 0
        self.run_s = 0.0 if self.quiet_s > GAPLESS_S else self.run_s + seconds
        self.long = self.long or self.run_s >= HARD_S
        self.solid = self.solid or self.run_s >= SOLID_S
        self.quiet_s, self.well = 0.0, 0
        if self.value <= 0:
            if self.up_s > 0:
                self.gaps += 1
                self.gap_s += self.up_s
            self.value = self.up_s = 0.0

    @property
    def asked_s(self) -> float:
        """How long it must have been quiet."""
        if self.hard and (self.long or not self.bursts):
            return GAPS * SOLID_GAP_S
        first = SOLID_GAP_S if self.solid else GAP_S
        times = (self.gaps + 1) * (LONGER ** (-1 / (self.gaps + 1)) - 1) if self.gaps else GAPS
        asked = times * (self.gap_s + first) / (self.gaps + 1)
        return min(AT_MOST_S, max(AT_LEAST_S, asked))

    @property
    def monitoring(self) -> bool:
        """Quiet for long enough that people expect to hear it."""
        mended = self.hard and self.well >= MENDED and self.quiet_s >= MENDED_S
        return mended or self.up_s >= MONITORING_S

    @property
    def over(self) -> bool:
        return self.up_s >= AT_MOST_S or (self.value >= ENOUGH and self.up_s >= self.asked_s)

    @property
    def left_s(self) -> float:
        """Quiet seconds still needed, as far as they can be foretold."""
        return max(0.0, self.asked_s - self.up_s)


def _rate(usual: float, rate: float) -> float:
    return min(R_MOST, max(R_LOW, R_USUAL * usual, min(R_HIGH, rate / 3)))
