"""Words of others made safe."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.quoting import clean


@given(st.text(st.characters(max_codepoint=0x100), max_size=30) | st.text(" ab.", max_size=30), st.integers(1, 40))
def test_plain_text_comes_through_by_the_short_way_as_by_the_long(text, limit):
    """A letter beyond ASCII sends it the long way; what comes of the rest is the same."""
    short = clean(text, limit)
    assert clean(f"é {text}", limit + 2 + len(text)) == " ".join(["é", *clean(text, len(text) + 1).split()])
    assert len(short) <= max(limit, 1)
    assert len(text) > limit or short == short.strip()
    assert not any(unicodedata.category(c) == "Cc" for c in short)
