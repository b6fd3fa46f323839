"""How many reports or posts are usual at this hour of the week, and how surprising so many are. Pure.

The rate of each of the week's 168 hours is a Gamma-Poisson mean: what was counted in that hour and (by half) in the two
beside it, shrunk towards the rate over all hours, which is itself shrunk towards a prior. So the first day works, a
quiet Sunday night is told from a busy Tuesday noon after some weeks, and one odd hour changes little. What was counted
in a surge is learned by a tenth only, as Farrington et al. (J. R. Stat. Soc. A 159, 1996, 547-563) weigh down the
outbreaks in the baseline of the same weeks of former years.

Surprise is -log10 P(N >= n) of a Poisson count with the usual mean (the "Poisson surprise" of Legendy and Salcman,
J. Neurophysiol. 53, 1985, 926-939): 4 is a count that comes once in ten thousand usual windows.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from math import exp, isfinite, lgamma, log

WEEK_H = 168
HOUR_S = 3600.0
MEMORY_H = 8 * WEEK_H
"""After so many hours a count is worth a third (1/e)."""
SHRINK_H = 4.0
"""Hours of looking at one hour of the week that the rate over all hours is worth."""
PRIOR_H = 72.0
"""Hours of looking that the prior is worth."""
FLOOR = 0.08
"""Reports or posts an hour: silence however long makes nothing rarer than this."""
HIGHEST = 300.0
"""Surprise stops here: floats end."""


@dataclass(frozen=True, slots=True)
class Baseline:
    """What was counted by hour of the week (UTC, from the epoch's Thursday), faded up to `at`; begun at `since`."""

    hours: Mapping[int, float] = field(default_factory=dict)
    since: float | None = None
    at: float = 0.0

    def learn(self, at: float, weight: float = 1.0) -> "Baseline":
        """One more at `at` (Unix seconds)."""
        fade = exp(-max(0.0, at - self.at) / HOUR_S / MEMORY_H) if self.hours else 1.0
        hours = {h: n * fade for h, n in self.hours.items() if n * fade > 1e-3}
        hour = int(at // HOUR_S) % WEEK_H
        hours[hour] = round(hours.get(hour, 0.0) + weight, 4)
        return replace(self, hours=hours, at=max(self.at, at))

    def begun(self, now: float) -> "Baseline":
        """The same, looked at from now on if it was not yet."""
        return replace(self, since=now) if self.since is None else self

    def usual(self, now: float, window_s: float, prior: float) -> float:
        """How many are usual in a window that ends now; `prior` is the rate an hour before anything is known."""
        seen_h = max(0.0, now - self.since) / HOUR_S if self.since is not None else 0.0
        looked_h = MEMORY_H * (1 - exp(-seen_h / MEMORY_H))
        fade = exp(-max(0.0, now - self.at) / HOUR_S / MEMORY_H)
        overall = (fade * sum(self.hours.values()) + prior * PRIOR_H) / (looked_h + PRIOR_H)
        hour = int(now // HOUR_S) % WEEK_H
        around = self._count(hour) + (self._count(hour - 1) + self._count(hour + 1)) / 2
        rate = (fade * around + overall * SHRINK_H) / (2 * looked_h / WEEK_H + SHRINK_H)
        return max(FLOOR, rate) * window_s / HOUR_S

    def _count(self, hour: int) -> float:
        return self.hours.get(hour % WEEK_H, 0.0)


def surprise(n: int, mean: float) -> float:
    """-log10 of the chance of `n` or more where `mean` are usual; 0 for what is not above the usual."""
    if n <= mean or n <= 0 or not isfinite(mean) or mean <= 0:
        return 0.0
    first = n * log(mean) - mean - lgamma(n + 1)
    tail = term = 1.0
    k = n
    while term > 1e-9 * tail:
        k += 1
        term *= mean / k
        tail += term
    return min(HIGHEST, max(0.0, -(first + log(tail)) / log(10)))
