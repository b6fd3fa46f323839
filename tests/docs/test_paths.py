"""Files and folders that the docs name are there."""

import re

import pytest

from tests.docs.pages import DOCS, README, ROOT

PATH = re.compile(r"`((?:bot|probes|tests|deploy)/[\w./<>-]+)`")


@pytest.mark.parametrize("page", [README, *sorted(DOCS.glob("*.md"))], ids=lambda page: page.name)
def test_paths_are_there(page):
    """In code marks; `<name>` stands for one that is still to be written, in a folder that is there."""
    named = {path.partition("/<")[0] for path in PATH.findall(page.read_text())}
    assert {path for path in named if not (ROOT / path).exists()} == set()


def folders(path):
    """The names of the folders in it."""
    return {inner.name for inner in path.iterdir() if inner.is_dir() and inner.name != "__pycache__"}


def test_the_tree_of_the_architecture_is_the_tree():
    """Every folder of the program is drawn, and every folder that is drawn is there."""
    page = (DOCS / "architecture.md").read_text()
    drawn = set(re.findall(r"\b([a-z_]+)/", page[page.index("```text\nprobes/") : page.index("Values lie on")]))
    rooms = {name for room in ("bot", "bot/core", "probes") for name in folders(ROOT / room)}
    assert rooms - drawn == set()
    assert drawn - rooms - folders(ROOT) - folders(ROOT / "tests") - folders(ROOT / "deploy") == set()
