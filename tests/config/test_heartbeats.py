"""Heartbeats in the configuration: what they come to, and what is complained of."""

import pytest

from bot.config.load import from_text
from bot.errors import ConfigError
from bot.rhythm import rhythm_of

UUID = "3f1c9b64-8c1e-4f4e-9d57-0d3a3f6a2b11"
KEY = {"PING_KEY": "0123456789abcdef"}
WEB = "web: {listen: '127.0.0.1:8080', ping_key: '${PING_KEY}'}\n"


def settings(options, target=UUID, web=WEB, more=""):
    """One heartbeat, perhaps with `more` checks."""
    check = f"ping: {{kind: heartbeat, target: {target}, options: {options}}}{more}"
    text = f"services: [{{id: jobs, name: Jobs, components: {{backup: {{name: Backup, checks: {{{check}}}}}}}}}]\n{web}"
    return from_text(text, "groundtruth.yaml", KEY)


def complaint(*given, **more):
    """What is said of it."""
    with pytest.raises(ConfigError) as found:
        settings(*given, **more)
    return str(found.value)


def test_lengths_are_seconds_and_one_failure_alerts():
    """A missed ping is no matter of chance; a rule of one's own replaces that."""
    found = settings("{every: 1h, grace: 5m, run: 90}")
    (check,) = found.heartbeats()
    assert dict(check.options) == {"every": 3600.0, "grace": 300.0, "run": 90.0}
    assert [(rule.failures, rule.of) for rule in found.component("backup").rules[check.id]] == [(1, 1)]
    rhythm = rhythm_of(check.options)
    assert (rhythm.after(1000.0), rhythm.grace_s, rhythm.run_s) == (4600.0, 300.0, 90.0)
    own = settings("{every: 1h}, alert_after: 3")
    assert own.component("backup").rules[check.id][0].failures == 3


@pytest.mark.parametrize(
    ("options", "grace", "run"),
    [("{every: 1d}", 8640.0, 8640.0), ("{every: 1m}", 60.0, 60.0), ("{cron: '0 3 * * *'}", 300.0, 300.0)],
)
def test_the_usual_grace(options, grace, run):
    """A tenth of the period, a minute at least; five minutes with cron; a run may take as long."""
    rhythm = rhythm_of(settings(options).heartbeats()[0].options)
    assert (rhythm.grace_s, rhythm.run_s) == (grace, run)


def test_cron_goes_by_the_clock_of_its_zone():
    """Three in the morning in Berlin is two in UTC in winter, and one in summer."""
    rhythm = rhythm_of(settings("{cron: '0 3 * * *', time_zone: Europe/Berlin}").heartbeats()[0].options)
    winter = 1_767_225_600.0  # 1 January 2026, 00:00 UTC
    assert rhythm.after(winter) == winter + 2 * 3600
    assert rhythm.after(winter + 2 * 3600) == winter + 26 * 3600
    summer = 1_782_864_000.0  # 1 July 2026, 00:00 UTC
    assert rhythm.after(summer) == summer + 3600


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"options": "{}"}, "options: expected every or cron, one of the two"),
        ({"options": "{every: 1h, cron: '0 3 * * *'}"}, "options: expected every or cron, one of the two"),
        ({"options": "{every: soon}"}, "options.every: expected a duration such as 30m, 1h or 1d"),
        ({"options": "{every: 1h, grace: 900d}"}, "options.grace: expected a duration"),
        ({"options": "{every: [1]}"}, "options.every: expected text"),
        ({"options": "{cron: '0 3 * *'}"}, "options.cron: expected cron's five fields"),
        ({"options": "{cron: '0 3 * * *', time_zone: Mars}"}, "time_zone: expected a time zone such as Europe/Berlin"),
        ({"options": "{every: 1h, time_zone: Europe/Berlin}"}, "time_zone: expected cron beside it"),
        ({"options": "{every: 1h, retries: 3}"}, "options.retries: unknown option of heartbeat"),
        ({"options": "{every: 1h}", "target": "'https://x.example/'"}, "target: expected a UUID, or a slug"),
        ({"options": "{every: 1h}", "target": "A-Slug"}, "target: expected a UUID, or a slug"),
        ({"options": "{every: 1h}", "web": ""}, "kind: expected web: too, where pings come in"),
        (
            {"options": "{every: 1h}", "target": "backup", "web": "web: {listen: 'h:1'}\n"},
            "target: expected web.ping_key too: whoever knows a slug could report",
        ),
        (
            {"options": "{every: 1h}", "more": f", two: {{kind: heartbeat, target: {UUID}, options: {{every: 1h}}}}"},
            "two.target: expected an address of its own: this one is taken at groundtruth.yaml:1",
        ),
        ({"options": "{every: 1h}", "web": "web: {listen: 'h:1', ping_key: abc}\n"}, "web.ping_key: expected ${NAME}"),
    ],
)
def test_complaints(given, said):
    """Each names the place and what was expected."""
    assert said in complaint(**given)


def test_a_key_that_can_be_guessed_is_refused(monkeypatch):
    """It is part of an address, too."""
    monkeypatch.setitem(KEY, "PING_KEY", "short")
    assert "web.ping_key: expected 16 letters, digits, - or _ at least" in complaint("{every: 1h}")
