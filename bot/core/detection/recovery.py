"""When it is over: the reverse test. Pure.

V is the log likelihood ratio of "as usual again" against "the episode goes on at a rate r": a success adds
ln((1-p)/(1-r)), a failure takes ln(r/p) away, a further one in a row ln 2 (it may be a usual spell). r is a third of
the episode's faded rate, within `R_LOW` and `R_HIGH`. The episode is over when V >= `ENOUGH` and V has stayed above
nought for longer than all but one in `1 / LONGER` of this episode's gaps last, at least `AT_LEAST_S`; at most
`AT_MOST_S`. With n gaps known that took s seconds, another one exceeds x with chance (1 + x/s)^-n (gaps of exponential
length whose mean is unknown); a first gap of `GAP_S` is presumed. A gap is one of the episode only if the failures that
end it bring V down to nought: usual single failures afterwards neither prolong it nor count. Before any gap is known
they are taken to be long, as failures may come in bursts, unless nothing at all worked for `SOLID_S`: then it takes
`GAPS` times `SOLID_GAP_S`.

An outage is `hard` while it was nothing but total failures of at least `RUN_S`. Each may be an outage that was mended
or a burst, and by its length more likely one of them (`OUTAGE_S`, `BURST_S`); `BURSTS` are the odds before. Where the
target never showed spells, or it is the first and longer than a burst (`LONG_S`), it is over when another is unlikely:
after n gaps the next is the last with chance 1 / (n + 2) (Laplace), and one that is not lasts longer than x with the
chance that follows from the gaps known, their mean one of `MEANS_S`, each alike at first. `RISK` is the chance left of
closing too early. It takes at least as long as after a solid outage. Time without data does not count.
"""

from dataclasses import dataclass
from math import exp, log

ENOUGH, HIGHEST = 4.0, 6.0
AT_LEAST_S, AT_MOST_S = 720.0, 2700.0
GAPS, GAP_S, SOLID_GAP_S, SOLID_S = 5.0, 540.0, 150.0, 600.0
LONGER = 1 / 400
"""An outage in bursts has some 13 gaps; with 1 of 400 gaps taken for the end, 1 of 30 outages opens twice."""
R_LOW, R_HIGH, R_USUAL = 0.03, 0.2, 4.0
R_MOST, USUAL_MOST = 0.9, 0.45
"""Bounds of both rates, so that what is usual stays below what goes on, and neither is certain."""
MONITORING_S = 180.0
LONG_S, GAPLESS_S, RUN_S = 180.0, 15.0, 20.0
"""An outage of at least the first is longer than bursts; successes for no more than the second are no gap in it."""
BURST_S, OUTAGE_S, BURSTS = 60.0, 600.0, 0.1
MEANS_S = (67.5, 135.0, 270.0, 540.0)
RISK, SURE = 1 / 30, 30.0
"""The chance of closing too early; the logarithm of odds beyond which nothing is more certain."""
MENDED, MENDED_S = 3, 30.0
"""Results that work after an outage without a gap, and for how long, until people hear that it works again."""


@dataclass(slots=True)
class RecoveryTest:
    """The test's state; `up_s` is the time with data since V was nought.

    `well` counts the results that worked since the last failure. `hard`: between two failures of one total failure
    nothing worked for longer than `GAPLESS_S`; `long`: so it was for `LONG_S`. `bursts`: the target is known to fail in
    spells. `ran_s` is how long the last total failure was, `again` how many gaps there were between them, which took
    `again_s`; `odds` is the logarithm of how much likelier bursts are by all but the last.
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
    ran_s: float = 0.0
    again: int = 0
    again_s: float = 0.0
    odds: float = 0.0

    def quiet(self, seconds: float, usual: float, rate: float) -> None:
        """A success, so many seconds of data after the last look."""
        self.quiet_s += seconds
        self.up_s += seconds
        self.well += 1
        usual = min(USUAL_MOST, usual)
        self.value = min(HIGHEST, self.value + log((1 - usual) / (1 - _rate(usual, rate))))

    def mend(self) -> None:
        """It is over for certain: what failed says itself that it works."""
        self.up_s = AT_MOST_S

    def failure(self, seconds: float, usual: float, rate: float) -> None:
        """A failure, after a gap or not; `usual` is the usual chance of one."""
        usual = min(USUAL_MOST, usual)
        self.value -= log(_rate(usual, rate) / usual) if self.quiet_s > 0 else log(2)
        self.run_s = 0.0 if self.quiet_s > GAPLESS_S else self.run_s + seconds
        self.long = self.long or self.run_s >= LONG_S
        self.solid = self.solid or self.run_s >= SOLID_S
        self.quiet_s, self.well = 0.0, 0
        if self.value <= 0:
            if self.up_s > 0:
                self.gaps += 1
                self.gap_s += self.up_s
            if self.up_s > GAPLESS_S:
                self._fails_again()
            self.ran_s = self.run_s
            self.value = self.up_s = 0.0

    def _fails_again(self) -> None:
        """After a gap: the failure before it was whole, and is known in its length."""
        self.hard = self.hard and self.ran_s >= RUN_S
        self.odds += _burst(self.ran_s)
        self.again += 1
        self.again_s += self.up_s

    @property
    def asked_s(self) -> float:
        """How long it must have been quiet."""
        if self.hard and (not self.bursts or (self.long and not self.again)):
            return self._asked_hard_s
        first = SOLID_GAP_S if self.solid else GAP_S
        times = (self.gaps + 1) * (LONGER ** (-1 / (self.gaps + 1)) - 1) if self.gaps else GAPS
        asked = times * (self.gap_s + first) / (self.gaps + 1)
        return min(AT_MOST_S, max(AT_LEAST_S, asked))

    @property
    def _asked_hard_s(self) -> float:
        """The least time after which another failure is as unlikely as `RISK` allows."""
        bursts = log(BURSTS) + self.odds + _burst(self.ran_s)
        allowed = RISK / (self.again + 1) * (1 + exp(-max(-SURE, bursts)))
        likely = [-self.again * log(mean) - self.again_s / mean for mean in MEANS_S]
        weights = [exp(each - max(likely)) for each in likely]
        short, long = GAPS * SOLID_GAP_S, AT_MOST_S
        while long - short > 1:
            middle = (short + long) / 2
            left = sum(w * exp(-middle / mean) for w, mean in zip(weights, MEANS_S, strict=True))
            short, long = (short, middle) if left <= allowed * sum(weights) else (middle, long)
        return short

    @property
    def monitoring(self) -> bool:
        """Quiet for long enough that people expect to hear it."""
        mended = self.hard and not self.again and self.well >= MENDED and self.quiet_s >= MENDED_S
        return mended or self.up_s >= MONITORING_S

    @property
    def over(self) -> bool:
        return self.up_s >= AT_MOST_S or (self.value >= ENOUGH and self.up_s >= self.asked_s)

    @property
    def left_s(self) -> float:
        """Quiet seconds still needed, as far as they can be foretold."""
        return max(0.0, self.asked_s - self.up_s)


def _burst(ran_s: float) -> float:
    """The logarithm of how much likelier a total failure of this length is as a burst than as an outage of its own."""
    return log(OUTAGE_S / BURST_S) - ran_s * (1 / BURST_S - 1 / OUTAGE_S)


def _rate(usual: float, rate: float) -> float:
    return min(R_MOST, max(R_LOW, R_USUAL * usual, min(R_HIGH, rate / 3)))
