"""Words of others made safe."""

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from bot.core.model.person import Person
from bot.core.text.inline import Style, mention, moment, place
from bot.core.text.quoting import clean


@given(st.text(st.characters(max_codepoint=0x100), max_size=30) | st.text(" ab.", max_size=30), st.integers(1, 40))
def test_plain_text_comes_through_by_the_short_way_as_by_the_long(text, limit):
    """A letter beyond ASCII sends it the long way; what comes of the rest is the same."""
    short = clean(text, limit)
    assert clean(f"é {text}", limit + 2 + len(text)) == " ".join(["é", *clean(text, len(text) + 1).split()])
    assert len(short) <= max(limit, 1)
    assert len(text) > limit or short == short.strip()
    assert not any(unicodedata.category(c) == "Cc" for c in short)


@given(
    st.sampled_from([*(moment(1776095279, style) for style in Style), place("slack:C1")])
    | st.text(max_size=20).map(lambda name: mention(Person("slack", "T1", "U1", name))),
    st.text("ab ", max_size=10),
    st.text("ab ", max_size=10),
)
def test_a_token_goes_whole(token, before, after):
    """Nobody reads `r1776095279`, the inside of a time that was not written out."""
    assert clean(f"{before}{token}{after}") == clean(f"{before} {after}")
