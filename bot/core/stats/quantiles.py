"""Quantiles by one named definition. Pure."""

from collections.abc import Sequence

DEFINITION = "type 7 of Hyndman and Fan (1996): linear between the closest ranks, as NumPy and spreadsheets do"


def quantile(values: Sequence[float], share: float) -> float:
    """The quantile of `values` at `share` (0 to 1), by `DEFINITION`. Raises ValueError where there are none."""
    if not values:
        raise ValueError("no values")
    ranked = sorted(values)
    place = (len(ranked) - 1) * share
    below = int(place)
    above = min(below + 1, len(ranked) - 1)
    return ranked[below] + (place - below) * (ranked[above] - ranked[below])
