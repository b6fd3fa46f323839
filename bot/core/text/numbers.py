"""Numbers as people read them: rates with their interval, latencies, what is usual. Pure."""

import math


def percent(share: float) -> str:
    """A share (0 to 1) as "18%"; it never rounds to "0%" or "100%" what is neither."""
    return f"{_points(share)}%"


def span(low: float, high: float) -> str:
    """An interval of shares as "11–27%"; a single figure when both ends read the same."""
    ends = _points(low), _points(high)
    return f"{ends[0]}%" if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}%"


def latency(ms: float) -> str:
    """Milliseconds as "85 ms", "0.9 s", "4.1 s", "12 s"."""
    if not math.isfinite(ms):
        return "an unknown time"
    if ms < 99.5:
        return f"{max(0.0, ms):.0f} ms"
    if ms < 995:
        return f"{ms / 1000:.2f}".rstrip("0") + " s"
    return f"{ms / 1000:.1f} s" if ms < 9950 else f"{ms / 1000:.0f} s"


def latencies(values: list[float]) -> str:
    """One latency, or the range of several: "4.1 s", "3.9 s to 4.4 s"."""
    ends = latency(min(values)), latency(max(values))
    return ends[0] if ends[0] == ends[1] else f"{ends[0]} to {ends[1]}"


def usually(count: float) -> str:
    """How many are usual, from a mean: "normally none", "normally 0–1", "normally about 4"."""
    if not math.isfinite(count) or count < 0.05:
        return "normally none"
    if count < 3 and count != round(count):
        return f"normally {math.floor(count)}–{math.ceil(count)}"
    return f"normally about {count:.0f}"


def number(count: float, one: str, many: str) -> str:
    """`1 report`, `7 reports`, `no reports`."""
    return f"no {many}" if count == 0 else f"{count:,.0f} {one if count == 1 else many}".replace(",", " ")


def _points(share: float) -> str:
    if math.isnan(share):
        return "?"
    # The ends of an interval carry rounding errors: what differs by less than that is 0 or 100.
    points = round(min(max(share, 0.0), 1.0) * 100, 9)
    if points in (0.0, 100.0):
        return f"{points:.0f}"
    if points < 1:
        return f"{max(points, 0.1):.1f}"
    if points > 99:
        return f"{min(points, 99.9):.1f}"
    return f"{points:.0f}"
