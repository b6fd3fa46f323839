"""What one platform has the other has too: found out over the wire, compared, and written in the docs."""

import pytest

from bot.core.commands.table import COMMANDS
from tests.parity.rows import NO, Part, Talk, Who, cards, every_action, states, wanted
from tests.parity.table import DIFFER, GAPS, PAGE, REASONS, collected, table, written


@pytest.fixture(scope="module")
def both():
    """Slack's and Discord's offers, collected once."""
    return collected()


def test_every_command_reaches_the_desk_from_both(both):
    """With all its arguments, as the same line; nothing but `/avail`."""
    for offers in both:
        assert set(offers.commands) == set(COMMANDS)
        assert all(way.startswith("/avail ") for way in offers.commands.values()), offers.commands


def test_every_button_does_the_same_on_both(both):
    """In each state, and under answers: pressed one by one, the desk hears what the card means."""
    expected = {state: wanted(card.actions) for state, card in states().items()} | {"answer": wanted(every_action())}
    for offers in both:
        assert offers.heard == expected, offers.name
        assert {state: len(labels) for state, labels in offers.labels.items()} == {
            state: len(lines) for state, lines in expected.items()
        }


def test_every_line_of_every_card_is_shown_on_both(both):
    """Labels with the beginning of their text, as a person reads them."""
    wanted_labels = ", ".join(sorted({label for card in cards().values() for label, _ in card.lines if label}))
    for offers in both:
        assert offers.parts[Part.LINES] == wanted_labels, offers.name


def test_what_is_missing_has_a_reason_and_no_reason_is_stale(both):
    """A reason is the platform's; a gap is ours and listed. Both go when what was missing is there."""
    missing = {
        (row, offers.name)
        for offers in both
        for rows, found in ((Part, offers.parts), (Talk, offers.talk))
        for row in rows
        if found[row] == NO
    }
    assert missing == set(REASONS) | set(GAPS)
    assert all(len(why) > 10 for why in (*REASONS.values(), *GAPS.values(), *DIFFER.values()))


def test_roles_are_the_same_but_for_what_is_said(both):
    """By whoever one is; where they differ the table says why."""
    slack, discord = both
    assert {who for who in Who if slack.roles[who] != discord.roles[who]} == set(DIFFER)


def test_the_page_has_this_table(both):
    """`python -m tests.parity` writes it anew."""
    page = PAGE.read_text()
    assert written(page, table(*both)) == page, "run python -m tests.parity"
