"""How much of our own rate limit an answer says is left."""

import math
import re
from collections.abc import Mapping

_NAMED = re.compile(r"(?:anthropic|x)-ratelimit-(?:(limit|remaining)(?:-(.{1,40}))?|(.{1,40})-(limit|remaining))")
_FIGURE = re.compile(r"\d{1,15}(?:\.\d{1,6})?")


def headroom(headers: Mapping[str, str]) -> float | None:
    """The smallest share left of any limit named, from 0 to 1; None where no limit is.

    Two families of names: `anthropic-ratelimit-tokens-remaining` and `x-ratelimit-remaining-tokens`; names in lower
    case, values from outside.
    """
    figures: dict[tuple[str, str], float] = {}
    for name, value in headers.items():
        found = _NAMED.fullmatch(name)
        if found and _FIGURE.fullmatch(value.strip()):
            figures[found[2] or found[3] or "", found[1] or found[4]] = float(value)
    shares = [
        figures[what, "remaining"] / limit
        for (what, side), limit in figures.items()
        if side == "limit" and limit > 0 and (what, "remaining") in figures
    ]
    left = min(shares, default=math.nan)
    return None if math.isnan(left) else min(max(left, 0.0), 1.0)
