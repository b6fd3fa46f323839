"""Headroom of our own rate limit, by the headers of both families."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from probes.inference.rate_limit_headers import headroom

A, X = "anthropic-ratelimit", "x-ratelimit"


@pytest.mark.parametrize(
    ("headers", "left"),
    [
        ({}, None),
        ({f"{A}-requests-limit": "1000", f"{A}-requests-remaining": "999"}, 0.999),
        ({f"{A}-requests-limit": "50", f"{A}-requests-remaining": "0", f"{A}-requests-reset": "soon"}, 0),
        ({f"{A}-requests-limit": "50", f"{A}-requests-remaining": "40",
          f"{A}-input-tokens-limit": "1000", f"{A}-input-tokens-remaining": "100"}, 0.1),
        ({f"{X}-limit-requests": "60", f"{X}-remaining-requests": "30", f"{X}-reset-requests": "1s"}, 0.5),
        ({f"{X}-limit": "100", f"{X}-remaining": "25"}, 0.25),
        ({f"{X}-limit-tokens": "10", f"{X}-remaining-tokens": "20"}, 1),
        ({f"{A}-requests-limit": "0", f"{A}-requests-remaining": "0"}, None),
        ({f"{A}-requests-limit": "many", f"{A}-requests-remaining": "few"}, None),
        ({f"{A}-requests-remaining": "5"}, None),
        ({f"{A}-requests-limit": "5", f"{X}-remaining-requests": "5"}, 1),
    ],
)  # fmt: skip
def test_the_tightest_limit_counts(headers: dict[str, str], left: float | None) -> None:
    """The smallest share of all limits that say both sides; nothing where none does."""
    assert headroom(headers) == (None if left is None else pytest.approx(left))


names = st.sampled_from([f"{A}-tokens-limit", f"{A}-tokens-remaining", f"{X}-limit-a", f"{X}-remaining-a", "date"])


@given(st.dictionaries(names, st.text(max_size=30) | st.integers(-9, 10**18).map(str)))
def test_whatever_is_said_it_is_a_share(headers: dict[str, str]) -> None:
    """Strangers' figures never leave 0 to 1 and never raise."""
    left = headroom(headers)
    assert left is None or 0 <= left <= 1
