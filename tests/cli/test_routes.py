"""Who would hear of something, by the command line on real configuration files."""

import json

import pytest

from bot.cli.main import main

FILE = """
services: [{id: claude, labels: {team: core}}]
channels: {slack: {kind: console}, pagerduty: {kind: console}, email: {kind: console}}
routes:
  - match: ['state="major_outage"', 'team="core"']
    to: [pagerduty]
    continue: true
  - to: [slack]
    quiet_hours: {hours: "22:00-07:00", zone: UTC, except: major_outage}
    escalation: nobody-answers
    minimum: partial_outage
escalations:
  nobody-answers: {steps: [{after: 10m, to: [pagerduty]}, {after: 15m, to: [email]}]}
"""


@pytest.fixture
def asked(tmp_path, capsys):
    """The command's exit code, and what it says."""
    file = tmp_path / "groundtruth.yaml"
    file.write_text(FILE)

    def ask(*words):
        code = main(["--config", str(file), "routes", *words])
        told = capsys.readouterr()
        return code, told.out + told.err

    return ask


def heard(told):
    """Targets with the way that leads there."""
    return {one["target"]: one["by"] for one in json.loads(told)["hear"]}


def test_the_tree_is_drawn(asked):
    """Every branch with its matchers, targets and what follows."""
    code, told = asked()
    assert code == 0
    assert 'state="major_outage", team="core" → pagerduty' in told
    assert "everything → slack · from partial_outage · with quiet hours · escalation nobody-answers" in told


def test_the_worst_at_night_is_heard_by_all_at_once(asked):
    """`continue` goes on, quiet spares it, and the escalation comes later."""
    code, told = asked("test", "claude-api major_outage at 03:00", "--json")
    assert code == 0
    assert heard(told) == {"pagerduty": "branch 1", "slack": "branch 2", "email": "step 2 of nobody-answers"}


def test_what_is_milder_waits_for_the_morning(asked):
    """And the branch that does not take it says which matcher failed."""
    code, told = asked("test", "claude-api partial_outage at 03:00")
    assert code == 0
    assert "at the end of quiet hours, 07:00 UTC" in told
    assert 'branch 1: state="major_outage" does not hold: state is partial_outage' in told


def test_what_quiet_hours_hold_back_is_escalated_in_the_morning(asked):
    """As in a run: nobody is called at night for what nobody was told of, and the next step counts from there."""
    _, told = asked("test", "claude-api partial_outage at 03:00")
    assert "pagerduty     at the end of quiet hours, 07:00 UTC, if nobody acknowledges, by step 1 of" in told
    assert "email         after 4h 15m, if nobody acknowledges, by step 2 of nobody-answers" in told


def test_where_nobody_hears_the_code_says_so(asked):
    """Below every minimum."""
    code, told = asked("test", "claude", "degraded_performance")
    assert code == 1
    assert "nobody" in told
    assert "branch 2: below its minimum, partial_outage" in told


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("claude-api major_outag", "did you mean major_outage?"),
        ("major_outage", "expected a component or service"),
        ("claude at 25:00", "expected a time such as 03:00"),
    ],
)
def test_words_that_make_no_sense_are_one_sentence(asked, words, sentence):
    """With what was expected."""
    code, told = asked("test", words)
    assert code == 2
    assert sentence in told
    assert told.count("\n") == 1


def test_a_label_that_nobody_has_is_noted(asked):
    """It is asked all the same."""
    assert "no label of this configuration is named colour" in asked("test", "claude colour=red")[1]
