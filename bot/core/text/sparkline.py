"""A row of failure shares as a line of text, one character a column; a gap where nothing was measured. Pure."""

from collections.abc import Sequence

LEVELS = (0.0, 0.01, 0.02, 0.05, 0.1, 0.25, 0.5)
"""A column is as high as the number of these its share of failures exceeds."""
BLOCKS, GAP = "▁▂▃▄▅▆▇█", "·"
ASCII_BLOCKS, ASCII_GAP = "_.:-=+*#", "?"
LEGEND = "none, up to 1, 2, 5, 10, 25, 50% failed, more"


def spark(shares: Sequence[float | None], *, ascii_only: bool = False) -> str:
    """The line for shares (0 to 1) in order; None is a gap."""
    blocks, gap = (ASCII_BLOCKS, ASCII_GAP) if ascii_only else (BLOCKS, GAP)
    return "".join(gap if share is None else blocks[sum(share > level for level in LEVELS)] for share in shares)


def legend(*, ascii_only: bool = False) -> str:
    """What the characters mean."""
    blocks, gap = (ASCII_BLOCKS, ASCII_GAP) if ascii_only else (BLOCKS, GAP)
    return f"{blocks} is {LEGEND}; {gap} not measured"
