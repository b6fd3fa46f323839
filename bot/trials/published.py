"""How long real incidents last, how far apart they begin, what fails together, how late the page speaks: summaries.

Lengths, gaps and joint failures are of the 141 incidents on Anthropic's status page from March 2023 to August 2024 as
collected by Chu et al. (ICPE 2025, "An Empirical Characterization of Outages and Incidents in Public Services for Large
Language Models"; github.com/atlarge-research/llm-service-analysis, Zenodo 14018219). A length is from the first of
investigating, identified and monitoring to resolved, a gap is from one such start to the next. The lag of the page is
from the start of the impact that the vendor stated afterwards to its first post, in 39 incidents on status.claude.com
in 2026. Kept here are quantiles and counts, not the collections.
"""

from collections.abc import Mapping, Sequence
from math import exp, log

LENGTHS_MIN = (1, 13, 16, 22, 36, 55, 75, 95, 150, 321, 11_235)
"""Lengths of 111 incidents in minutes: least, nine deciles, greatest."""
GAPS_H = (0.12, 2.25, 3.6, 12.42, 22.87, 36.93, 64.23, 90.47, 123.77, 179.78, 1419.13)
"""Hours between the starts of incidents: least, nine deciles, greatest."""
TOGETHER: Mapping[tuple[str, ...], int] = {
    ("api", "web", "console"): 56,
    ("api",): 15,
    ("web", "console"): 13,
    ("web",): 12,
    ("api", "web"): 5,
    ("console",): 3,
}
"""Incidents by the components that they name: 74 of 104 name several."""
PAGE_LAGS_MIN = (4, 6, 7, 8, 9, 14, 16, 23, 37, 54, 237)
"""From the stated start to the first post: least, nine deciles, greatest."""
ONLY_AFTERWARDS = 30 / 141
"""The share of incidents that the page posted only when they were over."""


def at_share(quantiles: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) lies, between deciles on a logarithmic scale."""
    place = share * (len(quantiles) - 1)
    low = min(int(place), len(quantiles) - 2)
    return exp(log(quantiles[low]) + (log(quantiles[low + 1]) - log(quantiles[low])) * (place - low))
