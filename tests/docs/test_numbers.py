"""Numbers in the pages that the program itself knows."""

import re

import pytest

from bot.advice.library import recipes, tips
from bot.cli.main import COMMANDS as TERMINAL
from bot.config.catalogue import names
from bot.config.load import from_text
from bot.core.commands.table import COMMANDS as CHAT
from probes.dialects.registry import DIALECTS
from tests.docs.pages import DOCS, README

PAGES = {path.name: path.read_text() for path in (README, *DOCS.glob("*.md"))}

UNCHECKED = [
    one for one in names() if not any(c.checks for c in from_text(f"services: [{one}]", "", {}).services[0].components)
]
"""Services of which only the status page is read, while no key is given."""


def scores():
    """The rows of the replay in the benchmarks: (recording, rule) -> its figures by column."""
    block = PAGES["benchmarks.md"].partition("```console\n$ groundtruth replay")[2].partition("```")[0]
    head, *rows = [re.split(r"\s{2,}", line) for line in block.splitlines()[1:]]
    return {(row[0], row[1]): dict(zip(head, row, strict=True)) for row in rows}


@pytest.mark.parametrize(
    ("page", "sentence"),
    [
        ("README.md", f"{len(names()) - len(UNCHECKED) - 1} other AI services by name"),
        (
            "configuration.md",
            f"For {', '.join(f'`{name}`' for name in UNCHECKED[:-1])} and `{UNCHECKED[-1]}` it has no checks",
        ),
        ("README.md", f"{len(DIALECTS)} page formats"),
        ("README.md", f"{len(CHAT)} chat commands and {len(TERMINAL)} terminal commands"),
        ("commands.md", f"from {len(tips())} Markdown files"),
        ("configuration.md", f"the {len(names())} services"),
    ],
)
def test_counts(page, sentence):
    """A new service, dialect, command or tip changes a sentence."""
    assert sentence in PAGES[page]


def test_the_recipes():
    """Four in each of three languages."""
    assert "The tests run all twelve" in PAGES["commands.md"]
    assert len(recipes()) == 12


def test_the_figures_of_the_readme_are_those_of_the_benchmarks():
    """Which a test runs again."""
    ours, theirs = scores()["one-in-five", "groundtruth"], scores()["one-in-five", "3-in-row"]
    page = PAGES["README.md"]
    assert f"the median time to the alert is {float(ours['median min']):.1f} minutes" in page
    assert f"takes {float(theirs['median min']):.1f} minutes there" in page
    assert f"misses {theirs['missed']} of {theirs['incidents']} incidents" in page
    assert "misses half of the outages" in page
    assert float(theirs["missed"]) / float(theirs["incidents"]) == pytest.approx(0.5, abs=0.1)
    assert "hundreds of times a month" in page
    assert float(scores()["quiet", "first-failure"]["false/month"]) > 200


def test_the_memory_of_the_readme_is_that_of_the_benchmarks():
    """Measured by one bench, said twice."""
    found = re.search(r"about (\d+) MiB of memory", PAGES["README.md"])
    assert found
    assert f"| memory | {found[1]} MiB |" in PAGES["benchmarks.md"]
