"""Whatever is said, it fits, by the length after escaping; short texts stay whole and what is cut is counted."""

import html
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.core.text.quoting import clean
from bot.core.text.truncation import DISCORD, SLACK, Piece, first, fit, fitted, verbatim, width


def slack(text: str) -> str:
    return html.escape(text, quote=False)


def discord(text: str) -> str:
    return re.sub(r"([\\*_~`|>#\[\]()])", r"\\\1", text)


ESCAPES = st.sampled_from([verbatim, slack, discord])
TEXTS = st.one_of(
    st.text(max_size=400),
    st.text(alphabet="&<>*_`\\|[]", max_size=400),
    st.text(alphabet="🟠🔴a& \u0301", max_size=400),
    st.builds(lambda part, n: part * n, st.text(min_size=1, max_size=5), st.integers(0, 5_000)),
)
PIECES = st.lists(st.builds(Piece, TEXTS, st.integers(0, 3_000)), max_size=60)


@given(TEXTS, st.integers(-3, 3_000), ESCAPES)
def test_a_text_fits_its_limit_after_escaping(text, limit, escape):
    assert width(fit(text, limit, escape)) <= max(limit, 0)


@given(TEXTS, ESCAPES)
def test_what_fits_is_not_touched(text, escape):
    assert fit(text, max(width(escape(text)), len(text)), escape) == escape(text)


@given(TEXTS, st.integers(30, 3_000), ESCAPES)
def test_what_is_cut_is_counted(text, limit, escape):
    """Count and kept text together are the text: nothing is lost in silence."""
    said = fit(text, limit, escape)
    if said == escape(text):
        return
    found = re.search(r"… \((\d+) more\)$", said.replace("\\", ""))
    assert found
    left = int(found[1])
    assert 0 < left <= len(text)
    assert slack(text[: len(text) - left].rstrip()) in said if escape is slack else True


FAMILY, FLAG, ACCENT, THUMB = "👨\u200d👩\u200d👧", "🇩🇪", "e\u0301", "👍🏽"


@given(st.lists(st.sampled_from([FAMILY, FLAG, ACCENT, THUMB, "a", " "]), max_size=80), st.integers(20, 300))
def test_no_grapheme_is_torn_apart(graphemes, limit):
    """A cut falls between two of them, and the joiner of a family is no invisible character to take out."""
    text = "".join(graphemes)
    said = re.sub(r"… \(\d+ more\)$", "", fit(text, limit))
    beginnings = {"".join(graphemes[:n]) for n in range(len(graphemes) + 1)}
    assert said in beginnings | {beginning.rstrip() for beginning in beginnings} | {"…"}


def test_only_the_joiner_inside_an_emoji_stays():
    """Anywhere else it hides something."""
    assert clean(f"we {FAMILY} see") == f"we {FAMILY} see"
    assert clean("a\u200db \u200d👩 👩\u200d") == "ab 👩 👩"


@given(PIECES, st.integers(0, 13_000), ESCAPES)
def test_pieces_fit_each_and_all_together(pieces, total, escape):
    said = fitted(pieces, total, escape)
    assert len(said) == len(pieces)
    assert sum(map(width, said)) <= total
    assert all(width(text) <= max(piece.limit, 0) for text, piece in zip(said, pieces, strict=True))


@given(st.lists(st.text(min_size=1, max_size=50), min_size=1, max_size=8), st.integers(1, 5))
def test_short_pieces_stay_whole_beside_huge_ones(short, huge):
    """The long give way to the short, whatever their order."""
    pieces = [Piece(text, 200) for text in short] + [Piece("&" * 100_000, 2_900)] * huge
    assert fitted(pieces, SLACK.total, slack)[: len(short)] == [slack(text) for text in short]


@given(PIECES, ESCAPES)
def test_room_enough_cuts_only_at_the_own_limit(pieces, escape):
    total = sum(max(piece.limit, 0) for piece in pieces)
    assert fitted(pieces, total, escape) == [fit(piece.text, piece.limit, escape) for piece in pieces]


@given(st.lists(st.integers()), st.integers(0, 20))
def test_what_is_left_out_is_counted(items, most):
    shown, left = first(items, most)
    assert len(shown) + left == len(items)
    assert len(shown) + bool(left) <= max(most, 1)


@pytest.mark.parametrize("limits", [SLACK, DISCORD])
def test_a_megabyte_is_no_trouble(limits):
    """Cutting costs what is kept, not what is given."""
    pieces = [Piece("&🟠" * 500_000, limits.text)] * limits.parts
    assert sum(map(width, fitted(pieces, limits.total, slack))) <= limits.total


def test_a_limit_without_room_for_the_count():
    assert [fit("hello world and more", n) for n in (0, 1, 5, 11, 13)] == ["", "…", "…", "… (20 more)", "he… (18 more)"]
    assert fit("&", 3, slack) == "…"
