"""The README stays a door: short, in short sentences, with everything else behind a link."""

import re
from importlib.metadata import version

import pytest

from tests.docs.measure import mean, prose, sentences, words
from tests.docs.pages import DOCS, README, ROOT

MOST_WORDS = 1_100
MOST_IN_A_SENTENCE = 20.0
SECTIONS = (
    "Why", "Quick start", "Slack in five minutes", "Watch your own gateway", "Ten commands you will use",
    "Routing and on-call", "Run in production", "How detection works", "Limits", "Documentation",
)  # fmt: skip


def test_it_is_short():
    """A newcomer reads it in five minutes."""
    assert 700 < words(prose(README.read_text())) <= MOST_WORDS


def test_its_sentences_are_short():
    """On average; a long one now and then is fine."""
    assert mean(README.read_text()) < MOST_IN_A_SENTENCE


def test_it_has_the_sections_of_a_door():
    """In this order."""
    headings = [line.removeprefix("## ") for line in README.read_text().splitlines() if line.startswith("## ")]
    assert headings[: len(SECTIONS)] == list(SECTIONS)


def test_every_page_of_the_docs_is_linked():
    """Whoever opens the README finds all of them."""
    page = README.read_text()
    assert {path.name for path in DOCS.glob("*.md") if f"deploy/docs/{path.name}" not in page} == set()


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (
            "# Head line\n\nOne two. Three four!\n\n- five six\n- seven\n",
            ["One two.", "Three four!", "five six", "seven"],
        ),
        (
            "a [b c](http://x/y?z) d\nand more.\n\n```\nno words.\n```\n<!-- nor here -->\n| t | u |\n",
            ["a b c d and more."],
        ),
        ("![a picture](x.png)\n<img alt='other' src='y'>\n\n1. first `ask` it.\n", ["first `ask` it."]),
    ],
)
def test_sentences(page, expected):
    """Paragraphs and items, without what is no prose."""
    assert sentences(page) == expected


def test_the_mean():
    assert mean("One two three. Four.") == 2.0
    assert mean("") == 0.0
    assert words("`ack` 10,000 and-so on — see a/b.c") == 7


def test_the_changelog_has_this_version():
    """Above it there is only what is not released yet."""
    headings = [line for line in (ROOT / "CHANGELOG.md").read_text().splitlines() if line.startswith("## ")]
    assert headings[0] == "## Unreleased"
    assert re.fullmatch(rf"## {re.escape(version('groundtruth'))} - \d{{4}}-\d\d-\d\d", headings[1])
