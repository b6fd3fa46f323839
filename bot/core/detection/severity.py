"""How bad it is: the rate of failures with an interval that covers, and a class that does not flap. Pure.

Results are weighed by the time they stand for (re-probes crowd around failures), faded with a time constant of twenty
minutes. The interval is Wilson's on an effective number of results: fewer than were made, by the weights and by how
failures keep together (design effect (1+c)/(1-c) of the correlation c from result to result, shrunk to `TOGETHER` while
little is known). Where nothing has worked yet there is no success to tell the correlation from the rate: then the
interval is that of a prior which gives half to "all fail" and half to any rate (`_all_failed`).

The class changes only if an interval of `Z_CLASS` standard deviations leaves the old class's band, so that a constant
rate settles once and stays. The highest class also needs that half of the requests cannot be what fails: the exact 95%
interval of what was counted lies above a half (six of six, nine of ten). What begins like that is of this class at
once. A real change is followed: where the 95% interval of the last minutes alone (`QUICK_S`) does not meet that of the
whole, the last minutes are taken for the whole.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import exp

from bot.core.stats.intervals import FADES_S, Z_CLASS, Z_LOW, Z, beyond_half, wilson
from probes.model import State

QUICK_S = 180.0
WEIGH_S = 30.0
TOGETHER, TOGETHER_WEIGHT = 0.7, 8.0


CLASSES = (0.2, 0.5, 0.9, 1.01)
"""Each class is a rate below this."""
FULL = len(CLASSES) - 1
FIRST = 10
"""So many results after the failure that began it are the first ones."""
AT_ODDS, NEARLY = 0.025, 0.95


@dataclass(slots=True)
class Severity:
    """Faded sums of one episode and component: `quick_*` of the last minutes; `classed` results were classified."""

    failed_w: float = 0.0
    weight: float = 0.0
    squares: float = 0.0
    pairs: float = 0.0
    repeats: float = 0.0
    at: float = -1.0
    failed: int = 0
    total: int = 0
    level: int = -1
    against: int = 0
    classed: int = -1
    quick_failed: float = 0.0
    quick_weight: float = 0.0
    quick_squares: float = 0.0

    def take(self, at: float, dt: float, failed: bool, failed_before: bool) -> None:
        """One look, `dt` after the stream's last."""
        if self.at >= 0 and at > self.at:
            fade = exp(-(at - self.at) / FADES_S)
            self.failed_w *= fade
            self.weight *= fade
            self.squares *= fade * fade
            self.pairs *= fade
            self.repeats *= fade
            fade = exp(-(at - self.at) / QUICK_S)
            self.quick_failed *= fade
            self.quick_weight *= fade
            self.quick_squares *= fade * fade
        self.at = max(at, self.at)
        w = min(max(dt, 1.0), WEIGH_S) / WEIGH_S
        self.failed_w += w * failed
        self.weight += w
        self.squares += w * w
        self.quick_failed += w * failed
        self.quick_weight += w
        self.quick_squares += w * w
        if failed_before:
            self.pairs += 1
            self.repeats += failed
        self.failed += failed
        self.total += 1
        if failed and self.worked:
            self._follow()

    @property
    def worked(self) -> bool:
        """Whether anything has worked since it began."""
        return self.failed < self.total

    @property
    def rate(self) -> float:
        return self.failed_w / self.weight if self.weight > 0 else 1.0

    def interval(self) -> tuple[float, float]:
        """The 95% interval of the rate."""
        n = self._looks()
        if n <= 0:
            return 0.0, 1.0
        if not self.worked:
            return max(_all_failed(self.total), wilson(1.0, n)[0]), 1.0
        n = self._effective(n)
        # an episode begins when more fail than on average, so the truth is rather below
        return wilson(self.rate, n, Z_LOW)[0], wilson(self.rate, n)[1]

    def classify(self) -> bool:
        """Settle the class by what was seen since the last time; True if it changed."""
        if self.level >= 0 and self.classed == self.total:
            return False
        self.classed = self.total
        if self.level < 0:
            # too bad at first is a false alarm in itself: only what fails (nearly) throughout is taken at its word
            low = self.interval()[0]
            self.level = FULL if self._all_fail else min(FULL - 1, _class((low + self.rate) / 2))
            return True
        if self.level < FULL and (self.total <= FIRST or not self.worked) and self._all_fail:
            self.level = FULL
            return True
        low, high = self._span(self.failed_w, self.weight, self.squares)
        if (_class(low) > self.level) or (_class(high) < self.level and high < CLASSES[self.level - 1]):
            self.level = _class(self.rate)
            return True
        return False

    @property
    def _all_fail(self) -> bool:
        """Whether (nearly) everything counted failed, and so much was counted that it cannot be half.

        The first results are counted with the failure that began it, as people count them: nine of ten are enough,
        although the rate, which forgets a little of them, is below nine tenths.
        """
        few = self.total <= FIRST and 10 * (self.failed + 1) >= 9 * (self.total + 1)
        return (few or self.rate >= CLASSES[FULL - 1]) and self._beyond_half

    @property
    def _beyond_half(self) -> bool:
        """Whether what was counted, or the rate of now, excludes that half of the requests fail."""
        if beyond_half(self.failed, self.total):
            return True
        return self.worked and self._span(self.failed_w, self.weight, self.squares, Z_LOW)[0] > 0.5

    def _looks(self) -> float:
        return self.weight * self.weight / self.squares if self.squares > 0 else 0.0

    def _effective(self, n: float) -> float:
        """So many results as `n` independent ones, by how failures keep together."""
        smooth = (self.rate * n + 0.5) / (n + 1)
        again = (self.repeats + TOGETHER_WEIGHT * (smooth + (1 - smooth) * TOGETHER)) / (self.pairs + TOGETHER_WEIGHT)
        together = min(0.98, max(0.0, (again - smooth) / (1 - smooth)))
        return max(0.5, n * (1 - together) / (1 + together))

    def _span(self, failed: float, weight: float, squares: float, z: float = Z_CLASS) -> tuple[float, float]:
        """An interval of `z` standard deviations, of these sums."""
        looks = self._looks()
        if looks <= 0 or squares <= 0:
            return 0.0, 1.0
        n = weight * weight / squares * self._effective(looks) / looks
        rate = min(1.0, failed / weight)
        return wilson(rate, n, z)

    def _follow(self) -> None:
        """Take the last minutes for the whole if they do not agree with it."""
        low, high = self._span(self.failed_w, self.weight, self.squares, Z)
        quick_low, quick_high = self._span(self.quick_failed, self.quick_weight, self.quick_squares, Z)
        if quick_low > high or quick_high < low:
            self.failed_w, self.weight, self.squares = self.quick_failed, self.quick_weight, self.quick_squares
            self.pairs = self.repeats = 0.0

    @property
    def down(self) -> bool:
        """Whether (nearly) everything fails."""
        return self.level == FULL and self._beyond_half

    @property
    def state(self) -> State:
        return State.MAJOR if self.level >= 2 else State.PARTIAL


def _class(rate: float) -> int:
    return next(i for i, below in enumerate(CLASSES) if rate < below)


def _all_failed(n: int) -> float:
    """The rate that is exceeded with 97.5% if all `n` of `n` failed.

    By Bayes' rule on a prior of one half at "all fail" and one half spread evenly, P(rate < x) = x^(n+1) / (n+2).
    """
    odds = AT_ODDS * (n + 2)
    return min(NEARLY, float(odds ** (1 / (n + 1)))) if odds < 1 else NEARLY


def pooled(parts: Iterable[Severity]) -> Severity:
    """Several components' looks as one."""
    whole = Severity()
    for part in parts:
        whole.failed_w += part.failed_w
        whole.weight += part.weight
        whole.squares += part.squares
        whole.pairs += part.pairs
        whole.repeats += part.repeats
        whole.failed += part.failed
        whole.total += part.total
        whole.at = max(whole.at, part.at)
    return whole
