"""Routes, escalations, labels and heartbeat written wrongly: every complaint at once, with its line and key."""

import re

import pytest

from bot.config.load import from_text
from bot.errors import ConfigError

WRONG = """\
services:
  - id: claude
    labels: {state: mine, "a b": c, team: ""}
channels: {console: {kind: console}, mail: {kind: console}}
routes:
  - match: ['state=="major_outage"', 'service=~"("']
    to: [consol, 'mail:']
    minimum: quite_bad
    quiet_hours: {hours: "22-7", days: mon-fry, zone: Mars/Phobos, except: minor}
    escalation: nobody
    group_wait: 0s
    at_once: 0
    repeat_interval: 30d
    continues: true
  - minimum: major_outage
    routes:
      - {match: 'team="core"', minimum: partial_outage, to: console, repeat: 1h}
      - routes: [{minimum: degraded_performance}]
escalations:
  nobody-answers:
    steps: [{after: soon, to: [pager]}, {to: []}]
    repeat: 99
    repeat_after: 1s
  empty: {steps: []}
heartbeat: {url: "http://beats.example/secret", interval: 1s, method: SHOUT}
self: {to: [nowhere]}
health: {listen: everywhere}
"""
EXPECTED = {
    (3, "services.claude.labels.state"): "expected a word such as team",
    (3, "services.claude.labels.a b"): "expected a word such as team",
    (3, "services.claude.labels.team"): "expected text, found nothing",
    (6, "routes[0].match[0]"): "needs quotes around its value",
    (6, "routes[0].match[1]"): "opens a parenthesis that it does not close",
    (7, "routes[0].to[0]"): "did you mean console?",
    (7, "routes[0].to[1]"): "expected a channel, or a place in one, such as slack:C0123ABCD",
    (8, "routes[0].minimum"): "expected one of: degraded_performance, partial_outage, major_outage",
    (9, "routes[0].quiet_hours[0].hours"): 'such as "22:00-07:00"',
    (9, "routes[0].quiet_hours[0].days"): "expected days such as mon-fri",
    (9, "routes[0].quiet_hours[0].zone"): "expected a time zone such as Europe/Berlin",
    (9, "routes[0].quiet_hours[0].except"): "expected one of: degraded_performance, partial_outage, major_outage",
    (10, "routes[0].escalation"): "did you mean nobody-answers?",
    (11, "routes[0].group_wait"): "expected at least 1",
    (12, "routes[0].at_once"): "expected at least 1",
    (13, "routes[0].repeat_interval"): "expected at most 604800",
    (14, "routes[0].continues"): "did you mean continue?",
    (17, "routes[1].routes[0].match"): "there is no such team",
    (17, "routes[1].routes[0].minimum"): "expected major_outage or worse, as a route above it has",
    (17, "routes[1].routes[0].repeat"): "repeat_interval",
    (18, "routes[1].routes[1].routes[0].minimum"): "expected major_outage or worse, as a route above it has",
    (20, "escalations.nobody-answers"): "expected a route that uses it",
    (21, "escalations.nobody-answers.steps[0].after"): "expected a duration such as 30s",
    (21, "escalations.nobody-answers.steps[0].to[0]"): "unknown channel; expected one of: console, mail",
    (21, "escalations.nobody-answers.steps[1].after"): "missing",
    (21, "escalations.nobody-answers.steps[1].to"): "expected at least 1 entries",
    (22, "escalations.nobody-answers.repeat"): "expected at most 9",
    (23, "escalations.nobody-answers.repeat_after"): "expected at least 60",
    (24, "escalations.empty"): "expected a route that uses it",
    (24, "escalations.empty.steps"): "expected at least 1 entries",
    (25, "heartbeat.url"): "expected ${HEARTBEAT_URL}",
    (25, "heartbeat.interval"): "expected at least 10",
    (25, "heartbeat.method"): "expected 'GET'",
    (26, "self.to[0]"): "unknown channel; expected one of: console, mail",
    (27, "health.listen"): "expected host:port",
}


@pytest.fixture(scope="module")
def said():
    """What is complained of, by line and key."""
    with pytest.raises(ConfigError) as caught:
        from_text(WRONG, "g.yaml", {})
    lines = [re.fullmatch(r"g\.yaml:(\d+): ([^:]+): (.+)", line) for line in str(caught.value).splitlines()]
    assert all(lines)
    return {(int(line[1]), line[2]): line[3] for line in lines if line}


def test_everything_is_said_at_once_and_nothing_besides(said):
    """Each mistake has its own line and key."""
    assert said.keys() == EXPECTED.keys()


@pytest.mark.parametrize("where", EXPECTED, ids=lambda where: where[1])
def test_each_complaint_says_what_was_expected(said, where):
    """In words that help."""
    assert EXPECTED[where] in said[where]


def test_what_is_right_is_not_complained_of():
    """A minimum that is as bad as the one above, or worse."""
    from_text(
        """
channels: {chat: {kind: console}}
routes:
  - {minimum: partial_outage, to: chat, routes: [{minimum: partial_outage}, {minimum: major_outage}]}
"""
    )


@pytest.mark.parametrize(
    ("quiet", "wrong"),
    [
        ("{}", True),
        ("{except: major_outage}", True),
        ('[{hours: "22:00-07:00", zone: Europe/Berlin}, {hours: "07:00-22:00", zone: Europe/Berlin}]', True),
        ('[{days: mon-fri}, {days: "sat,sun"}]', True),
        ('[{hours: "22:00-07:00"}, {days: "sat,sun"}]', False),
        ('{hours: "00:00-23:59"}', False),
    ],
)
def test_quiet_without_an_end_is_complained_of(quiet, wrong):
    """Nothing could be held back until it is over."""
    text = f"channels: {{chat: {{kind: console}}}}\nroutes: [{{to: chat, quiet_hours: {quiet}}}]"
    if not wrong:
        from_text(text)
        return
    with pytest.raises(
        ConfigError, match=r":2: routes\[0\]\.quiet_hours: expected some time of the week outside quiet hours"
    ):
        from_text(text)
