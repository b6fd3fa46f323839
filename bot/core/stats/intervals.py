"""Confidence intervals of proportions."""

from math import comb, sqrt

Z, Z_LOW, Z_CLASS = 2.0, 2.6, 3.3
FADES_S = 1200.0
"""The time constant, in seconds, with which a failure rate forgets."""


def wilson(rate: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `n` looks (Wilson 1927)."""
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)


EXACT = 100
"""Results beyond which the normal approximation tells a share from a half as well."""
UNLIKELY = 0.025


def beyond_half(hits: int, n: int) -> bool:
    """Whether the exact 95% interval of a share seen in `n` looks lies above a half (Clopper and Pearson 1934)."""
    if n > EXACT:
        return wilson(hits / n, n)[0] > 0.5
    return sum(comb(n, k) for k in range(hits, n + 1)) < UNLIKELY * 2.0**n
