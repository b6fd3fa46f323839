"""A number is never torn from its unit."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.no_break import unbroken


@pytest.mark.parametrize(
    ("plain", "drawn"),
    [
        ("about 18 % of requests (95 % interval 11–27 %)", "about 18_% of requests (95_% interval 11–27_%)"),
        ("4 s ago", "4_s ago"),
        ("1 h 05 min, 3 d 4 h, 85 ms", "1_h 05_min, 3_d 4_h, 85_ms"),
        ("3 steps, 2 minutes, 5 days, HTTP 500", "3 steps, 2 minutes, 5 days, HTTP 500"),
        ("a % b", "a % b"),
    ],
)
def test_a_unit_stays_with_its_number(plain, drawn):
    """Percent and units of time; no other word that follows a number."""
    assert unbroken(plain) == drawn.replace("_", "\u00a0")


@given(st.text(alphabet="0 %smhdin\u00a0x", max_size=60))
def test_nothing_else_changes(text):
    """The same length, the same words, and a second time changes nothing."""
    said = unbroken(text)
    assert said.replace("\u00a0", " ") == text.replace("\u00a0", " ")
    assert unbroken(said) == said
