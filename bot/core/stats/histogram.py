"""Latencies in bins that grow by a ratio: sums stay exact, quantiles are within `ERROR`, and bins are few. Pure.

The idea of DDSketch (Masson, Rim, Lee: VLDB 2019): bin i holds what lies in (RATIO^(i-1), RATIO^i] milliseconds, so any
value in it differs from the bin's middle by `ERROR` at most. Two histograms add bin by bin, in any order, to the same.
"""

from collections.abc import Mapping
from math import ceil, inf, isfinite, log

ERROR = 0.05
"""Relative error of a quantile, for latencies from 1 ms to `LONGEST_MS`; shorter ones count as 1 ms."""
RATIO = (1 + ERROR) / (1 - ERROR)
BINS = 140
LONGEST_MS = RATIO ** (BINS - 1)
"""Some eighteen minutes; longer ones count as this."""
_LOG = log(RATIO)


def bin_of(ms: float) -> int:
    """The bin of a latency (ms)."""
    if not isfinite(ms):
        return BINS - 1 if ms == inf else 0
    return min(max(ceil(log(ms) / _LOG - 1e-9), 0), BINS - 1) if ms > 1 else 0


def value_of(place: int) -> float:
    """The latency (ms) that stands for a bin: nobody in it is further away than `ERROR`."""
    return float(2 * RATIO**place / (RATIO + 1)) if place else 1.0


def quantile_ms(bins: Mapping[int, int], share: float) -> float | None:
    """The latency (ms) that `share` (0 to 1) of those counted do not exceed, by nearest rank; None without any."""
    rank = max(1, ceil(share * sum(bins.values()) - 1e-9))
    for place in sorted(bins):
        rank -= bins[place]
        if rank <= 0:
            return value_of(place)
    return None
