"""The example of a pager's configuration, read by the command line as a newcomer would."""

import pytest

from bot.cli.main import main
from bot.config.load import load
from bot.core.answers.routing import passed_over
from bot.core.routing.tree import Route, RouteMatch
from tests.support.examples import ON_CALL, SECRETS


@pytest.fixture
def asked(capsys, monkeypatch):
    """The exit code of a command on the example, and what it says."""
    for name, value in SECRETS.items():
        monkeypatch.setenv(name, value)

    def ask(*words):
        code = main(["--config", str(ON_CALL), *words])
        told = capsys.readouterr()
        return code, " ".join((told.out + told.err).split())

    return ask


def test_it_is_a_configuration_with_everything_that_belongs_to_being_on_call(asked):
    """Routes, escalations, quiet hours, labels, heartbeat, who hears of us, and readiness."""
    assert asked("config", "check")[0] == 0
    settings = load(str(ON_CALL), SECRETS | {"HEARTBEAT_URL": "https://beats.example/abc"})
    assert settings.routes
    assert any(branch.quiet for branch in settings.routes)
    assert settings.escalations
    assert settings.service("claude").labels == {"team": "platform"}
    assert settings.component("claude-ai").labels == {"team": "office"}
    assert settings.watching.heartbeat is not None
    assert settings.watching.to == ("mail", "console")
    assert settings.watching.listen


def test_the_worst_at_night_wakes_and_goes_on_where_nobody_answers(asked):
    """The pagers at once, the phone after ten minutes; people read of it at night, because it is excepted."""
    code, told = asked("routes", "test", "claude-api major_outage at 03:00")
    assert code == 0
    assert "Claude API, major outage at" in told
    assert "pagerduty at once, by branch 2" in told
    assert "teams at once, by branch 3" in told
    assert "phone after 10 min, if nobody acknowledges, by step 1 of nobody-answers" in told
    assert "not notified" not in told


def test_what_is_milder_or_not_ours_wakes_nobody(asked):
    """And it is said who does not hear, and why."""
    told = asked("routes", "test", "claude-api partial_outage at 03:00")[1]
    assert "teams at the end of quiet hours" in told
    assert (
        "not notified pagerduty, jira, incident-io and grafana, branch 2:"
        ' state="major_outage" does not hold: state is partial_outage' in told
    )
    assert "not notified phone: only by escalation nobody-answers, of a branch that does not take it" in told
    told = asked("routes", "test", "claude-ai major_outage at 03:00")[1]
    assert 'branch 2: team="platform" does not hold: team is office' in told


def test_who_is_off_for_want_of_a_secret_is_named(asked, monkeypatch):
    """Asked on a machine without the secrets: who would be woken where they are set, and that they are not here."""
    for name in ("PAGERDUTY_ROUTING_KEY", "NTFY_TOPIC"):
        monkeypatch.delenv(name)
    code, told = asked("routes", "test", "claude-api major at 03:00")
    assert code == 0
    assert "not notified pagerduty, branch 2: off here; groundtruth config check says why" in told
    assert "not notified phone, step 1 of nobody-answers: off here" in told
    assert "jira at once, by branch 2" in told
    told = asked("routes", "test", "claude-api partial at 03:00")[1]
    assert "off here" not in told


def test_who_is_not_told_is_named_once():
    """Of a branch that does not take it only those who hear in no other way."""
    verdict = RouteMatch(Route("2", to=("chat", "pager")), mild=True)
    assert passed_over(verdict, {"chat"}, "why") == "pager, branch 2: why"
    assert passed_over(verdict, {"chat", "pager"}, "why") == "branch 2: why"
