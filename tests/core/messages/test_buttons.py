"""Which buttons an incident's message has in its row, and which behind its menu."""

from dataclasses import replace

from bot.core.messages.buttons import LABELS, folded, under
from bot.core.model.card import Action
from tests.support.situations import ANNA, INCIDENT, NOW, OVER, QUIET


def verbs(actions):
    return [action.verb for action in actions]


def test_what_is_asked_less_stands_behind_the_menu():
    row, behind = folded(under(INCIDENT))

    assert verbs(row) == ["ack", "report"]
    assert verbs(behind) == ["notify", "silence", "why", "tips", "works"]


def test_the_row_follows_who_has_it_and_whether_it_is_silenced():
    taken = replace(INCIDENT, acknowledged_at=NOW, acknowledged_by=ANNA, silence=QUIET)

    assert verbs(folded(under(taken))[0]) == ["unack", "resolve", "report"]
    assert folded(under(OVER))[1] == []


def test_a_menu_is_for_several_about_one_subject():
    one, two = Action("why", LABELS["why"], "4F7K"), Action("tips", LABELS["tips"], "D9QX")

    assert folded((one,)) == ([one], [])
    assert folded((one, two)) == ([one, two], [])
