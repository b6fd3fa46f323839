"""Every relative link of every page leads somewhere, to the heading it names."""

import pytest

from tests.docs.links import anchors, broken
from tests.docs.pages import ROOT, pages


@pytest.mark.parametrize("path", pages(), ids=lambda path: str(path.relative_to(ROOT)))
def test_links_lead_somewhere(path):
    """Files and headings."""
    assert list(broken(path)) == []


def test_a_dead_link_is_found(tmp_path):
    """A file that is not there, a heading that is not there; code and the world outside are not looked at."""
    (tmp_path / "other.md").write_text("# Two words, `code`: more\n## Again\n## Again\n")
    page = tmp_path / "page.md"
    page.write_text(
        "[a](other.md) [b](other.md#two-words-code-more) [c](other.md#again-1) [d](https://example.com/x)\n"
        "[e](gone.md) [f](other.md#nothing) [g](#here) <img src='gone.png'>\n\n```\n[h](gone-too.md)\n```\n# Here\n"
    )  # fmt: skip
    assert list(broken(page)) == [
        "gone.md: no such file",
        "other.md#nothing: no such heading",
        "gone.png: no such file",
    ]


def test_anchors():
    """As GitHub makes them."""
    assert anchors("# `kind: http`\n### A — B\n```\n# no heading\n```\n") == {"kind-http", "a--b"}
