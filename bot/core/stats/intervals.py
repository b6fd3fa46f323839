"""Confidence intervals of proportions."""

from math import sqrt

Z, Z_LOW, Z_CLASS = 2.0, 2.6, 3.3
FADES_S = 1200.0
"""The time constant, in seconds, with which a failure rate forgets."""


def wilson(rate: float, n: float, z: float = Z) -> tuple[float, float]:
    """Wilson's score interval of a share seen in `n` looks (Wilson 1927)."""
    middle = (rate + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(rate * (1 - rate) / n + z * z / (4 * n * n))
    return max(0.0, middle - half), min(1.0, middle + half)
