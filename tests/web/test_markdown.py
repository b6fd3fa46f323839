"""A postmortem's Markdown as HTML: its own marks mean something, those in anybody's words nothing."""

from hypothesis import given
from hypothesis import strategies as st

from bot.core.text import markdown
from bot.core.text.quoting import clean
from bot.web.pages.markdown import html
from tests.support.markup import Markup


def test_headings_tables_lists_and_code():
    """As a postmortem has them."""
    text = "# Title\n\nA **draft**.\n\n## Part\n\n| a | b |\n|---|---|\n| 1 | `x` |\n\n- one\n- [ ] two\n"
    made = html(text)
    assert "<h3>Title</h3>" in made
    assert "<p>A <strong>draft</strong>.</p>" in made
    assert '<th scope="col">a</th>' in made
    assert "<td><code>x</code></td>" in made
    assert "<ul><li>one</li><li>two</li></ul>" in made
    assert Markup(f"<main>{made}</main>").wrong == []


@given(st.text(max_size=300))
def test_any_words_come_out_as_words(words):
    """Escaped once, whole, whatever they are."""
    said = Markup(
        f"<p>{html('x ' + markdown.plain(words, 200))}</p>".replace("<p><p>", "<p>").replace("</p></p>", "</p>")
    )
    assert said.wrong == []
    assert " ".join(f"x {clean(words, 200)}".split()) == said.text


@given(st.text(max_size=500))
def test_anything_at_all_is_sound_html(text):
    """No tag of theirs, none left open."""
    assert [w for w in Markup(f"<main>{html(text)}</main>").wrong if "twice" not in w] == []
