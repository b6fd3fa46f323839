"""Cards as people read them, kept as text files one can read; REWRITE_CARDS=1 writes them anew."""

import os
from pathlib import Path

import pytest

from bot.advice.library import tips
from bot.core.messages.compose import card, headline, trail_line
from bot.core.text.inline import utc
from tests.support.situations import SITUATIONS

CARDS = Path(__file__).parents[2] / "data" / "cards"


def page(name):
    """A card as a plain text page."""
    snapshot, now = SITUATIONS[name]
    made = card(snapshot, now, tips())
    lines = [made.headline, *(f"   {label:<12}{utc(text, now)}" for label, text in made.lines)]
    lines.append(f"   {utc(made.footer, now)}")
    lines += [f"   {trail_line(entry, now)}" for entry in made.trail]
    lines.append("   " + " ".join([*(f"[{a.label}]" for a in made.actions), *(f"{x}: {y}" for x, y in made.links)]))
    return "\n".join(line.rstrip() for line in lines) + "\n"


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_card_reads_as_agreed(name):
    """Each situation reads exactly as in its file, which a person has read and found good."""
    file = CARDS / f"{name}.txt"
    if os.environ.get("REWRITE_CARDS"):
        file.write_text(page(name))
    assert page(name) == file.read_text()


@pytest.mark.parametrize("name", SITUATIONS)
def test_the_headline_is_the_cards(name):
    """The headline by itself is the same as on the card."""
    assert headline(*SITUATIONS[name]) == card(*SITUATIONS[name]).headline


def test_no_file_without_a_situation():
    """A card that nothing makes any more is not kept."""
    assert {file.stem for file in CARDS.glob("*.txt")} == set(SITUATIONS)
