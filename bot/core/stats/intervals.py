"""Confidence intervals of proportions and of counts."""

from collections.abc import Sequence
from math import comb, sqrt

Z, Z_LOW, Z_CLASS = 2.0, 2.6, 3.3
FADES_S = 1200.0
"""The time constant, in seconds, with which a failure rate forgets."""


def wilson(rate: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `n` looks (Wilson 1927)."""
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


def poisson(n: int, z: float = 1.96) -> tuple[float, float]:
    """The interval of the mean of which `n` were counted, by Byar's approximation (Breslow and Day 1987, 2.10)."""
    low = n * (1 - 1 / (9 * n) - z / (3 * sqrt(n))) ** 3 if n else 0.0
    return max(0.0, low), (n + 1) * (1 - 1 / (9 * (n + 1)) + z / (3 * sqrt(n + 1))) ** 3


def median_between(values: Sequence[float]) -> tuple[float, float] | None:
    """At least 95% for the median, from the values' order alone (Conover 1999, 3.2); None below six values."""
    ordered, n = sorted(values), len(values)
    below, rank = 0.5**n, 0
    while below <= UNLIKELY and rank < n // 2:
        rank += 1
        below += comb(n, rank) * 0.5**n
    return (ordered[rank - 1], ordered[n - rank]) if rank else None


EXACT = 100
"""Results beyond which the normal approximation tells a share from a half as well."""
UNLIKELY = 0.025


def beyond_half(hits: int, n: int) -> bool:
    """Whether the exact 95% interval of a share seen in `n` looks lies above a half (Clopper and Pearson 1934)."""
    if n > EXACT:
        return wilson(hits / n, n)[0] > 0.5
    return sum(comb(n, k) for k in range(hits, n + 1)) < UNLIKELY * 2.0**n
