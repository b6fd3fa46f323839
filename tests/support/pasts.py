"""Components with a made-up past, and pasts of any kind."""

from hypothesis import strategies as st

from bot.core.history.ranges import SPANS, RangeHistory, past
from bot.core.history.rollups import Rollup

NOW = 1_776_094_980.0


def pasts(seen, span="24h", names=("claude-api",)):
    """Components whose buckets have these (good, failed), in order; None: nothing was measured."""
    of = SPANS[span]
    buckets = of.buckets(NOW)
    found = {
        bucket: Rollup([pair[0], 0, pair[1], 0], bins={40: pair[0]} if pair[0] else {})
        for bucket, pair in zip(buckets, seen * len(buckets), strict=False)
        if pair is not None
    }
    return [RangeHistory("claude", n, n, of, NOW, NOW, past(found, of, NOW)) for n in names]


PAIRS = st.lists(st.one_of(st.none(), st.tuples(st.integers(0, 50), st.integers(0, 50))), min_size=1, max_size=30)
